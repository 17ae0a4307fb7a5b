const BASE_MS = 500;
const MAX_MS = 30_000;
const MAX_RETRY_AFTER_MS = 300_000;

/**
 * How long to wait before the next attempt, in ms: 0.5 s, doubling to 30 s, with jitter. A valid `Retry-After`
 * (whole seconds or an HTTP date, RFC 9110 section 10.2.3) that lies in the future is honoured instead, capped at
 * 5 min; one that says "now" or nothing sensible falls back to the schedule, so that it cannot cause a hot loop.
 * `attempt` counts the failures so far, from 1.
 */
export function retryDelayMs(attempt: number, retryAfter?: string | null): number {
  const asked = retryAfterMs(retryAfter);
  // Jitter only adds here: coming back early would break the server's wish.
  if (asked > 0) return Math.min(asked, MAX_RETRY_AFTER_MS) * (1 + Math.random() * 0.1);
  const doublings = Math.min(Math.max(attempt, 1) - 1, 10);
  return Math.min(BASE_MS * 2 ** doublings, MAX_MS) * (0.5 + Math.random() * 0.5);
}

/** Whether a `Retry-After` names a time to come: then a flush does not try any sooner. */
export function asksToWait(retryAfter: string | null | undefined): boolean {
  return retryAfterMs(retryAfter) > 0;
}

/** Whether a request may be sent again: no answer at all, 408, 429, and every 5xx but 501 and 505. */
export function isRetryable(status: number | undefined): boolean {
  if (status === undefined) return true;
  return status === 408 || status === 429 || (status >= 500 && status !== 501 && status !== 505);
}

/** The key or the address is wrong, not the data: it is kept for the moment when that is put right. */
export function isHeld(status: number | undefined): boolean {
  return status === 401 || status === 403 || (status !== undefined && status >= 300 && status < 400);
}

function retryAfterMs(value: string | null | undefined): number {
  const text = value?.trim() ?? '';
  if (/^\d+$/.test(text)) return Number(text) * 1_000;
  // `Date.parse` takes far more than HTTP dates ("10abc" too, in some engines): all three legal forms begin with a weekday.
  if (!/^(mon|tue|wed|thu|fri|sat|sun)/i.test(text)) return 0;
  const at = Date.parse(text);
  return Number.isNaN(at) ? 0 : at - Date.now();
}
