import type { PruneReport } from '../trace-store.js';
import type { Database } from './driver.js';
import { pragma } from './store-file.js';
import type { Writer } from './writer.js';

export interface PruneLimits {
  maxBytes?: number;
  beforeMs?: number;
  sessions?: number;
}

/** Pruning below the limit by this share, so that the next batch does not start it again. */
const HEADROOM = 0.9;

/** A clean-up that is done in small transactions, with ingest in between. */
export class Pruning {
  readonly #db: Database;
  readonly #writer: Writer;
  readonly #limits: PruneLimits;
  readonly report: PruneReport = { sessions: 0, spans: 0, dbBytes: 0 };
  #untilBytes: number | undefined;
  #looked = false;
  /** A session that is gone in part: it is finished whatever the limits say, since sessions go whole. */
  #begun: number | undefined;

  /** `begun`: the one that an earlier process did not come to the end of. */
  constructor(db: Database, writer: Writer, limits: PruneLimits, begun?: number) {
    this.#db = db;
    this.#writer = writer;
    this.#limits = limits;
    this.#untilBytes = limits.maxBytes;
    this.#begun = begun;
  }

  /** One transaction's worth; false when nothing is left to do. */
  step(): boolean {
    this.#look();
    const next = this.#begun ?? this.#next();
    if (next === undefined) {
      this.report.dbBytes = usedBytes(this.#db);
      this.#db.exec('PRAGMA incremental_vacuum(2000)');
      return false;
    }
    this.#writer.begin();
    try {
      this.#writer.removal.begin(next);
      const step = this.#writer.removal.step(next);
      this.#writer.forgetIds();
      this.#writer.commit();
      this.#begun = step.done ? undefined : next;
      this.report.spans += step.spans;
      if (step.done) this.report.sessions++;
    } catch (error) {
      this.#writer.rollback();
      throw error;
    }
    return true;
  }

  /** Where there is too much, a little more goes. */
  #look(): void {
    const { maxBytes } = this.#limits;
    if (!this.#looked && maxBytes !== undefined && usedBytes(this.#db) > maxBytes)
      this.#untilBytes = maxBytes * HEADROOM;
    this.#looked = true;
  }

  #next(): number | undefined {
    const row = this.#db.prepare('SELECT id, start_ms FROM sessions ORDER BY start_ms, id LIMIT 1').get();
    if (!row) return undefined;
    const { beforeMs, sessions } = this.#limits;
    if (beforeMs !== undefined && Number(row.start_ms) < beforeMs) return Number(row.id);
    if (this.#untilBytes !== undefined && usedBytes(this.#db) > this.#untilBytes) return Number(row.id);
    if (sessions !== undefined && Number(this.#db.prepare('SELECT count(*) AS n FROM sessions').get()?.n) > sessions)
      return Number(row.id);
    return undefined;
  }
}

/** Bytes that hold data: pages that were freed and will be used again do not count. */
export function usedBytes(db: Database): number {
  return (pragma(db, 'page_count') - pragma(db, 'freelist_count')) * pragma(db, 'page_size');
}
