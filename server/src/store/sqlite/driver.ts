export type SqlValue = null | number | bigint | string | Uint8Array;
export type Row = Record<string, SqlValue>;

export interface Statement {
  run(...values: SqlValue[]): { changes: number; lastInsertRowid: number };
  get(...values: SqlValue[]): Row | undefined;
  all(...values: SqlValue[]): Row[];
  iterate(...values: SqlValue[]): Iterable<Row>;
}

/** The little that the store needs of an SQLite library; two libraries are known to give it. */
export interface Database {
  readonly driver: string;
  exec(sql: string): void;
  prepare(sql: string): Statement;
  /** Makes a scalar function that SQL calls once a row. */
  define(name: string, fn: (value: SqlValue) => SqlValue): void;
  close(): void;
}

export interface OpenOptions {
  readonly?: boolean;
  busyMs?: number;
}

export type Open = (file: string, options?: OpenOptions) => Database;

/** No SQLite library could be loaded. */
export class NoDriverError extends Error {
  constructor(reasons: string[]) {
    super(
      `honeyhive-local needs an SQLite library and found none (${reasons.join('; ')}). ` +
        'Either install better-sqlite3 beside it (npm install better-sqlite3), or run it on Node 22.13 or later, which brings node:sqlite.',
    );
    this.name = 'NoDriverError';
  }
}
