import { QueryError } from '../../query/ast.js';
import { eventOfSession, eventOfSpan, type HoneyHiveEvent } from '../../wire/honeyhive-event.js';
import { canonicalId, eventIdOf, spanOfEventId } from '../../wire/ids.js';
import { MalformedRequest } from '../../wire/span-record.js';
import type { EventPage, EventSearch, EventsAsked, Scope } from '../trace-store.js';
import type { Budget } from './budget.js';
import type { Compiled } from './compile.js';
import type { Database, Row, SqlValue } from './driver.js';
import { Family } from './family.js';
import { STAYS } from './going.js';
import type { Reader } from './reader.js';
import { hex, SESSION_COLUMNS, sessionOf } from './rows.js';
import { whereOf } from './where.js';

const WHOLE = 'x.*, s.session_id AS session_id, p.name AS project';
/** What is put together in memory for one answer. */
const MOST_CHARACTERS = 64_000_000;
const PAGE = 5000;
/** A page that another one follows ends after so many characters. */
const PAGE_CHARACTERS = 8_000_000;

/** The conditions on spans and on sessions that one search for events becomes. */
interface Wheres {
  spans: Compiled;
  sessions: Compiled;
}

/** Where an event stands: spans and sessions share one order. */
type Place = [start: number, session: 0 | 1, id: number];

/** Spans and sessions as HoneyHive's API knows them, which is as events. */
export class EventQueries {
  readonly #db: Database;
  readonly #reader: Reader;
  readonly #budget: Budget;

  constructor(db: Database, reader: Reader, budget: Budget) {
    this.#db = db;
    this.#reader = reader;
    this.#budget = budget;
  }

  /** Session events and span events together, newest first, as HoneyHive pages them. */
  search(scope: Scope, search: EventSearch): { events: HoneyHiveEvent[]; total: number } {
    const until = search.limit * search.page;
    const wheres = this.#wheres(scope, search);
    const count = (sql: string, values: SqlValue[]): number => Number(this.#db.prepare(sql).get(...values)?.n ?? 0);
    const total =
      count(`SELECT count(*) AS n FROM spans x WHERE ${wheres.spans.sql}`, wheres.spans.values) +
      count(`SELECT count(*) AS n FROM sessions s WHERE ${wheres.sessions.sql}`, wheres.sessions.values);
    const most = this.#reader.characters + MOST_CHARACTERS;
    const family = new Family(this.#db, this.#budget);
    const events = this.#places(wheres, until)
      .slice(until - search.limit, until)
      .map((place) => {
        if (this.#reader.characters > most)
          throw new QueryError('these events are too large to be answered together; ask for fewer with limit');
        return this.#eventAt(place, family);
      });
    return { events, total };
  }

  /** A page of all that is found, in the same order; it ends early where its events are large. */
  page(scope: Scope, asked: EventsAsked, cursor?: string): EventPage {
    const wheres = this.#wheres(scope, asked);
    if (cursor !== undefined) continueAfter(wheres, placeOf(cursor));
    const before = this.#reader.characters;
    const family = new Family(this.#db, this.#budget);
    const places = this.#places(wheres, PAGE).slice(0, PAGE);
    const events: HoneyHiveEvent[] = [];
    for (const place of places) {
      events.push(this.#eventAt(place, family));
      if (this.#reader.characters - before > PAGE_CHARACTERS) break;
    }
    const last = events.length < places.length || places.length === PAGE ? places[events.length - 1] : undefined;
    return { events, characters: this.#reader.characters - before, next: last ? cursorOf(last) : null };
  }

  #wheres(scope: Scope, { filter, fromMs, toMs, run }: EventsAsked): Wheres {
    const limited = (where: Compiled, column: string, inRun: string): Compiled => {
      if (fromMs !== undefined) add(where, `${column} >= ?`, fromMs);
      if (toMs !== undefined) add(where, `${column} <= ?`, toMs);
      if (run !== undefined) add(where, inRun, run);
      return where;
    };
    return {
      spans: limited(
        whereOf(this.#db, scope, filter, 'span'),
        'x.start_ms',
        'x.session_pk IN (SELECT id FROM sessions WHERE run_id = ?)',
      ),
      sessions: limited(whereOf(this.#db, scope, filter, 'session'), 's.start_ms', 's.run_id = ?'),
    };
  }

  /** At least the first `most` there are of both. */
  #places({ spans, sessions }: Wheres, most: number): Place[] {
    const spanRows = this.#db
      .prepare(
        `SELECT x.id AS id, x.start_ms AS t, 0 AS session FROM spans x WHERE ${spans.sql} ORDER BY x.start_ms DESC, x.id DESC LIMIT ?`,
      )
      .all(...spans.values, most);
    const sessionRows = this.#db
      .prepare(
        `SELECT s.id AS id, s.start_ms AS t, 1 AS session FROM sessions s WHERE ${sessions.sql} ORDER BY s.start_ms DESC, s.id DESC LIMIT ?`,
      )
      .all(...sessions.values, most);
    return [...spanRows, ...sessionRows]
      .map((row): Place => [Number(row.t), row.session === 0 ? 0 : 1, Number(row.id)])
      .sort(([t, session, id], [other, otherSession, otherId]) => other - t || session - otherSession || otherId - id);
  }

  #eventAt([, session, id]: Place, family: Family): HoneyHiveEvent {
    this.#budget.tick();
    return session === 1 ? this.#sessionEvent(id) : this.#spanEvent(id, family);
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

  get(scope: Scope, id: string): HoneyHiveEvent | undefined {
    const eventId = canonicalId(id);
    const session = this.#reader.sessionRow(scope, eventId);
    if (session) return this.#sessionEvent(Number(session.id));
    const project = scope.project ?? null;
    const inScope = `project_id IN (SELECT id FROM projects WHERE ? IS NULL OR name = ?) AND ${STAYS('session_pk')}`;
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
}

function add(where: Compiled, sql: string, ...values: SqlValue[]): void {
  where.sql += ` AND ${sql}`;
  where.values.push(...values);
}

function continueAfter({ spans, sessions }: Wheres, [start, session, id]: Place): void {
  if (session === 0) {
    add(spans, '(x.start_ms, x.id) < (?, ?)', start, id);
    add(sessions, 's.start_ms <= ?', start);
  } else {
    add(spans, 'x.start_ms < ?', start);
    add(sessions, '(s.start_ms, s.id) < (?, ?)', start, id);
  }
}

function cursorOf(place: Place): string {
  return Buffer.from(JSON.stringify(place)).toString('base64url');
}

function placeOf(cursor: string): Place {
  try {
    const [start, session, id] = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as unknown[];
    if (typeof start === 'number' && typeof id === 'number') return [start, session === 0 ? 0 : 1, id];
  } catch {
    // Falls through to the refusal.
  }
  throw new MalformedRequest('cursor is not one that this server gave out', 'bad_cursor');
}

function idOf(row: Row): string {
  return row.event_id === null ? eventIdOf(hex(row.trace_id), hex(row.span_id)) : String(row.event_id);
}
