/** Small numbers from many: medians throughout, since a shared machine has outliers on one side only. */

export function median(values) {
  return quantile(values, 0.5);
}

export function quantile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (sorted.length - 1) * share;
  const low = Math.floor(at);
  const rest = sorted[Math.min(low + 1, sorted.length - 1)] - sorted[low];
  return sorted[low] + (Number.isNaN(rest) ? 0 : rest) * (at - low);
}

/** In the unit that reads best; `value` in nanoseconds. */
export function time(value) {
  if (Math.abs(value) >= 1e6) return `${(value / 1e6).toPrecision(3)} ms`;
  if (Math.abs(value) >= 1e3) return `${(value / 1e3).toPrecision(3)} µs`;
  return `${value.toFixed(0)} ns`;
}

/** Median and quartiles of ratios formed inside one round. */
export function ratio(values) {
  const one = (value) => value.toFixed(2);
  return `${one(median(values))}× [${one(quantile(values, 0.25))}–${one(quantile(values, 0.75))}]`;
}
