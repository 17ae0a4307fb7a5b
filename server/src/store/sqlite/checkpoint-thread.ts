import { parentPort, workerData } from 'node:worker_threads';
import type { Database } from './driver.js';
import { openDatabase } from './open-database.js';

/**
 * Brings the log back into the file beside the writer, which so never waits for it. Only where the log has grown is the
 * writer held up for the moment that the last frames take, after which it begins the log anew.
 */
const port = parentPort as NonNullable<typeof parentPort>;
const { file } = workerData as { file: string };

/** Frames of a page each. */
const LONG_LOG = 2000;
const LAST_FRAMES = 200;
const ROUNDS = 4;
/** How long the writer may be held up because of a reader. */
const BUSY_MS = 20;

let db: Database | undefined;

function checkpoint(mode: 'PASSIVE' | 'RESTART'): { log: number; left: number } {
  db ??= openDatabase(file, { busyMs: BUSY_MS });
  const row = db.prepare(`PRAGMA wal_checkpoint(${mode})`).get();
  const log = Number(row?.log ?? 0);
  return { log, left: log - Number(row?.checkpointed ?? 0) };
}

function work(): void {
  let { log, left } = checkpoint('PASSIVE');
  if (log < LONG_LOG) return;
  for (let round = 0; left > LAST_FRAMES && round < ROUNDS; round++) ({ log, left } = checkpoint('PASSIVE'));
  checkpoint('RESTART');
}

port.on('message', (message: 'work' | 'close') => {
  try {
    if (message === 'work') work();
    else db?.close();
  } catch {
    // A disk that is full or fails is the writer's to report; the next round tries again with a new connection.
    db = undefined;
  }
  if (message === 'close') port.close();
  else port.postMessage('done');
});
