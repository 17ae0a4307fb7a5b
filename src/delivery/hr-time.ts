type HrTime = readonly [number, number];

/** A time that can be sent: `time`, else `other`, else now. An invalid Date of the user's must not cost a span. */
export function hrTimeOr(time: HrTime, other: HrTime): HrTime {
  if (isValid(time)) return time;
  if (isValid(other)) return other;
  const now = Date.now();
  return [Math.floor(now / 1_000), (now % 1_000) * 1e6];
}

/** Up to the last second that fits 64 bits of nanoseconds. */
function isValid(time: HrTime): boolean {
  return time[0] >= 0 && time[0] < 18_446_744_073 && time[1] >= 0 && time[1] < 1e9;
}
