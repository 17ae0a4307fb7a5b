/**
 * 1 - |a - b| / (|a| + |b|), 0 to 1; two zeros are equal. Source: NumericDiff of braintrustdata/autoevals.
 * Scaled first, so that sums of very large numbers stay finite.
 */
export function relativeSimilarity(a: number, b: number): number {
  const size = Math.max(Math.abs(a), Math.abs(b));
  if (size === 0) return 1;
  const [x, y] = [a / size, b / size];
  return 1 - Math.min(Math.abs(x - y) / (Math.abs(x) + Math.abs(y)), 1);
}
