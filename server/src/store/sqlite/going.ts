import type { Statements } from './statements.js';

/** Row in `meta`: rows of sessions that are gone while some of their spans are still there, with commas between. */
const REMOVING = 'removing';

/**
 * That the session of a span is not such a one, as SQL. Where spans are read by themselves, this keeps out of sight what
 * is left of a session; the list is read once a query.
 */
export const STAYS = (sessionPk: string): string =>
  `${sessionPk} NOT IN (SELECT value FROM json_each('[' || (SELECT value FROM meta WHERE key = '${REMOVING}') || ']'))`;

/** Sessions that are being removed, kept in the file: the next process goes on where one broke off. */
export class Going {
  readonly #statements: Statements;
  readonly #sessions = new Set<number>();

  constructor(statements: Statements) {
    this.#statements = statements;
    this.forget();
  }

  has(session: number): boolean {
    return this.#sessions.has(session);
  }

  get first(): number | undefined {
    return this.#sessions.values().next().value;
  }

  add(session: number): void {
    if (this.#sessions.has(session)) return;
    this.#sessions.add(session);
    this.#write();
  }

  delete(session: number): void {
    if (this.#sessions.delete(session)) this.#write();
  }

  #write(): void {
    if (this.#sessions.size === 0) this.#statements.get('DELETE FROM meta WHERE key = ?').run(REMOVING);
    else
      this.#statements
        .get('INSERT OR REPLACE INTO meta(key, value) VALUES(?, ?)')
        .run(REMOVING, [...this.#sessions].join(','));
  }

  /** After a rolled-back transaction only the file knows. */
  forget(): void {
    this.#sessions.clear();
    const listed = this.#statements.get('SELECT value FROM meta WHERE key = ?').get(REMOVING)?.value;
    if (typeof listed === 'string') for (const session of listed.split(',')) this.#sessions.add(Number(session));
  }
}
