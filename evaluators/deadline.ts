import { onAbort } from './abort-relay.js';

export interface DeadlineOptions {
  /** In ms from now; without it only the caller's signal ends the time. */
  readonly timeoutMs: number | undefined;
  readonly signal: AbortSignal | undefined;
  /** True: the timer does not keep the process alive. */
  readonly background: boolean;
}

/**
 * The end of an evaluator's time: after `timeoutMs`, or when the caller's signal is aborted. Costs nothing until it is
 * started, which an evaluator that answers at once never needs.
 */
export class Deadline {
  readonly #options: DeadlineOptions;
  readonly #start = performance.now();
  #controller: AbortController | undefined;
  #timer: NodeJS.Timeout | undefined;
  #unfollow: (() => void) | undefined;

  constructor(options: DeadlineOptions) {
    this.#options = options;
  }

  /** Aborted when the time is over. */
  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    return this.#controller.signal;
  }

  start(): void {
    const { timeoutMs, signal, background } = this.#options;
    const abort = (reason: unknown): void => {
      this.#controller ??= new AbortController();
      this.#controller.abort(reason);
    };
    if (timeoutMs !== undefined) {
      const left = Math.max(timeoutMs - (performance.now() - this.#start), 0);
      this.#timer = setTimeout(() => abort(timeoutError(timeoutMs)), left);
      if (background) this.#timer.unref();
    }
    if (signal) this.#unfollow = onAbort(signal, abort);
  }

  /** What `work` comes to; rejects with the reason when the time is over first. */
  race<T>(work: PromiseLike<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      onAbort(this.signal, reject);
      // Handles also a rejection that comes after the end.
      Promise.resolve(work).then(resolve, reject);
    });
  }

  clear(): void {
    clearTimeout(this.#timer);
    this.#unfollow?.();
  }
}

function timeoutError(timeoutMs: number): Error {
  return Object.assign(new Error(`no answer within ${timeoutMs} ms`), { name: 'TimeoutError' });
}
