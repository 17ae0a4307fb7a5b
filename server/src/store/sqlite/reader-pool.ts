import { join } from 'node:path';
import { StoreError } from '../store-error.js';
import { QUERY_BUDGET_MS } from './budget.js';
import { StoreThread } from './store-thread.js';

/** What a thread gets beyond the budget it keeps itself, before it is ended with whatever it does. */
const GRACE_MS = 3000;
const IDLE_MS = 60_000;

interface Lane {
  thread: StoreThread;
  cancelled: Int32Array;
  busy: boolean;
  idle: NodeJS.Timeout | undefined;
}

/**
 * Threads that read: one for look-ups that are always quick, and up to two for queries that may not be, which are
 * started when first needed and end when nobody has needed them for a minute.
 */
export class ReaderPool {
  readonly #file: string;
  readonly #budgetMs: number;
  #quick: Lane | undefined;
  readonly #slow: Lane[] = [];
  readonly #queue: (() => void)[] = [];
  #closed = false;

  constructor(file: string, budgetMs = QUERY_BUDGET_MS) {
    this.#file = file;
    this.#budgetMs = budgetMs;
  }

  ready(): Promise<unknown> {
    this.#quick ??= this.#openQuick();
    return this.#quick.thread.hello;
  }

  /** A thread that ended, out of memory perhaps, is replaced when somebody asks again. */
  #openQuick(): Lane {
    const lane = this.#open();
    void lane.thread.ended.then(() => {
      if (this.#quick === lane) this.#quick = undefined;
    });
    return lane;
  }

  #openSlow(): Lane {
    const lane = this.#open();
    void lane.thread.ended.then(() => {
      const at = this.#slow.indexOf(lane);
      if (at !== -1) this.#slow.splice(at, 1);
      this.#queue.shift()?.();
    });
    return lane;
  }

  #open(): Lane {
    const cancelled = new Int32Array(new SharedArrayBuffer(4));
    return {
      thread: new StoreThread(join(__dirname, 'reader-thread.js'), {
        file: this.#file,
        cancelled,
        budgetMs: this.#budgetMs,
      }),
      cancelled,
      busy: false,
      idle: undefined,
    };
  }

  async quick<T>(op: string, args: unknown[]): Promise<T> {
    if (this.#closed) throw new StoreError('unavailable', 'the store has been closed');
    this.#quick ??= this.#openQuick();
    return this.#guarded<T>(this.#quick, op, args);
  }

  async slow<T>(op: string, args: unknown[], signal?: AbortSignal): Promise<T> {
    const lane = await this.#lane(signal);
    clearTimeout(lane.idle);
    try {
      return await this.#guarded<T>(lane, op, args, signal);
    } finally {
      lane.busy = false;
      lane.idle = setTimeout(() => this.#retire(lane), IDLE_MS);
      lane.idle.unref();
      this.#queue.shift()?.();
    }
  }

  async #lane(signal: AbortSignal | undefined): Promise<Lane> {
    const until = Date.now() + this.#budgetMs;
    for (;;) {
      if (this.#closed) throw new StoreError('unavailable', 'the store has been closed');
      if (signal?.aborted) {
        // It may have been woken because a lane is free: somebody else has a use for that.
        this.#queue.shift()?.();
        throw new StoreError('cancelled', 'nobody waits for this query any more');
      }
      const free = this.#slow.find((lane) => !lane.busy);
      if (free) {
        free.busy = true;
        return free;
      }
      if (this.#slow.length < 2) {
        const lane = this.#openSlow();
        lane.busy = true;
        this.#slow.push(lane);
        return lane;
      }
      const left = until - Date.now();
      if (left <= 0) throw new StoreError('too_slow', 'other queries are in the way; try again');
      await this.#turn(left);
    }
  }

  /**
   * Until a lane may be free, at most for so long. Whoever gives up leaves the queue, or it would be woken in place of
   * one that still waits.
   */
  #turn(mostMs: number): Promise<void> {
    return new Promise((resolve) => {
      const woken = (): void => {
        clearTimeout(timer);
        resolve();
      };
      const timer = setTimeout(() => {
        const at = this.#queue.indexOf(woken);
        if (at !== -1) this.#queue.splice(at, 1);
        resolve();
      }, mostMs);
      this.#queue.push(woken);
    });
  }

  async #guarded<T>(lane: Lane, op: string, args: unknown[], signal?: AbortSignal): Promise<T> {
    await lane.thread.hello;
    if (signal?.aborted) throw new StoreError('cancelled', 'nobody waits for this query any more');
    const answer = lane.thread.call<T>(op, args);
    const call = lane.thread.lastId;
    const abort = (): void => {
      Atomics.store(lane.cancelled, 0, call);
    };
    signal?.addEventListener('abort', abort, { once: true });
    const kill = setTimeout(() => void lane.thread.kill(), this.#budgetMs + GRACE_MS);
    kill.unref();
    try {
      return await answer;
    } finally {
      clearTimeout(kill);
      signal?.removeEventListener('abort', abort);
    }
  }

  #retire(lane: Lane): void {
    const at = this.#slow.indexOf(lane);
    if (at === -1 || lane.busy) return;
    this.#slow.splice(at, 1);
    void lane.thread.close();
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const lane of this.#slow) {
      clearTimeout(lane.idle);
      // A query that still runs would hold up the end.
      Atomics.store(lane.cancelled, 0, lane.thread.lastId);
    }
    const lanes = this.#quick === undefined ? this.#slow : [this.#quick, ...this.#slow];
    await Promise.all(lanes.map((lane) => lane.thread.close()));
  }
}
