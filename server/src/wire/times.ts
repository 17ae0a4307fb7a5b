import type { SpanRecord } from './span-record.js';

/** Unix nanoseconds as milliseconds; split first, since together they have more digits than a number keeps. */
export function milliseconds(ns: string): number {
  return ns.length <= 6 ? Number(ns) / 1e6 : Number(ns.slice(0, -6)) + Number(ns.slice(-6)) / 1e6;
}

/** Unix milliseconds as nanoseconds in decimal text; what is before 1970 becomes 1970. */
export function nanoseconds(ms: number): string {
  const whole = Math.floor(ms);
  return String(BigInt(Math.max(0, whole)) * 1_000_000n + BigInt(Math.round((ms - whole) * 1e6)));
}

const EPOCH_DIGITS = 19;
/** So many seconds have few enough nanoseconds for a number to keep them all. */
const EXACT_SECONDS = 9_000_000;

export function durationMs({ startNs, endNs }: Pick<SpanRecord, 'startNs' | 'endNs'>): number {
  if (startNs.length === EPOCH_DIGITS && endNs.length === EPOCH_DIGITS) {
    const seconds = Number(endNs.slice(0, -9)) - Number(startNs.slice(0, -9));
    if (Math.abs(seconds) < EXACT_SECONDS)
      return (seconds * 1e9 + Number(endNs.slice(-9)) - Number(startNs.slice(-9))) / 1e6;
  }
  return Number(BigInt(endNs) - BigInt(startNs)) / 1e6;
}
