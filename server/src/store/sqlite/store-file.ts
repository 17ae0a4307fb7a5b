import { createHash } from 'node:crypto';
import { constants, copyFileSync, existsSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { type Database, NoDriverError } from './driver.js';
import { openDatabase } from './open-database.js';
import { realFile } from './real-file.js';
import { APPLICATION_ID, MIGRATIONS } from './schema.js';
import { textTables } from './text-parts.js';
import { classify } from './trouble.js';

/** The file cannot be used as it is; the message says what to do. */
export class StoreFileError extends Error {
  readonly code: 'in_use' | 'newer' | 'foreign' | 'unusable';
  constructor(code: StoreFileError['code'], message: string) {
    super(message);
    this.name = 'StoreFileError';
    this.code = code;
  }
}

export interface OpenedStore {
  db: Database;
  release(): void;
}

/** Told, in words for people, what happens to the file: copied, migrated, put aside. */
export type Say = (notice: string) => void;

/** A short name of the file that does not tell its path. */
export function fileFingerprint(file: string): string {
  return createHash('sha256').update(realFile(file)).digest('hex').slice(0, 16);
}

/** Opens the file for the one writer, makes or migrates its schema, and holds it against a second writer. */
export function openForWriting(file: string, say: Say, migrations: readonly string[] = MIGRATIONS): OpenedStore {
  try {
    mkdirSync(dirname(resolve(file)), { recursive: true });
  } catch (error) {
    throw new StoreFileError('unusable', `cannot make the directory of ${file}: ${message(error)}`);
  }
  const lock = takeLock(file);
  try {
    let db: Database;
    try {
      db = openAndMigrate(file, say, migrations);
    } catch (error) {
      if (error instanceof StoreFileError || classify(error) !== 'damaged') throw error;
      const aside = quarantine(file);
      say(`${file} could not be read (${message(error)}); it was moved to ${aside} and a new one was begun`);
      db = openAndMigrate(file, say, migrations);
    }
    return {
      db,
      release: () => {
        db.close();
        lock.close();
      },
    };
  } catch (error) {
    lock.close();
    throw error;
  }
}

/** The operating system gives an SQLite lock back when its process dies, so it cannot become stale. */
function takeLock(file: string): Database {
  let lock: Database;
  try {
    lock = openDatabase(`${file}.lock`, { busyMs: 0 });
  } catch (error) {
    if (error instanceof NoDriverError) throw error;
    throw new StoreFileError('unusable', `cannot open ${file}.lock: ${message(error)}`);
  }
  try {
    lock.exec('PRAGMA journal_mode = DELETE; BEGIN EXCLUSIVE');
  } catch (error) {
    lock.close();
    if (!/busy|locked/i.test(`${message(error)} ${code(error)}`))
      throw new StoreFileError('unusable', `cannot lock ${file}: ${message(error)}`);
    throw new StoreFileError(
      'in_use',
      `another honeyhive-local already has ${file} open; use that one, stop it, or give another --db`,
    );
  }
  return lock;
}

function openAndMigrate(file: string, say: Say, migrations: readonly string[]): Database {
  const newest = migrations.length;
  const fresh = !existsSync(file) || statSync(file).size === 0;
  if (fresh && existsSync(`${file}-wal`) && statSync(`${file}-wal`).size > 0)
    say(`${file} was empty although it had a log; a new one was begun`);
  const db = openDatabase(file, { busyMs: 5000 });
  try {
    if (fresh) db.exec('PRAGMA page_size = 8192; PRAGMA auto_vacuum = INCREMENTAL');
    const version = pragma(db, 'user_version');
    const application = pragma(db, 'application_id');
    if (!fresh && application !== APPLICATION_ID) {
      const tables = db.prepare("SELECT count(*) AS n FROM sqlite_master WHERE type = 'table'").get()?.n;
      if (Number(tables) > 0)
        throw new StoreFileError('foreign', `${file} is an SQLite database of another program; give another --db`);
    }
    if (version > newest) {
      throw new StoreFileError(
        'newer',
        `${file} was written by a newer honeyhive-local (schema ${version}, this one knows ${newest}); it was left untouched: update honeyhive-local or give another --db`,
      );
    }
    db.exec(
      'PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA journal_size_limit = 41943040; PRAGMA cache_size = -65536; PRAGMA temp_store = MEMORY; PRAGMA wal_autocheckpoint = 6000',
    );
    if (version > 0 && version < newest) backUp(db, file, version, say);
    for (let next = version; next < newest; next++) {
      db.exec('BEGIN IMMEDIATE');
      try {
        db.exec(migrations[next] as string);
        db.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${next + 1}`);
        db.exec('COMMIT');
      } catch (error) {
        db.exec('ROLLBACK');
        throw error;
      }
      if (!fresh) say(`${file} was brought from schema ${next} to ${next + 1}`);
    }
    if (!fresh) lookEverywhere(db);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

const LOOKS = [
  ...['sessions', 'spans', 'blobs', 'documents'].map((table) => `SELECT * FROM ${table} ORDER BY id DESC LIMIT 1`),
  'SELECT * FROM payloads ORDER BY span_pk DESC LIMIT 1',
];

/** What was written last stands at the end of the file. */
const LAST_TEXTS = 3;

/** A file that was cut short shows it here, while it can still be put aside, and not when the first span comes. */
function lookEverywhere(db: Database): void {
  const texts = textTables(db)
    .slice(-LAST_TEXTS)
    .map((table) => `SELECT rowid FROM ${table} WHERE ${table} MATCH 'a' LIMIT 1`);
  for (const look of [...LOOKS, ...texts]) db.prepare(look).get();
}

/** The file as it was before its schema changes, for going back to the version that wrote it. */
function backUp(db: Database, file: string, version: number, say: Say): void {
  const copy = `${file}.schema-${version}`;
  try {
    db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    // Said before: of some gigabytes this takes a minute.
    const mb = Math.ceil(statSync(file).size / 1e6);
    say(`${file} is from an older version; copying it to ${copy} first (${mb.toLocaleString('en')} MB) ...`);
    // A copy that was cut short must not pass for a whole one. Where the file system can, nothing is really copied.
    copyFileSync(file, `${copy}.part`, constants.COPYFILE_FICLONE);
    renameSync(`${copy}.part`, copy);
  } catch (error) {
    rmSync(`${copy}.part`, { force: true, recursive: true });
    throw new StoreFileError(
      'unusable',
      `${file} has to be brought to a newer schema and could not be copied first (${message(error)}); make room, or give another --db`,
    );
  }
}

function quarantine(file: string): string {
  const aside = `${file}.damaged-${new Date().toISOString().replace(/[:.]/g, '-')}`;
  renameSync(file, aside);
  for (const suffix of ['-wal', '-shm']) if (existsSync(file + suffix)) renameSync(file + suffix, aside + suffix);
  return aside;
}

export function pragma(db: Database, name: string): number {
  const row = db.prepare(`PRAGMA ${name}`).get();
  return row === undefined ? 0 : Number(Object.values(row)[0]);
}

function message(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function code(error: unknown): string {
  const value = (error as { code?: unknown; errcode?: unknown } | null)?.code;
  return typeof value === 'string' ? value : '';
}
