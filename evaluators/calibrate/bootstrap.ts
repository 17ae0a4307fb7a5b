import { seededRandom } from './random.js';

/** A figure with the bounds of its 95 % bootstrap interval; the bounds are null where no resample defined it. */
export interface Figure {
  readonly value: number;
  readonly low: number | null;
  readonly high: number | null;
}

const SLICE_MS = 20;

/**
 * Every figure of `measure` on the cases and, from `rounds` resamples with replacement, its 95 % percentile interval
 * (Efron 1979). All figures share their resamples. A figure that `measure` gives as null is null; a resample in
 * which it is undefined is left out. Long runs let other work through every 20 ms.
 */
export async function bootstrap<K extends string>(
  cases: number,
  measure: (indices: readonly number[]) => Record<K, number | null>,
  rounds: number,
  seed: number,
): Promise<Record<K, Figure | null>> {
  const random = seededRandom(seed);
  const whole = measure(Array.from({ length: cases }, (_, i) => i));
  const names = Object.keys(whole) as K[];
  const drawn = new Map<K, number[]>(names.map((name) => [name, []]));
  let since = performance.now();
  for (let round = 0; round < rounds && cases > 0; round += 1) {
    const figures = measure(Array.from({ length: cases }, () => Math.floor(random() * cases)));
    for (const name of names) {
      const figure = figures[name];
      if (figure !== null) (drawn.get(name) as number[]).push(figure);
    }
    if (performance.now() - since > SLICE_MS) {
      await new Promise<void>((resolve) => setImmediate(resolve));
      since = performance.now();
    }
  }
  const result = {} as Record<K, Figure | null>;
  for (const name of names) {
    const value = whole[name];
    const sorted = (drawn.get(name) as number[]).sort((a, b) => a - b);
    result[name] = value === null ? null : { value, low: quantile(sorted, 0.025), high: quantile(sorted, 0.975) };
  }
  return result;
}

/** The quantile with linear interpolation between neighbours (type 7 of Hyndman and Fan, 1996). */
function quantile(sorted: readonly number[], share: number): number | null {
  if (sorted.length === 0) return null;
  const at = (sorted.length - 1) * share;
  const low = sorted[Math.floor(at)] as number;
  const high = sorted[Math.ceil(at)] as number;
  return low + (high - low) * (at - Math.floor(at));
}
