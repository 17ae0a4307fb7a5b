import type { Changes, ChangesOptions, Scope } from '../trace-store.js';
import { decodeCursor, encodeCursor } from './cursor.js';
import type { Database, Row } from './driver.js';
import type { Reader } from './reader.js';
import { FORGOTTEN_UNTIL } from './removal-notes.js';
import { SESSION_COLUMNS, SPAN_COLUMNS, sessionOf, thinSpanOf } from './rows.js';
import { Statements } from './statements.js';

const SESSIONS = 200;
const SPANS = 5000;

/**
 * What changed after a number of the ingest sequence. Any number of rows can carry the same one, so pages go on from
 * a row, not from a number.
 */
export class ChangeLog {
  readonly #statements: Statements;
  readonly #reader: Reader;

  constructor(db: Database, reader: Reader) {
    this.#statements = new Statements(db);
    this.#reader = reader;
  }

  after(scope: Scope, after: number, { session, cursor }: ChangesOptions): Changes {
    const seq = this.#number('seq');
    const reset = after > seq || after < this.#number(FORGOTTEN_UNTIL);
    const from = cursor === undefined ? ([after, Number.MAX_SAFE_INTEGER] as const) : decodeCursor(cursor);
    const page =
      session === undefined
        ? this.#ofSessions(scope, from)
        : this.#ofSpans(this.#reader.sessionRow(scope, session), from);
    const removed = page.next === null ? this.#removed(scope, after, session) : [];
    return { seq, reset, removed, ...page };
  }

  #number(key: string): number {
    return Number(this.#statements.get('SELECT value FROM meta WHERE key = ?').get(key)?.value ?? 0);
  }

  #ofSessions(scope: Scope, from: readonly [number, number]): Pick<Changes, 'sessions' | 'spans' | 'next'> {
    const project = scope.project ?? null;
    const rows = this.#statements
      .get(
        `SELECT ${SESSION_COLUMNS} FROM sessions s JOIN projects p ON p.id = s.project_id WHERE (s.seq, s.id) > (?, ?) AND (? IS NULL OR p.name = ?) ORDER BY s.seq, s.id LIMIT ?`,
      )
      .all(...from, project, project, SESSIONS);
    return { sessions: rows.map(sessionOf), spans: [], next: nextAfter(rows, SESSIONS) };
  }

  #ofSpans(row: Row | undefined, from: readonly [number, number]): Pick<Changes, 'sessions' | 'spans' | 'next'> {
    if (row === undefined || Number(row.seq) < from[0]) return { sessions: [], spans: [], next: null };
    const rows = this.#statements
      .get(
        `SELECT ${SPAN_COLUMNS} FROM spans x WHERE x.session_pk = ? AND (x.seq, x.id) > (?, ?) ORDER BY x.seq, x.id LIMIT ?`,
      )
      .all(Number(row.id), ...from, SPANS);
    const session = sessionOf(row);
    const changed = rows.length > 0 || Number(row.seq) > from[0];
    return {
      sessions: changed ? [session] : [],
      spans: rows.map((span) => thinSpanOf(span, session.sessionId)),
      next: nextAfter(rows, SPANS),
    };
  }

  /** One that was begun again since is there. */
  #removed(scope: Scope, after: number, session: string | undefined): string[] {
    return this.#statements
      .get(
        `SELECT DISTINCT r.session_id AS id FROM removals r JOIN projects p ON p.id = r.project_id
        WHERE r.seq > ? AND (? IS NULL OR p.name = ?) AND (? IS NULL OR r.session_id = ?)
        AND NOT EXISTS (SELECT 1 FROM sessions s WHERE s.project_id = r.project_id AND s.session_id = r.session_id)`,
      )
      .all(after, scope.project ?? null, scope.project ?? null, session ?? null, session ?? null)
      .map((row) => String(row.id));
  }
}

function nextAfter(rows: Row[], most: number): string | null {
  const last = rows.length < most ? undefined : rows.at(-1);
  return last === undefined ? null : encodeCursor(Number(last.seq), Number(last.id));
}
