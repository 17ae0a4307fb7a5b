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
