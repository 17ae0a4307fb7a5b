import type { Database, Open, Row, SqlValue, Statement } from './driver.js';

interface Native {
  exec(sql: string): void;
  prepare(sql: string): {
    run(...v: unknown[]): { changes: number; lastInsertRowid: number | bigint };
    get(...v: unknown[]): unknown;
    all(...v: unknown[]): unknown[];
    iterate(...v: unknown[]): Iterable<unknown>;
  };
  function(name: string, options: object, fn: (value: unknown) => unknown): void;
  close(): void;
}

/** Throws where the native module was not built or does not fit this Node. */
export function openBetterSqlite(): Open {
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const Library = require('better-sqlite3') as new (file: string, options: object) => Native;
  new Library(':memory:', {}).close();
  return (file, options = {}) => {
    const native = new Library(file, { readonly: options.readonly === true, timeout: options.busyMs ?? 5000 });
    return adapt(native);
  };
}

function adapt(native: Native): Database {
  return {
    driver: 'better-sqlite3',
    exec: (sql) => native.exec(sql),
    prepare: (sql) => {
      const statement = native.prepare(sql);
      const adapted: Statement = {
        run: (...values) => {
          const result = statement.run(...values);
          return { changes: result.changes, lastInsertRowid: Number(result.lastInsertRowid) };
        },
        get: (...values) => statement.get(...values) as Row | undefined,
        all: (...values) => statement.all(...values) as Row[],
        iterate: (...values) => statement.iterate(...values) as Iterable<Row>,
      };
      return adapted;
    },
    define: (name, fn) =>
      native.function(name, { deterministic: false, directOnly: true }, (value) => fn(value as SqlValue)),
    close: () => native.close(),
  };
}
