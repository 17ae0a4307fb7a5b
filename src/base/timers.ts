/**
 * Taken when the module loads: a test of the user's that replaces timers or the clock must not stop what runs in the
 * background, nor take the deadline from what it waits for.
 */
const real = globalThis;
export const { setTimeout, clearTimeout, setInterval, clearInterval, setImmediate, clearImmediate } = real;

/** Monotonic, in ms. */
export const now: () => number = performance.now.bind(performance);
