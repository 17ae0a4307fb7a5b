import type { Rating } from './rating.js';

/** How often each human rating (row) met each rating of the evaluator (column). */
export interface Confusion {
  readonly labels: readonly string[];
  readonly counts: readonly (readonly number[])[];
}

/** Counts the pairs; labels are the ratings of both sides, numbers in order of size, the rest by name. */
export function confusionOf(human: readonly Rating[], machine: readonly Rating[]): Confusion {
  const labels = [...new Set([...human, ...machine])].sort(byValue);
  const place = new Map(labels.map((label, i) => [label, i]));
  const counts = labels.map(() => labels.map(() => 0));
  human.forEach((rating, i) => {
    const row = counts[place.get(rating) as number] as number[];
    const column = place.get(machine[i] as Rating) as number;
    row[column] = (row[column] as number) + 1;
  });
  return { labels: labels.map(String), counts };
}

function byValue(a: Rating, b: Rating): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  const left = String(a);
  const right = String(b);
  return left < right ? -1 : left > right ? 1 : 0;
}
