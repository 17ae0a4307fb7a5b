import { StoreError } from '../store-error.js';
import type { Database } from './driver.js';

/** A query that takes longer than this is ended. */
export const QUERY_BUDGET_MS = 5000;

/**
 * SQL that may look at many rows calls `hh_tick(rowid)` on each; the call ends the query when its time is up or when
 * nobody waits for it any more.
 */
export class Budget {
  readonly #cancelled: Int32Array;
  #deadline = Number.POSITIVE_INFINITY;
  #call = 0;
  #ticks = 0;

  constructor(db: Database, cancelled: Int32Array) {
    this.#cancelled = cancelled;
    db.define('hh_tick', () => {
      if ((++this.#ticks & 255) === 0) this.#check();
      return 1;
    });
  }

  run<T>(call: number, ms: number, work: () => T): T {
    this.#call = call;
    this.#deadline = Date.now() + ms;
    this.#check();
    return work();
  }

  /** For loops in JavaScript over many rows. */
  tick(): void {
    if ((++this.#ticks & 255) === 0) this.#check();
  }

  #check(): void {
    if (Atomics.load(this.#cancelled, 0) === this.#call)
      throw new StoreError('cancelled', 'nobody waits for this query any more');
    if (Date.now() > this.#deadline)
      throw new StoreError('too_slow', 'the query took longer than its time; narrow it, for instance with start:1d');
  }
}
