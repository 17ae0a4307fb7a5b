/**
 * Pearson's product-moment correlation; null with fewer than two pairs or where one side does not vary.
 * Values are scaled by their largest deviation first, so that neither tiny nor huge numbers lose the result.
 */
export function pearson(x: readonly number[], y: readonly number[]): number | null {
  const a = centred(x);
  const b = centred(y);
  if (x.length < 2 || a === null || b === null) return null;
  let ab = 0;
  let aa = 0;
  let bb = 0;
  a.forEach((value, i) => {
    const other = b[i] as number;
    ab += value * other;
    aa += value * value;
    bb += other * other;
  });
  return Math.min(1, Math.max(-1, ab / Math.sqrt(aa * bb)));
}

/** Spearman's rank correlation: Pearson's correlation of the ranks, ties sharing the mean of their ranks. */
export function spearman(x: readonly number[], y: readonly number[]): number | null {
  return pearson(ranks(x), ranks(y));
}

/**
 * Kendall's tau-b, which corrects for ties on either side (Kendall 1945); null where one side does not vary.
 * Counted with Knight's merge sort (1966) in n log n steps.
 */
export function kendallTauB(x: readonly number[], y: readonly number[]): number | null {
  const n = x.length;
  const order = Array.from(x.keys()).sort(
    (i, j) => compare(x[i] as number, x[j] as number) || compare(y[i] as number, y[j] as number),
  );
  const xs = order.map((i) => x[i] as number);
  const ys = order.map((i) => y[i] as number);
  const pairs = (n * (n - 1)) / 2;
  const tiedX = tiedPairs(xs, (i, j) => xs[i] === xs[j]);
  const tiedBoth = tiedPairs(xs, (i, j) => xs[i] === xs[j] && ys[i] === ys[j]);
  const discordant = sortCountingInversions(ys);
  const tiedY = tiedPairs(ys, (i, j) => ys[i] === ys[j]);
  if (pairs === tiedX || pairs === tiedY) return null;
  const difference = pairs - tiedX - tiedY + tiedBoth - 2 * discordant;
  const tau = difference / (Math.sqrt(pairs - tiedX) * Math.sqrt(pairs - tiedY));
  return Math.min(1, Math.max(-1, tau));
}

/** Ranks from 1; equal values share the mean of the places they take. */
export function ranks(values: readonly number[]): number[] {
  const order = Array.from(values.keys()).sort((i, j) => compare(values[i] as number, values[j] as number));
  const result = new Array<number>(values.length);
  for (let from = 0; from < order.length; ) {
    let to = from;
    while (to + 1 < order.length && values[order[to + 1] as number] === values[order[from] as number]) to += 1;
    for (let k = from; k <= to; k += 1) result[order[k] as number] = (from + to) / 2 + 1;
    from = to + 1;
  }
  return result;
}

function centred(values: readonly number[]): number[] | null {
  const first = values[0];
  if (first === undefined || values.every((value) => value === first)) return null;
  const largest = values.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
  const scaled = values.map((value) => value / largest);
  const mean = scaled.reduce((sum, value) => sum + value, 0) / scaled.length;
  const deviations = scaled.map((value) => value - mean);
  const widest = deviations.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
  return widest === 0 ? null : deviations.map((value) => value / widest);
}

function compare(a: number, b: number): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function tiedPairs(sorted: readonly number[], same: (i: number, j: number) => boolean): number {
  let total = 0;
  let run = 1;
  for (let i = 1; i <= sorted.length; i += 1) {
    if (i < sorted.length && same(i - 1, i)) {
      run += 1;
    } else {
      total += (run * (run - 1)) / 2;
      run = 1;
    }
  }
  return total;
}

/** Sorts in place and returns how many pairs stood in the wrong order. */
function sortCountingInversions(values: number[]): number {
  let inversions = 0;
  let source = values.slice();
  let target = new Array<number>(values.length);
  for (let width = 1; width < values.length; width *= 2) {
    for (let start = 0; start < values.length; start += 2 * width) {
      const middle = Math.min(start + width, values.length);
      const end = Math.min(start + 2 * width, values.length);
      let left = start;
      let right = middle;
      for (let k = start; k < end; k += 1) {
        if (right >= end || (left < middle && (source[left] as number) <= (source[right] as number))) {
          target[k] = source[left] as number;
          left += 1;
        } else {
          target[k] = source[right] as number;
          right += 1;
          inversions += middle - left;
        }
      }
    }
    [source, target] = [target, source];
  }
  source.forEach((value, i) => {
    values[i] = value;
  });
  return inversions;
}
