/**
 * The mean, weighted where weights are given, as near as a number can be: three times 0.7 is 0.7 and passes a threshold
 * of 0.7, where their sum divided by three is less. `weights` must add up to more than 0.
 */
export function mean(values: readonly number[], weights?: readonly number[]): number {
  const total = weights === undefined ? values.length : sumOf(weights.length, (i) => weights[i] as number);
  const around = (middle: number): number =>
    sumOf(values.length, (i) => ((values[i] as number) - middle) * (weights?.[i] ?? 1)) / total;
  const first = around(0);
  // What is left of the deviations is what the sum lost in rounding.
  return Number.isFinite(first) ? first + around(first) : first;
}

function sumOf(count: number, at: (index: number) => number): number {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += at(i);
  return sum;
}
