import { clearTimeout, now, setTimeout } from '../base/timers.js';

/** A timer that does not keep the process alive. Returns how to cancel it. */
export function later(ms: number, run: () => void): () => void {
  const timer = setTimeout(run, ms).unref();
  return () => clearTimeout(timer);
}

/** A timer that keeps the process alive until it fires or is cancelled. */
export function alive(ms: number, run: () => void): () => void {
  const timer = setTimeout(run, ms);
  return () => clearTimeout(timer);
}

/** One timer for the earliest of many moments; it does not keep the process alive. */
export interface Alarm {
  /** Rings at `moment` (ms, monotonic), and at no other; infinity: not at all. */
  set(moment: number): void;
  /** Rings at `moment` at the latest. */
  atLatest(moment: number): void;
}

export function createAlarm(ring: () => void): Alarm {
  let at = Number.POSITIVE_INFINITY;
  let cancel: (() => void) | undefined;
  function set(moment: number): void {
    cancel?.();
    at = moment;
    cancel =
      moment === Number.POSITIVE_INFINITY
        ? undefined
        : later(Math.max(1, moment - now()), () => {
            at = Number.POSITIVE_INFINITY;
            ring();
          });
  }
  return {
    set,
    atLatest(moment) {
      if (moment < at) set(moment);
    },
  };
}
