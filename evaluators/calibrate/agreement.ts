import type { Confusion } from './confusion.js';
import type { Rating } from './rating.js';

/** How far apart two ratings are for {@link krippendorffAlpha}: same or not, or the squared difference of numbers. */
export type AlphaLevel = 'nominal' | 'interval';

/** Share of the cases on the diagonal; null where there is none. */
export function accuracyOf({ counts }: Confusion): number | null {
  const total = counts.flat().reduce((sum, count) => sum + count, 0);
  if (total === 0) return null;
  return counts.reduce((sum, row, i) => sum + (row[i] as number), 0) / total;
}

/**
 * Cohen's kappa (1960): (po - pe) / (1 - pe), with po the share of agreement and pe what chance alone would give.
 * Null where chance agreement is already complete: both raters used one and the same label.
 */
export function cohenKappa({ counts }: Confusion): number | null {
  const rows = counts.map((row) => row.reduce((sum, count) => sum + count, 0));
  const columns = counts.map((_, j) => counts.reduce((sum, row) => sum + (row[j] as number), 0));
  const total = rows.reduce((sum, count) => sum + count, 0);
  if (total === 0) return null;
  const observed = counts.reduce((sum, row, i) => sum + (row[i] as number), 0);
  const chance = rows.reduce((sum, row, i) => sum + row * (columns[i] as number), 0);
  const room = total * total - chance;
  return room === 0 ? null : (total * observed - chance) / room;
}

/**
 * Krippendorff's alpha: 1 - Do / De, observed over expected disagreement (K. Krippendorff, "Computing Krippendorff's
 * Alpha-Reliability", 2011). `units` holds the ratings of each unit; null marks a missing one, and units with
 * fewer than two ratings do not count. Null where all ratings are alike, since nothing could have disagreed.
 */
export function krippendorffAlpha(
  units: readonly (readonly (Rating | null | undefined)[])[],
  level: AlphaLevel,
): number | null {
  const paired = units
    .map((unit) => unit.filter((rating): rating is Rating => rating !== null && rating !== undefined))
    .filter((unit) => unit.length >= 2);
  const all = paired.flat();
  const expected = disagreement(all, level) / (all.length - 1);
  if (all.length < 2 || expected === 0) return null;
  const observed = paired.reduce((sum, unit) => sum + disagreement(unit, level) / (unit.length - 1), 0);
  return 1 - observed / expected;
}

/** Sum of the distances of all ordered pairs, in linear time. */
function disagreement(ratings: readonly Rating[], level: AlphaLevel): number {
  const n = ratings.length;
  if (level === 'nominal') {
    const counts = new Map<Rating, number>();
    for (const rating of ratings) counts.set(rating, (counts.get(rating) ?? 0) + 1);
    let alike = 0;
    for (const count of counts.values()) alike += count * count;
    return n * n - alike;
  }
  const numbers = ratings.map(Number);
  const mean = numbers.reduce((sum, value) => sum + value, 0) / n;
  if (numbers.every((value) => value === numbers[0])) return 0;
  // The sum of (a - b)^2 over ordered pairs is 2n times the sum of squared deviations from the mean.
  return 2 * n * numbers.reduce((sum, value) => sum + (value - mean) ** 2, 0);
}
