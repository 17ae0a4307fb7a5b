import type { Database, Statement } from './driver.js';

/** Prepared statements by their text, each prepared once. Only for texts that the program itself contains. */
export class Statements {
  readonly #db: Database;
  readonly #known = new Map<string, Statement>();

  constructor(db: Database) {
    this.#db = db;
  }

  get(sql: string): Statement {
    let statement = this.#known.get(sql);
    if (!statement) {
      statement = this.#db.prepare(sql);
      this.#known.set(sql, statement);
    }
    return statement;
  }
}
