/** Colours are named here and given in the style sheet; the page never depends on colour alone. */

const known = new Set(['model', 'tool', 'chain', 'session']);
const others = 6;

/** `model`, `tool`, `chain` and `session` have their own colour; each other event type always the same one of six. */
export function typeTone(eventType: string): string {
  if (known.has(eventType)) return eventType;
  let hash = 0;
  for (let i = 0; i < eventType.length; i += 1) hash = (hash * 31 + eventType.charCodeAt(i)) >>> 0;
  return `other-${hash % others}`;
}

export type ScoreTone = 'high' | 'middle' | 'low' | 'plain';

/** A verdict colours the score; without one a score between 0 and 1 does; other numbers mean nothing by themselves. */
export function scoreTone(score: number | null, passed: boolean | null = null): ScoreTone {
  if (passed !== null) return passed ? 'high' : 'low';
  if (score === null || score < 0 || score > 1) return 'plain';
  return score >= 0.75 ? 'high' : score >= 0.4 ? 'middle' : 'low';
}
