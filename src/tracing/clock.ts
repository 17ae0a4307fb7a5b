const REANCHOR_MS = 1_000;

let anchorWall = Date.now();
let anchorMono = performance.now();

/** Milliseconds on a clock that never jumps; only differences mean something. */
export function monotonicMs(): number {
  return performance.now();
}

/**
 * Unix time in ms of a moment on the monotonic clock. The wall clock is looked at once a second at most, so that spans
 * follow it after a sleep or a correction while their durations never do.
 */
export function wallOf(mono: number): number {
  if (mono - anchorMono > REANCHOR_MS) {
    anchorWall = Date.now();
    anchorMono = performance.now();
  }
  return anchorWall + (mono - anchorMono);
}

/** OpenTelemetry's `[seconds, nanoseconds]`. */
export function hrTimeOf(ms: number): [number, number] {
  const seconds = Math.floor(ms / 1_000);
  return [seconds, Math.round((ms - seconds * 1_000) * 1_000_000)];
}
