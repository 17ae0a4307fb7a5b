import type { Database, Open, Row, SqlValue, Statement } from './driver.js';

interface NativeStatement {
  run(...v: unknown[]): { changes: number | bigint; lastInsertRowid: number | bigint };
  get(...v: unknown[]): unknown;
  all(...v: unknown[]): unknown[];
  iterate(...v: unknown[]): Iterable<unknown>;
}

interface Native {
  exec(sql: string): void;
  prepare(sql: string): NativeStatement;
  function(name: string, options: object, fn: (value: unknown) => unknown): void;
  close(): void;
}

/** SQLite as Node itself brings it since 22.13; throws on an older Node. */
export function openNodeSqlite(): Open {
  const library = loadQuietly();
  if (library === undefined) throw new Error(`not part of Node ${process.versions.node}`);
  const { DatabaseSync } = library;
  return (file, options = {}) => {
    const native = new DatabaseSync(file, { readOnly: options.readonly === true, timeout: options.busyMs ?? 5000 });
    native.exec(`PRAGMA busy_timeout = ${options.busyMs ?? 5000}`);
    return adapt(native);
  };
}

interface NodeSqlite {
  DatabaseSync: new (file: string, options: object) => Native;
}

/** Node says once that its SQLite is experimental; users of a trace server cannot do anything about it. */
function loadQuietly(): NodeSqlite | undefined {
  const emit = process.emitWarning;
  process.emitWarning = ((warning: string | Error, ...rest: unknown[]) => {
    if (String(warning).includes('SQLite')) return;
    Reflect.apply(emit, process, [warning, ...rest]);
  }) as typeof process.emitWarning;
  try {
    const builtin = (process as { getBuiltinModule?: (id: string) => unknown }).getBuiltinModule;
    return builtin?.call(process, 'node:sqlite') as NodeSqlite | undefined;
  } finally {
    process.emitWarning = emit;
  }
}

function adapt(native: Native): Database {
  return {
    driver: 'node:sqlite',
    exec: (sql) => native.exec(sql),
    prepare: (sql) => {
      const statement = native.prepare(sql);
      const adapted: Statement = {
        run: (...values) => {
          const result = statement.run(...values);
          return { changes: Number(result.changes), lastInsertRowid: Number(result.lastInsertRowid) };
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
