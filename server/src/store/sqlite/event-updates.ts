import { describe } from '../../wire/describe.js';
import { spanOfEventId } from '../../wire/ids.js';
import { emptyObject, type Json, type JsonObject } from '../../wire/value.js';
import type { EventChange, Scope, SessionChange } from '../trace-store.js';
import type { Row } from './driver.js';
import type { PayloadRows } from './payload-rows.js';
import type { SessionDirectory } from './session-directory.js';
import { mergeBuckets, parseMap, type SessionRows } from './session-rows.js';
import type { Statements } from './statements.js';
import type { TextIndex } from './text-index.js';

/** What HoneyHive's REST API changes: sessions begin, sessions and events are added to. */
export class EventUpdates {
  readonly #statements: Statements;
  readonly #directory: SessionDirectory;
  readonly #sessions: SessionRows;
  readonly #payloads: PayloadRows;
  readonly #texts: TextIndex;
  readonly #seq: () => number;

  constructor(
    statements: Statements,
    directory: SessionDirectory,
    sessions: SessionRows,
    payloads: PayloadRows,
    texts: TextIndex,
    seq: () => number,
  ) {
    this.#statements = statements;
    this.#directory = directory;
    this.#sessions = sessions;
    this.#payloads = payloads;
    this.#texts = texts;
    this.#seq = seq;
  }

  startSession(scope: Scope, change: SessionChange): { sessionId: string; project: string; seq: number } {
    const session = this.#directory.ensure(scope, change.sessionId, change.project, 'rest', change.startMs ?? null);
    this.#sessions.give(session, change, this.#seq(), true);
    this.#sessions.merge(session, change.buckets, this.#seq());
    this.#indexSession(session);
    this.#sessions.flush(this.#seq());
    const row = this.#statements
      .get('SELECT p.name AS name FROM sessions s JOIN projects p ON p.id = s.project_id WHERE s.id = ?')
      .get(session);
    return { sessionId: change.sessionId, project: String(row?.name), seq: this.#seq() };
  }

  #indexSession(session: number): void {
    const row = this.#statements
      .get(
        'SELECT name, inputs, outputs, config, metadata, metrics, feedback, user_properties FROM sessions WHERE id = ?',
      )
      .get(session) as Row;
    const words = Object.values(row)
      .filter((value) => typeof value === 'string')
      .join('\n')
      .slice(0, 65_536);
    this.#texts.replace(-session, words);
  }

  /** Finds the session or span an id belongs to; an id that is not known yet begins a session that a span may take over. */
  updateEvent(scope: Scope, change: EventChange): { found: boolean; seq: number } {
    const session = this.#directory.find(change.eventId, scope.project, scope.project !== undefined);
    const span = session === undefined ? this.findSpanByEvent(scope, change.eventId) : undefined;
    if (span) {
      this.#patchSpan(span, change);
      return { found: true, seq: this.#seq() };
    }
    const target =
      session ?? this.#directory.ensure(scope, change.eventId, undefined, 'update', change.endMs ?? Date.now());
    this.#sessions.give(
      target,
      {
        ...(change.error === undefined ? {} : { error: change.error }),
        ...(change.endMs === undefined ? {} : { endMs: change.endMs }),
        ...(change.durationMs === undefined ? {} : { durationMs: change.durationMs }),
      },
      this.#seq(),
      false,
    );
    this.#sessions.merge(target, change.buckets, this.#seq());
    this.#indexSession(target);
    this.#sessions.flush(this.#seq());
    return { found: session !== undefined, seq: this.#seq() };
  }

  findSpanByEvent(scope: Scope, eventId: string): Row | undefined {
    const project = scope.project === undefined ? undefined : this.#directory.projectId(scope.project);
    const byId = this.#statements
      .get('SELECT * FROM spans WHERE event_id = ? AND (? IS NULL OR project_id = ?) ORDER BY id LIMIT 1')
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
        .get('SELECT * FROM spans WHERE project_id = ? AND trace_id BETWEEN ? AND ? AND span_id = ?')
        .get(id, low, high, Buffer.from(derived.spanId, 'hex'));
      if (row) return row;
    }
    return undefined;
  }

  #patchSpan(span: Row, change: EventChange): void {
    const eventId = change.eventId;
    const project = Number(span.project_id);
    const old = this.#statements
      .get('SELECT body FROM patches WHERE project_id = ? AND event_id = ?')
      .get(project, eventId);
    const body = mergePatch(parseMap(old?.body), change);
    this.#statements
      .get(
        'INSERT INTO patches(project_id, event_id, body) VALUES(?, ?, ?) ON CONFLICT(project_id, event_id) DO UPDATE SET body = excluded.body',
      )
      .run(project, eventId, JSON.stringify(body));
    const facets = parseMap(span.facets);
    for (const [bucket, map] of Object.entries(change.buckets)) {
      for (const [key, value] of Object.entries(map ?? {}))
        if (typeof value !== 'object') facets[`${bucket}.${key}`] = value as Json;
    }
    const payload = this.#payloads.read(Number(span.id));
    if (payload) {
      const { searchText } = describe({
        ...payload,
        traceId: '',
        spanId: '',
        parentSpanId: '',
        resource: emptyObject(),
      });
      this.#texts.replace(Number(span.id), `${searchText}\n${JSON.stringify(body)}`);
    }
    // Later lookups by this id must not depend on how it was derived.
    this.#statements
      .get('UPDATE spans SET seq = ?, facets = ?, event_id = ifnull(event_id, ?) WHERE id = ?')
      .run(this.#seq(), JSON.stringify(facets), eventId, Number(span.id));
    this.#statements
      .get('UPDATE sessions SET seq = ?, has_feedback = max(has_feedback, ?) WHERE id = ?')
      .run(this.#seq(), change.buckets.feedback ? 1 : 0, Number(span.session_pk));
  }

  /** A span arrives whose event was updated before it: the stand-in session becomes its patch. */
  adopt(project: number, eventId: string, ownSession: number): void {
    const row = this.#statements
      .get("SELECT * FROM sessions WHERE project_id = ? AND session_id = ? AND made_from = 'update' AND span_count = 0")
      .get(project, eventId);
    if (!row || Number(row.id) === ownSession) return;
    const merged = mergeBuckets(row, {});
    const body: JsonObject = emptyObject();
    for (const [bucket, text] of Object.entries(merged)) if (text !== null) body[bucket] = JSON.parse(text) as Json;
    if (row.error !== null) body.error = String(row.error);
    this.#statements
      .get('INSERT OR REPLACE INTO patches(project_id, event_id, body) VALUES(?, ?, ?)')
      .run(project, eventId, JSON.stringify(body));
    this.#directory.forgetSession(Number(row.id));
  }
}

function mergePatch(old: JsonObject, change: EventChange): JsonObject {
  for (const [bucket, map] of Object.entries(change.buckets))
    old[bucket] = Object.assign(emptyObject(), old[bucket] as JsonObject | undefined, map);
  if (change.error !== undefined) old.error = change.error;
  return old;
}
