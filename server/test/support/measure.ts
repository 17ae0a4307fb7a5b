import { existsSync, readFileSync } from 'node:fs';

/** The long forms of the fault tests, on a machine that does nothing else (`npm run test:faults`). */
export const LONG = Boolean(process.env.HH_LONG);

/** Beside other tests everything waits for its turn: a time is held to its figure in the long run only. */
export function expectWithin(ms: number, most: number): void {
  if (LONG) expect(ms).toBeLessThan(most);
}

/** Resident memory of a process in MB; 0 where the system does not tell it. */
export function residentMb(pid: number): number {
  const file = `/proc/${pid}/status`;
  return existsSync(file) ? Number(/VmRSS:\s+(\d+)/.exec(readFileSync(file, 'utf8'))?.[1] ?? 0) / 1024 : 0;
}

export const percentile = (values: number[], share: number): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length * share)] as number;
