import type { Database, Statement } from './driver.js';
import type { Statements } from './statements.js';
import { COMMON_TEXTS, PARTS_FROM, partOf, partsOf, SPANS_PER_PART, tableOf } from './text-parts.js';

/** Pages that one piece of merging writes, where no single word takes more. */
const PAGES = 32;

/**
 * The texts that can be searched. Left to itself FTS5 merges inside commits, some 20 ms in every fourth, while somebody
 * waits for them; here it is done between them, in pieces. https://sqlite.org/fts5.html#the_merge_command
 */
export class TextIndex {
  readonly #db: Database;
  readonly #statements: Statements;
  readonly #from: number;
  readonly #parts: Set<number>;
  readonly #changes: Statement;
  /** Parts that may have something to merge, or nothing left in them. */
  readonly #due: Set<number>;
  /** Where the last text went. */
  #current = Number.NaN;
  #insert: Statement | undefined;

  constructor(db: Database, statements: Statements) {
    this.#db = db;
    this.#statements = statements;
    this.#from = Number(db.prepare('SELECT value FROM meta WHERE key = ?').get(PARTS_FROM)?.value ?? 0);
    this.#parts = new Set(partsOf(db));
    this.#changes = db.prepare('SELECT total_changes() AS n');
    this.#due = new Set(this.#parts);
  }

  /** After a rolled-back transaction a part may not be there any more. */
  forget(): void {
    this.#parts.clear();
    for (const part of partsOf(this.#db)) this.#parts.add(part);
    this.#current = Number.NaN;
  }

  /** Takes in the text of a row that has none: a span, or minus a session's row. */
  add(row: number, text: string): void {
    if (row < this.#from) {
      this.#common(`INSERT INTO ${COMMON_TEXTS}(rowid, text) VALUES(?, ?)`).run(row, text);
      return;
    }
    const part = partOf(row);
    if (part !== this.#current || this.#insert === undefined) {
      if (!this.#parts.has(part)) this.#create(part);
      this.#insert = this.#common(`INSERT INTO ${tableOf(part)}(rowid, text) VALUES(?, ?)`);
      this.#current = part;
    }
    this.#due.add(part);
    this.#insert.run(row, text);
  }

  remove(row: number): void {
    const part = partOf(row);
    if (row < this.#from) this.#common(`DELETE FROM ${COMMON_TEXTS} WHERE rowid = ?`).run(row);
    else if (this.#parts.has(part)) {
      this.#due.add(part);
      this.#common(`DELETE FROM ${tableOf(part)} WHERE rowid = ?`).run(row);
    }
  }

  replace(row: number, text: string): void {
    this.remove(row);
    this.add(row, text);
  }

  #common(sql: string): Statement {
    return this.#statements.get(sql);
  }

  #create(part: number): void {
    const table = tableOf(part);
    this.#db.exec(`CREATE VIRTUAL TABLE ${table} USING fts5(text, content='', contentless_delete=1, tokenize="unicode61 remove_diacritics 2");
      INSERT INTO ${table}(${table}, rank) VALUES('automerge', 0);
      INSERT INTO ${table}(${table}, rank) VALUES('deletemerge', 25);
      INSERT INTO text_parts(id) VALUES(${part})`);
    this.#parts.add(part);
  }

  /** Something is left to merge or to drop. */
  get due(): boolean {
    return this.#due.size > 0;
  }

  /** Does one piece of it, in a transaction of its own. */
  step(): void {
    const [part] = this.#due;
    if (part === undefined) return;
    // Also when it fails: the next change makes it due again.
    this.#due.delete(part);
    if (!this.#parts.has(part)) return;
    if (part !== this.#current && this.#empty(part)) {
      this.#drop(part);
      return;
    }
    const table = tableOf(part);
    const before = this.#total();
    this.#common(`INSERT INTO ${table}(${table}, rank) VALUES('merge', ${PAGES})`).run();
    // The command itself counts as one change.
    if (this.#total() - before > 1) this.#due.add(part);
  }

  #total(): number {
    return Number(this.#changes.get()?.n);
  }

  #empty(part: number): boolean {
    const first = part * SPANS_PER_PART;
    return (
      this.#common('SELECT 1 FROM spans WHERE id >= ? AND id < ? LIMIT 1').get(first, first + SPANS_PER_PART) ===
      undefined
    );
  }

  #drop(part: number): void {
    this.#db.exec('BEGIN IMMEDIATE');
    try {
      this.#db.exec(`DELETE FROM text_parts WHERE id = ${part}; DROP TABLE ${tableOf(part)}; COMMIT`);
    } catch (error) {
      this.#db.exec('ROLLBACK');
      throw error;
    }
    this.#parts.delete(part);
  }
}
