/** The waterfall's time scale. Times are Unix milliseconds. */

export interface TimeRange {
  readonly start: number;
  readonly end: number;
}

export interface Timed {
  readonly startTime: number;
  readonly endTime: number;
}

export function rangeOf(spans: Iterable<Timed>): TimeRange {
  let start = Number.POSITIVE_INFINITY;
  let end = Number.NEGATIVE_INFINITY;
  for (const span of spans) {
    if (span.startTime < start) start = span.startTime;
    if (Math.max(span.endTime, span.startTime) > end) end = Math.max(span.endTime, span.startTime);
  }
  return start <= end ? { start, end } : { start: 0, end: 0 };
}

const clamp = (value: number) => Math.min(1, Math.max(0, value));

/** Where a bar lies on the scale, as fractions of its width; null when it lies wholly outside. */
export function placeOn(range: TimeRange, span: Timed): { left: number; width: number } | null {
  const length = range.end - range.start;
  const end = Math.max(span.endTime, span.startTime);
  if (span.startTime > range.end || end < range.start) return null;
  if (length <= 0) return { left: 0, width: 1 };
  const left = clamp((span.startTime - range.start) / length);
  return { left, width: clamp((end - range.start) / length) - left };
}

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;
const clockSteps = [
  ...[15, 30].map((n) => n * second),
  ...[1, 2, 5, 10, 15, 30].map((n) => n * minute),
  ...[1, 2, 3, 6, 12].map((n) => n * hour),
  day,
];

/** The least round step from `rough` on: 1, 2, 5 times a power of ten, between ten seconds and a day as clocks have them. */
function roundStep(rough: number): number {
  const unit = rough > day ? day : 1;
  if (unit === 1 && rough > 10 * second) return clockSteps.find((step) => step >= rough) ?? day;
  const power = 10 ** Math.floor(Math.log10(rough / unit)) * unit;
  return ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10) * power;
}

/** Round offsets in ms from the start of the scale, at most `most` and the one at the start. */
export function ticksOf(range: TimeRange, most = 5): number[] {
  const length = range.end - range.start;
  if (!(length > 0) || most < 1) return [0];
  const step = roundStep(length / most);
  const ticks: number[] = [];
  for (let i = 0; i * step < length * 0.985; i += 1) ticks.push(i * step);
  return ticks;
}
