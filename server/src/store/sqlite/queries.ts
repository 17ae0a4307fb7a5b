import { type Filter, QueryError } from '../../query/ast.js';
import type { Target } from '../../query/fields.js';
import { parseQuery } from '../../query/parse.js';
import { eventOfSession, eventOfSpan, type HoneyHiveEvent } from '../../wire/honeyhive-event.js';
import { canonicalId, eventIdOf, spanOfEventId } from '../../wire/ids.js';
import type { ThinSpan } from '../../wire/records.js';
import type { SpanRecord } from '../../wire/span-record.js';
import type { AggregateOptions, AggregateResult } from '../aggregates.js';
import type { EventSearch, ListOptions, Page, Scope, SessionRecords } from '../trace-store.js';
import { aggregate } from './aggregate.js';
import type { Budget } from './budget.js';
import { type Compiled, compile } from './compile.js';
import { decodeCursor, encodeCursor } from './cursor.js';
import type { Database, Row, SqlValue } from './driver.js';
import { Family } from './family.js';
import type { Reader } from './reader.js';
import { hex, SESSION_COLUMNS, SPAN_COLUMNS, sessionOf, thinSpanOf } from './rows.js';
import { parseMap } from './session-rows.js';
import { textTables } from './text-parts.js';

const WHOLE = 'x.*, s.session_id AS session_id, p.name AS project';
const EXPORT_PAGE = 500;
/** A page of an export ends after so many characters: spans may be of any size. */
const EXPORT_CHARACTERS = 2_000_000;
/** What is put together in memory for one answer. */
const MOST_CHARACTERS = 64_000_000;

/** Reads that may have to look at many rows. */
export class Queries {
  readonly #db: Database;
  readonly #reader: Reader;
  readonly #budget: Budget;

  constructor(db: Database, reader: Reader, budget: Budget) {
    this.#db = db;
    this.#reader = reader;
    this.#budget = budget;
  }

  #where(scope: Scope, filter: Filter | undefined, target: Target, project?: string): Compiled {
    const alias = target === 'session' ? 's' : 'x';
    // Rows that a filter leaves out are seen by SQL only; all others pass through code that looks at the time itself.
    const parts: string[] = filter ? [`hh_tick(${alias}.id)`] : ['1'];
    const values: SqlValue[] = [];
    const only = scope.project ?? project;
    if (only !== undefined) {
      parts.push(`${alias}.project_id = (SELECT id FROM projects WHERE name = ?)`);
      values.push(only);
    }
    if (filter) {
      const compiled = compile(filter, target, textTables(this.#db));
      parts.push(compiled.sql);
      values.push(...compiled.values);
    }
    return { sql: parts.join(' AND '), values };
  }

  listSpans(scope: Scope, options: ListOptions): Page<ThinSpan> {
    const limit = options.limit ?? 100;
    const where = this.#where(
      scope,
      options.q === undefined ? undefined : parseQuery(options.q),
      'span',
      options.project,
    );
    if (options.cursor !== undefined) {
      where.sql += ' AND (x.start_ms, x.id) < (?, ?)';
      where.values.push(...decodeCursor(options.cursor));
    }
    const rows = this.#db
      .prepare(
        `SELECT ${SPAN_COLUMNS}, t.session_id AS session_id FROM spans x JOIN sessions t ON t.id = x.session_pk WHERE ${where.sql} ORDER BY x.start_ms DESC, x.id DESC LIMIT ?`,
      )
      .all(...where.values, limit + 1);
    const last = rows.length > limit ? (rows[limit - 1] as Row) : undefined;
    return {
      items: rows.slice(0, limit).map((row) => thinSpanOf(row, String(row.session_id))),
      nextCursor: last ? encodeCursor(Number(last.start_ms), Number(last.id)) : null,
    };
  }

  aggregate(scope: Scope, target: Target, options: AggregateOptions): AggregateResult {
    return aggregate(
      this.#db,
      this.#budget,
      target,
      this.#where(scope, options.q === undefined ? undefined : parseQuery(options.q), target),
      options,
    );
  }

