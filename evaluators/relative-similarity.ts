/**
 * 1 - |a - b| / (|a| + |b|), 0 to 1; two zeros are equal. Source: NumericDiff of braintrustdata/autoevals.
 * Written as one quotient, so that it is rounded once: of 9 and 1 it is 0.2, where 1 - 8 / 10 is a little less.
 */
export function relativeSimilarity(a: number, b: number): number {
  if (a === 0 && b === 0) return 1;
  if (a > 0 !== b > 0) return 0;
  const [x, y] = [Math.abs(a), Math.abs(b)];
  // Halving is exact for numbers whose sum is too large.
  return x + y === Number.POSITIVE_INFINITY ? Math.min(x, y) / (x / 2 + y / 2) : (2 * Math.min(x, y)) / (x + y);
}
