import type { FlushOptions } from './contract.js';

const FLUSH_MS = 5_000;
const MAX_TIMER_MS = 2 ** 31 - 1;

/** How long a flush may take, in ms: what is no number is the default, what no timer can hold the longest it can. */
export function timeoutOf(options: FlushOptions | null | undefined): number {
  const given = options?.timeoutMs;
  if (typeof given !== 'number' || Number.isNaN(given)) return FLUSH_MS;
  return Math.min(Math.max(given, 0), MAX_TIMER_MS);
}
