import type { Statements } from './statements.js';

/** So many sessions that went are remembered. */
const REMEMBERED = 10_000;
/** Row in `meta`: of sessions that went up to this number of the ingest sequence not all are remembered any more. */
export const FORGOTTEN_UNTIL = 'removals_forgotten';

/** Which sessions went, for those who follow the changes. */
export class RemovalNotes {
  readonly #statements: Statements;
  readonly #seq: () => number;

  constructor(statements: Statements, seq: () => number) {
    this.#statements = statements;
    this.#seq = seq;
  }

  /** Before the session's row goes. */
  add(session: number): void {
    const { lastInsertRowid: id, changes } = this.#statements
      .get(
        'INSERT INTO removals(seq, project_id, session_id) SELECT ?, project_id, session_id FROM sessions WHERE id = ?',
      )
      .run(this.#seq(), session);
    if (changes === 0) return;
    const forgotten = this.#statements
      .get('DELETE FROM removals WHERE id <= ? RETURNING seq')
      .get(id - REMEMBERED)?.seq;
    if (forgotten === undefined) return;
    this.#statements
      .get('INSERT OR REPLACE INTO meta(key, value) VALUES(?, ?)')
      .run(FORGOTTEN_UNTIL, String(forgotten));
  }
}
