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
/** How long the writer may be held up because of a reader: hardly, and where the log is too long. */
const BUSY_MS = { brief: 20, patient: 500 };

let db: Database | undefined;

function checkpoint(mode: 'PASSIVE' | 'RESTART'): { frames: number; busy: boolean } {
  db ??= openDatabase(file);
  const row = db.prepare(`PRAGMA wal_checkpoint(${mode})`).get();
  return { frames: Number(row?.log ?? 0), busy: Number(row?.busy) !== 0 };
}

/** Whether the log is short, or begins anew with the next commit: not where somebody still reads from it. */
function work(round: keyof typeof BUSY_MS): boolean {
  let { frames } = checkpoint('PASSIVE');
  if (frames < LONG_LOG) return true;
  for (let left = ROUNDS; left > 0; left--) {
    const before = frames;
    frames = checkpoint('PASSIVE').frames;
    if (frames - before < FEW_FRAMES) break;
  }
  db?.exec(`PRAGMA busy_timeout = ${BUSY_MS[round]}`);
  return !checkpoint('RESTART').busy;
}

port.on('message', (message: keyof typeof BUSY_MS | 'close') => {
  let done = false;
  try {
    if (message === 'close') db?.close();
    else done = work(message);
  } catch {
    // A disk that is full or fails is the writer's to report; the next round tries again with a new connection.
    db = undefined;
  }
  if (message === 'close') port.close();
  else port.postMessage({ done });
});
