import { InvalidBody, numberIn } from '../wire/rest-bodies.js';

export interface PruneLimits {
  maxBytes?: number;
  beforeMs?: number;
  sessions?: number;
}

/**
 * The least and most of each. No bytes at all would remove everything, which for a server's retention means to keep
 * everything, so that is only said by keeping no session. Times go as far as JavaScript's do.
 */
const RANGES = {
  maxBytes: [1, Number.MAX_SAFE_INTEGER],
  beforeMs: [0, 8.64e15],
  sessions: [0, Number.MAX_SAFE_INTEGER],
} as const;

/** What may go. Whatever is not plainly a limit is refused: a number that is taken for another one removes sessions. */
export function pruneLimits(body: Record<string, unknown>): PruneLimits {
  const limits: PruneLimits = {};
  for (const field of ['maxBytes', 'beforeMs', 'sessions'] as const) {
    const value = numberIn(body, field);
    if (value === undefined) continue;
    const [least, most] = RANGES[field];
    if (!Number.isInteger(value) || value < least || value > most)
      throw new InvalidBody(field, `${field} is ${value}`, `a whole number from ${least} to ${most}`);
    limits[field] = value;
  }
  if (Object.keys(limits).length === 0)
    throw new InvalidBody(
      'body',
      'the body says nothing of what may go',
      'an object with maxBytes, beforeMs or sessions',
    );
  return limits;
}
