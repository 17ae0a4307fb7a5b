import { parentPort, workerData } from 'node:worker_threads';
import type { Database } from './driver.js';
import { openDatabase } from './open-database.js';

/**
 * Brings the log back into the file beside the writer, which so never waits for it. Only where the log has grown is the
 * writer held up for the moment that the last frames take, after which it begins the log anew.
 */
const port = parentPort as NonNullable<typeof parentPort>;
const { file } = workerData as { file: string };

/** The log is begun anew from so many frames on, of a page each: the writer's own limit is higher. */
const LONG_LOG = 4500;
/** So few new ones during a round, and what is left for the writer to wait for takes a few ms. */
const FEW_FRAMES = 150;
const ROUNDS = 6;
/** How long the writer may be held up because of a reader. */
const BUSY_MS = 20;

let db: Database | undefined;

/** How many frames the log had as it began. */
function checkpoint(mode: 'PASSIVE' | 'RESTART'): number {
  db ??= openDatabase(file, { busyMs: BUSY_MS });
  return Number(db.prepare(`PRAGMA wal_checkpoint(${mode})`).get()?.log ?? 0);
}

function work(): void {
  let frames = checkpoint('PASSIVE');
  if (frames < LONG_LOG) return;
  for (let round = 0; round < ROUNDS; round++) {
    const before = frames;
    frames = checkpoint('PASSIVE');
    if (frames - before < FEW_FRAMES) break;
  }
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
