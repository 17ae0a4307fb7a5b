import type { Target } from '../../query/fields.js';
import { parseQuery } from '../../query/parse.js';
import type { ThinSpan } from '../../wire/records.js';
import type { SpanRecord } from '../../wire/span-record.js';
import type { AggregateOptions, AggregateResult } from '../aggregates.js';
import type { ListOptions, Page, Scope, SessionRecords } from '../trace-store.js';
import { aggregate } from './aggregate.js';
import type { Budget } from './budget.js';
import { decodeCursor, encodeCursor } from './cursor.js';
import type { Database, Row } from './driver.js';
import type { Reader } from './reader.js';
import { SPAN_COLUMNS, sessionOf, thinSpanOf } from './rows.js';
import { parseMap } from './session-rows.js';
import { whereOf } from './where.js';

const EXPORT_PAGE = 500;
/** A page of an export ends after so many characters: spans may be of any size. */
const EXPORT_CHARACTERS = 2_000_000;

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

  listSpans(scope: Scope, options: ListOptions): Page<ThinSpan> {
    const limit = options.limit ?? 100;
    const where = whereOf(
      this.#db,
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
      whereOf(this.#db, scope, options.q === undefined ? undefined : parseQuery(options.q), target),
      options,
    );
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
