import { closeSync, openSync, readSync, type Stats, statSync } from 'node:fs';
import { Budget } from '../store/sqlite/budget.js';
import { type Database, NoDriverError } from '../store/sqlite/driver.js';
import { defineFoldCase } from '../store/sqlite/fold-case.js';
import { openDatabase } from '../store/sqlite/open-database.js';
import { Queries } from '../store/sqlite/queries.js';
import { Reader } from '../store/sqlite/reader.js';
import { realFile } from '../store/sqlite/real-file.js';
import { APPLICATION_ID, MIGRATIONS } from '../store/sqlite/schema.js';
import { pragma } from '../store/sqlite/store-file.js';
import type { ListOptions, Page, SessionRecords, StoreStats } from '../store/trace-store.js';
import type { Session, ThinSpan } from '../wire/records.js';
import { CliError } from './errors.js';

/** How every SQLite database begins: https://sqlite.org/fileformat2.html#magic_header_string */
const MAGIC = 'SQLite format 3\0';
/** Never the number of a call that was given up. */
const CALL = 1;
const LAST_TEXTS = 3;

/**
 * A file that is only looked at, whether a server has it open or not. What is no database of ours is refused, and
 * nothing is made, renamed or changed.
 */
export class FileReader {
  readonly #file: string;
  readonly #db: Database;

  constructor(file: string) {
    this.#file = file;
    refuseOthers(file);
    this.#db = this.#cautiously(() => open(file));
    try {
      this.#cautiously(() => this.#refuseOtherPrograms());
    } catch (error) {
      this.#db.close();
      throw error;
    }
  }

  #refuseOtherPrograms(): void {
    if (pragma(this.#db, 'application_id') !== APPLICATION_ID)
      throw new CliError(
        `${this.#file} is no database of honeyhive-local, but of another program; it was left untouched`,
        'foreign',
      );
    const version = pragma(this.#db, 'user_version');
    if (version > MIGRATIONS.length)
      throw new CliError(
        `${this.#file} was written by a newer honeyhive-local (schema ${version}, this one knows ${MIGRATIONS.length}); it was left untouched: update honeyhive-local`,
        'newer',
      );
  }

  /** To read in it. A file of an older schema would have to be changed first, which is not for somebody who looks. */
  reading(): Reading {
    const version = pragma(this.#db, 'user_version');
    if (version < MIGRATIONS.length)
      throw new CliError(
        `${this.#file} is from an older version (schema ${version}, this one reads ${MIGRATIONS.length}); it was left untouched: 'honeyhive-local serve --db ${this.#file}' copies it and brings it up to date`,
        'older',
      );
    defineFoldCase(this.#db);
    const budget = new Budget(this.#db, new Int32Array(1));
    const reader = new Reader(this.#db);
    const queries = new Queries(this.#db, reader, budget);
    // Nobody else waits for this file, so a query may take as long as it needs.
    const read = <T>(work: () => T): T =>
      this.#cautiously(() => budget.run(CALL, Number.POSITIVE_INFINITY, () => inOneState(this.#db, work)));
    return {
      listSessions: (options) => read(() => reader.listSessions({}, options)),
      getSession: (id, options) => read(() => reader.getSession({}, id, options)),
      stats: () => read(() => reader.stats({})),
      exportSession: async (_scope, id, cursor) => read(() => queries.exportSession({}, id, cursor)),
    };
  }

  /**
   * Refuses a damaged file. Whoever opens one to write in it puts it aside, which is the server's business: a command
   * would say that it did what it was told, to an empty file. Looks where the server does, at what was written last.
   */
  refuseDamaged(): void {
    this.#cautiously(() => {
      const tables = this.#db
        .prepare(
          "SELECT name, sql LIKE 'CREATE VIRTUAL%' AS text FROM sqlite_master WHERE type = 'table' ORDER BY rowid",
        )
        .all();
      for (const { name } of tables.filter(({ text }) => Number(text) === 0))
        this.#db.prepare(`SELECT * FROM "${name}" ORDER BY 1 DESC LIMIT 1`).get();
      for (const { name } of tables.filter(({ text }) => Number(text) === 1).slice(-LAST_TEXTS))
        this.#db.prepare(`SELECT rowid FROM "${name}" WHERE "${name}" MATCH 'a' LIMIT 1`).get();
    });
  }

  close(): void {
    this.#db.close();
  }

  /** What SQLite says of a file says nothing of how to go on. */
  #cautiously<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      const { code, message } = error as { code?: unknown; message: string };
      const fromSqlite = /^(SQLITE_|ERR_SQLITE)/.test(String(code)) && !(error instanceof NoDriverError);
      if (!fromSqlite) throw error;
      throw new CliError(
        `cannot read all of ${this.#file} (${message}); it was left untouched. Where it is damaged, 'honeyhive-local serve --db ${this.#file}' puts it aside and begins a new one`,
        'unreadable',
      );
    }
  }
}

export interface Reading {
  listSessions(options: ListOptions): Page<Session>;
  getSession(
    id: string,
    options: { limit?: number; cursor?: string },
  ): { session: Session; spans: ThinSpan[]; nextCursor: string | null } | undefined;
  stats(): StoreStats;
  exportSession(scope: object, id: string, cursor?: string): Promise<SessionRecords | undefined>;
}

/** What can be told without SQLite, which would make a file that is not there and begins with an empty one. */
function refuseOthers(file: string): void {
  let stats: Stats | undefined;
  let begin: string;
  try {
    stats = statSync(file, { throwIfNoEntry: false });
    begin = stats?.isFile() === true ? beginning(file) : '';
  } catch (error) {
    throw new CliError(`cannot read ${file}: ${error instanceof Error ? error.message : String(error)}`, 'unreadable');
  }
  if (stats === undefined)
    throw new CliError(
      `there is no file ${file}; name the one that is meant with --db, or start a new one with 'honeyhive-local serve --db ${file}'`,
      'no_file',
    );
  if (!stats.isFile())
    throw new CliError(`${file} is a folder or a device, no database of honeyhive-local`, 'not_a_database');
  if (begin !== MAGIC)
    throw new CliError(`${file} is no database of honeyhive-local; it was left untouched`, 'not_a_database');
}

function beginning(file: string): string {
  const bytes = Buffer.alloc(MAGIC.length);
  const handle = openSync(file, 'r');
  try {
    return bytes.toString('latin1', 0, readSync(handle, bytes, 0, bytes.length, 0));
  } finally {
    closeSync(handle);
  }
}

/**
 * A log with something in it belongs to a running server or was left by a killed one. It is read where it is, by a
 * connection that may not write: bringing it into the file, and telling what of it is whole, is for the server. SQLite
 * may then leave its index (`-shm`) behind, as it was left before. Without a log the connection may write, but is told
 * not to: one that may not could not clear away the empty log that SQLite makes while it reads.
 */
function open(file: string): Database {
  const real = realFile(file);
  const log = statSync(`${real}-wal`, { throwIfNoEntry: false });
  const db = openDatabase(real, { readonly: log !== undefined && log.size > 0, busyMs: 5000 });
  db.exec('PRAGMA query_only = 1; PRAGMA temp_store = MEMORY');
  return db;
}

/** All that one answer needs is read from one state of the file, should a server write meanwhile. */
function inOneState<T>(db: Database, read: () => T): T {
  db.exec('BEGIN');
  try {
    return read();
  } finally {
    db.exec('COMMIT');
  }
}