  /** Session events and span events together, newest first, as HoneyHive pages them. */
  searchEvents(scope: Scope, search: EventSearch): { events: HoneyHiveEvent[]; total: number } {
    const until = search.limit * search.page;
    const skip = until - search.limit;
    const limitTime = (where: Compiled, column: string, run: string): void => {
      if (search.fromMs !== undefined) {
        where.sql += ` AND ${column} >= ?`;
        where.values.push(search.fromMs);
      }
      if (search.toMs !== undefined) {
        where.sql += ` AND ${column} <= ?`;
        where.values.push(search.toMs);
      }
      if (search.run !== undefined) {
        where.sql += ` AND ${run}`;
        where.values.push(search.run);
      }
    };
    const spans = this.#where(scope, search.filter, 'span');
    limitTime(spans, 'x.start_ms', 'x.session_pk IN (SELECT id FROM sessions WHERE run_id = ?)');
    const sessions = this.#where(scope, search.filter, 'session');
    limitTime(sessions, 's.start_ms', 's.run_id = ?');
    const count = (sql: string, values: SqlValue[]): number => Number(this.#db.prepare(sql).get(...values)?.n ?? 0);
    const total =
      count(`SELECT count(*) AS n FROM spans x WHERE ${spans.sql}`, spans.values) +
      count(`SELECT count(*) AS n FROM sessions s WHERE ${sessions.sql}`, sessions.values);
    const spanRows = this.#db
      .prepare(
        `SELECT x.id AS id, x.start_ms AS t, 0 AS session FROM spans x WHERE ${spans.sql} ORDER BY x.start_ms DESC, x.id DESC LIMIT ?`,
      )
      .all(...spans.values, until);
    const sessionRows = this.#db
      .prepare(
        `SELECT s.id AS id, s.start_ms AS t, 1 AS session FROM sessions s WHERE ${sessions.sql} ORDER BY s.start_ms DESC, s.id DESC LIMIT ?`,
      )
      .all(...sessions.values, until);
    const rows = [...spanRows, ...sessionRows].sort(
      (a, b) => Number(b.t) - Number(a.t) || Number(a.session) - Number(b.session) || Number(b.id) - Number(a.id),
    );
    const family = new Family(this.#db, this.#budget);
    const most = this.#reader.characters + MOST_CHARACTERS;
    const events = rows.slice(skip, until).map((row) => {
      this.#budget.tick();
      if (this.#reader.characters > most)
        throw new QueryError('these events are too large to be answered together; ask for fewer with limit');
      return Number(row.session) === 1 ? this.#sessionEvent(Number(row.id)) : this.#spanEvent(Number(row.id), family);
    });
    return { events, total };
  }

  #sessionEvent(pk: number): HoneyHiveEvent {
    const row = this.#db
      .prepare(`SELECT ${SESSION_COLUMNS} FROM sessions s JOIN projects p ON p.id = s.project_id WHERE s.id = ?`)
      .get(pk) as Row;
    const roots = this.#db
      .prepare(
        'SELECT trace_id, span_id, event_id FROM spans WHERE session_pk = ? AND parent_span_id IS NULL AND parent_event_id IS NULL ORDER BY start_ms, id LIMIT 1000',
      )
      .all(pk);
    return eventOfSession(sessionOf(row), roots.map(idOf));
  }

  #spanEvent(pk: number, family: Family): HoneyHiveEvent {
    const row = this.#db
      .prepare(
        `SELECT ${WHOLE} FROM spans x JOIN sessions s ON s.id = x.session_pk JOIN projects p ON p.id = x.project_id WHERE x.id = ?`,
      )
      .get(pk) as Row;
    const span = this.#reader.whole(row);
    const parent =
      row.parent_span_id === null
        ? undefined
        : this.#db
            .prepare(
              'SELECT trace_id, span_id, event_id FROM spans WHERE project_id = ? AND trace_id = ? AND span_id = ?',
            )
            .get(Number(row.project_id), row.trace_id as Uint8Array, row.parent_span_id as Uint8Array);
    const children = family.childrenOf(row);
    const parentId =
      row.parent_event_id !== null ? String(row.parent_event_id) : parent ? idOf(parent) : span.sessionId;
    return eventOfSpan(span, parentId, children.map(idOf));
  }

  getEvent(scope: Scope, id: string): HoneyHiveEvent | undefined {
    const eventId = canonicalId(id);
    const session = this.#reader.sessionRow(scope, eventId);
    if (session) return this.#sessionEvent(Number(session.id));
    const project = scope.project ?? null;
    const inScope = 'project_id IN (SELECT id FROM projects WHERE ? IS NULL OR name = ?)';
    let row = this.#db
      .prepare(`SELECT id FROM spans WHERE event_id = ? AND ${inScope} LIMIT 1`)
      .get(eventId, project, project);
    const derived = spanOfEventId(eventId);
    if (!row && derived) {
      row = this.#db
        .prepare(`SELECT id FROM spans WHERE ${inScope} AND trace_id BETWEEN ? AND ? AND span_id = ? LIMIT 1`)
        .get(
          project,
          project,
          Buffer.from(derived.tracePrefix.padEnd(32, '0'), 'hex'),
          Buffer.from(derived.tracePrefix.padEnd(32, 'f'), 'hex'),
          Buffer.from(derived.spanId, 'hex'),
        );
    }
    return row ? this.#spanEvent(Number(row.id), new Family(this.#db, this.#budget)) : undefined;
  }

  exportSession(scope: Scope, sessionId: string, cursor?: string): SessionRecords | undefined {
    const row = this.#reader.sessionRow(scope, sessionId);
    if (!row) return undefined;
    const after = cursor === undefined ? 0 : decodeCursor(cursor)[1];
    const found = this.#db
      .prepare('SELECT * FROM spans WHERE session_pk = ? AND id > ? ORDER BY id LIMIT ?')
      .all(Number(row.id), after, EXPORT_PAGE);
    const most = this.#reader.characters + EXPORT_CHARACTERS;
    const spans: SpanRecord[] = [];
    for (const span of found) {
      spans.push(this.#reader.record(span));
      if (this.#reader.characters > most) break;
    }
    const rows = found.slice(0, spans.length);
    const isLast = rows.length === found.length && found.length < EXPORT_PAGE;
    return {
      session: sessionOf(row),
      given: {
        ...(row.given_end_ms === null ? {} : { endMs: Number(row.given_end_ms) }),
        ...(row.given_duration_ms === null ? {} : { durationMs: Number(row.given_duration_ms) }),
      },
      spans,
      patches: rows.flatMap((span) => {
        const patch =
          span.event_id === null
            ? undefined
            : this.#db
                .prepare('SELECT event_id, body FROM patches WHERE project_id = ? AND event_id = ?')
                .get(Number(span.project_id), String(span.event_id));
        return patch ? [{ eventId: String(patch.event_id), body: parseMap(patch.body) }] : [];
      }),
      nextCursor: isLast ? null : encodeCursor(0, Number((rows.at(-1) as Row).id)),
    };
  }
}

function idOf(row: Row): string {
  return row.event_id === null ? eventIdOf(hex(row.trace_id), hex(row.span_id)) : String(row.event_id);
}
