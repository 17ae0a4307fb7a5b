// Taken when the module loads: a test of the user's that replaces the clock must not stop what runs in the background.
const { setTimeout: set, clearTimeout: clear } = globalThis;
const clock = performance.now.bind(performance);

/** Monotonic, in ms: the clock of deadlines and back-off. */
export function now(): number {
  return clock();
}

/** A timer that does not keep the process alive. Returns how to cancel it. */
export function later(ms: number, run: () => void): () => void {
  const timer = set(run, ms);
  timer.unref();
  return () => clear(timer);
}

/** A timer that keeps the process alive until it fires or is cancelled. */
export function alive(ms: number, run: () => void): () => void {
  const timer = set(run, ms);
  return () => clear(timer);
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
