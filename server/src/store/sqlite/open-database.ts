import { type Database, NoDriverError, type Open, type OpenOptions } from './driver.js';
import { openBetterSqlite } from './driver-better-sqlite3.js';
import { openNodeSqlite } from './driver-node-sqlite.js';

const DRIVERS: Record<string, () => Open> = { 'better-sqlite3': openBetterSqlite, 'node:sqlite': openNodeSqlite };

/** Opens a database with the first library that loads; `HH_LOCAL_SQLITE` names one to insist on. */
export function openDatabase(file: string, options?: OpenOptions): Database {
  const wanted = process.env.HH_LOCAL_SQLITE;
  const reasons: string[] = [];
  for (const [name, load] of Object.entries(DRIVERS)) {
    if (wanted && wanted !== name) continue;
    let open: Open;
    try {
      open = load();
    } catch (error) {
      reasons.push(`${name}: ${firstLine(error)}`);
      continue;
    }
    return open(file, options);
  }
  throw new NoDriverError(reasons);
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0] as string;
}
