import { onAbort } from './abort-relay.js';

/** The end of an evaluator's time: after `timeoutMs`, or when the caller's signal is aborted. */
export class Deadline {
  readonly signal: AbortSignal;
  /** Rejects when the time is over; never fulfils. */
  readonly passed: Promise<never>;
  readonly clear: () => void;

  constructor(o: { timeoutMs: number | undefined; signal: AbortSignal | undefined; background: boolean }) {
    const controller = new AbortController();
    this.signal = controller.signal;
    this.passed = new Promise((_resolve, reject) => {
      onAbort(controller.signal, reject);
    });
    // Nobody may be waiting any more when it rejects.
    this.passed.catch(() => undefined);

    const { timeoutMs, signal } = o;
    const timer =
      timeoutMs === undefined ? undefined : setTimeout(() => controller.abort(timeoutError(timeoutMs)), timeoutMs);
    if (o.background) timer?.unref();
    const unfollow = signal && onAbort(signal, (reason) => controller.abort(reason));
    this.clear = () => {
      clearTimeout(timer);
      unfollow?.();
    };
  }
}

function timeoutError(timeoutMs: number): Error {
  return Object.assign(new Error(`no answer within ${timeoutMs} ms`), { name: 'TimeoutError' });
}
