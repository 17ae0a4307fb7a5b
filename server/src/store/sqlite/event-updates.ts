import type { EventPatch } from '../../wire/event-patch.js';
import { eventIdOf, spanOfEventId } from '../../wire/ids.js';
import { BUCKETS } from '../../wire/span-record.js';
import type { EventChange, Scope, SessionChange } from '../trace-store.js';
import type { Row } from './driver.js';
import { STAYS } from './going.js';
import type { Patches } from './patches.js';
import { hex } from './rows.js';
import type { SessionDirectory } from './session-directory.js';
import { parseMap, type SessionRows } from './session-rows.js';
import type { SpanRows } from './span-rows.js';
import type { Statements } from './statements.js';

/** What HoneyHive's REST API changes: sessions begin, sessions and events are added to. */
export class EventUpdates {
  readonly #statements: Statements;
  readonly #directory: SessionDirectory;
  readonly #sessions: SessionRows;
  readonly #spans: SpanRows;
  readonly #patches: Patches;
  readonly #seq: () => number;

  constructor(
    statements: Statements,
    directory: SessionDirectory,
    sessions: SessionRows,
    spans: SpanRows,
    patches: Patches,
    seq: () => number,
  ) {
    this.#statements = statements;
    this.#directory = directory;
    this.#sessions = sessions;
    this.#spans = spans;
    this.#patches = patches;
    this.#seq = seq;
  }

  startSession(scope: Scope, change: SessionChange): { sessionId: string; project: string; seq: number } {
    const session = this.#directory.ensure(scope, change.sessionId, change.project, 'rest', change.startMs ?? null);
    this.#sessions.give(session, change, this.#seq(), true);
    this.#sessions.merge(session, change.buckets, this.#seq());
    this.#sessions.index(session);
    this.#sessions.flush(this.#seq());
    const row = this.#statements
      .get('SELECT p.name AS name FROM sessions s JOIN projects p ON p.id = s.project_id WHERE s.id = ?')
      .get(session);
    return { sessionId: change.sessionId, project: String(row?.name), seq: this.#seq() };
  }

  /** Finds the session or span an id belongs to; an id that is not known yet begins a session that a span may take over. */
  updateEvent(scope: Scope, change: EventChange): { found: boolean; seq: number } {
    const { eventId } = change;
    const session = this.#directory.find(eventId, scope.project, scope.project !== undefined);
    const span = session === undefined ? this.#spanOfEvent(scope, eventId) : undefined;
    if (span) {
      // A span that says its own id may be asked for by the one that was made for it.
      const ownId = (span.event_id as string | null) ?? eventId;
      this.#spans.addPatch(span, ownId, this.#patches.add(Number(span.project_id), ownId, change));
    } else {
      const target = session ?? this.#directory.ensure(scope, eventId, undefined, 'update', change.endMs ?? Date.now());
      this.#sessions.give(
        target,
        { error: change.error, endMs: change.endMs, durationMs: change.durationMs },
        this.#seq(),
        false,
      );
      this.#sessions.merge(target, change.buckets, this.#seq());
      this.#sessions.index(target);
    }
    this.#sessions.flush(this.#seq());
    return { found: session !== undefined || span !== undefined, seq: this.#seq() };
  }

  #spanOfEvent(scope: Scope, eventId: string): Row | undefined {
    const project = scope.project === undefined ? undefined : this.#directory.projectId(scope.project);
    const byId = this.#statements
      .get(
        `SELECT * FROM spans WHERE event_id = ? AND (? IS NULL OR project_id = ?) AND ${STAYS('session_pk')} ORDER BY id LIMIT 1`,
      )
      .get(eventId, project ?? null, project ?? null);
    if (byId) return byId;
    const derived = spanOfEventId(eventId);
    if (!derived) return undefined;
    const low = Buffer.from(derived.tracePrefix.padEnd(32, '0'), 'hex');
    const high = Buffer.from(derived.tracePrefix.padEnd(32, 'f'), 'hex');
    const projects =
      project === undefined
        ? this.#statements
            .get('SELECT id FROM projects')
            .all()
            .map((row) => Number(row.id))
        : [project];
    for (const id of projects) {
      const row = this.#statements
        .get(
          `SELECT * FROM spans WHERE project_id = ? AND trace_id BETWEEN ? AND ? AND span_id = ? AND ${STAYS('session_pk')}`,
        )
        .get(id, low, high, Buffer.from(derived.spanId, 'hex'));
      if (row) return row;
    }
    return undefined;
  }

  /** A span was written, with an id of its own or as the first version of it: what REST says of its event is its. */
  spanWritten(scope: Scope, id: number, eventId: string | undefined): void {
    if (eventId === undefined && !this.#directory.anyFromUpdates) return;
    const row = this.#spans.byId(id);
    const event = eventId ?? eventIdOf(hex(row.trace_id), hex(row.span_id));
    const patch = this.#adopt(scope, row, event) ?? this.#patches.get(Number(row.project_id), event);
    if (patch !== undefined) this.#spans.addPatch(row, event, patch);
  }

  /** A later version took the row over: what was added to its event stays. */
  spanReplaced(scope: Scope, old: Row, eventId: string | undefined): void {
    const before = old.event_id as string | null;
    if (eventId !== undefined && before !== null && eventId !== before)
      this.#patches.rename(Number(old.project_id), before, eventId);
    if (eventId !== undefined || before !== null)
      this.spanWritten(scope, Number(old.id), eventId ?? (before as string));
  }

  /** The event was updated before its span came: the session that stood in for it becomes the span's patch. */
  #adopt(scope: Scope, span: Row, eventId: string): EventPatch | undefined {
    const project = Number(span.project_id);
    // How many spans a session has may still be gathering.
    this.#sessions.flush(this.#seq());
    const row = this.#statements
      .get(
        // An update names no project: without keys the span that follows may be in any.
        `SELECT * FROM sessions WHERE session_id = ? AND made_from = 'update' AND span_count = 0
        AND (project_id = ? OR (project_given = 0 AND ?)) ORDER BY project_given DESC LIMIT 1`,
      )
      .get(eventId, project, scope.project === undefined ? 1 : 0);
    if (!row || row.id === span.session_pk) return undefined;
    const buckets = Object.fromEntries(
      BUCKETS.filter((bucket) => row[bucket] !== null).map((bucket) => [bucket, parseMap(row[bucket])]),
    );
    const patch = this.#patches.add(project, eventId, {
      buckets,
      ...(row.error === null ? {} : { error: String(row.error) }),
      ...(row.given_end_ms === null ? {} : { endMs: Number(row.given_end_ms) }),
      ...(row.given_duration_ms === null ? {} : { durationMs: Number(row.given_duration_ms) }),
    });
    this.#directory.forgetSession(Number(row.id));
    return patch;
  }
}
