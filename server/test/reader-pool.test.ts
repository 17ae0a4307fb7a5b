/** Queries that have to wait for a thread. */
import { join } from 'node:path';
import { openDatabase } from '../dist/store/sqlite/open-database';
import { ReaderPool } from '../dist/store/sqlite/reader-pool';
import { openForWriting } from '../dist/store/sqlite/store-file';
import { folder } from './support/local';

const BUDGET_MS = 2000;

test('a query gets the thread that comes free, though others gave up waiting before it', async () => {
  const file = join(folder(), 'traces.db');
  openForWriting(file, () => undefined).release();
  // In this mode whoever writes keeps readers out: so queries last as long as the test says.
  const lock = openDatabase(file, { busyMs: 0 });
  lock.exec('PRAGMA journal_mode = DELETE');
  const pool = new ReaderPool(file, BUDGET_MS);
  const ask = (): Promise<unknown> => pool.slow('stats', [{}]);
  try {
    await Promise.all([ask(), ask()]);
    lock.exec('BEGIN EXCLUSIVE');
    const running = Promise.allSettled([ask(), ask()]);
    const gaveUp = await Promise.allSettled([ask(), ask()]);
    expect(gaveUp.map((one) => one.status === 'rejected' && one.reason.code)).toEqual(['too_slow', 'too_slow']);
    const from = performance.now();
    const next = ask();
    lock.exec('COMMIT');
    await running;
    await next;
    expect(performance.now() - from).toBeLessThan(BUDGET_MS / 2);
  } finally {
    lock.close();
    await pool.close();
  }
}, 20_000);
