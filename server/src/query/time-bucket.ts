import { QueryError } from './ast.js';

const UNITS: Record<string, number> = { minute: 60_000, hour: 3_600_000, day: 86_400_000, week: 604_800_000 };

/** Length of a named span of time, in milliseconds. */
export function bucketMs(name: string): number {
  const known = Object.hasOwn(UNITS, name) ? UNITS[name] : undefined;
  if (known !== undefined) return known;
  throw new QueryError(`bucket is '${name.slice(0, 40)}'; it can be ${Object.keys(UNITS).join(', ')}`);
}
