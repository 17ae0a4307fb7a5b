import { now } from '../base/timers.js';
import type { Work } from './lane.js';
import { alive } from './time.js';

interface Drain {
  readonly left: Set<Work>;
  readonly deadline: number;
  readonly done: () => void;
}

/** Those who wait for all that was there when they came. */
export interface Drains {
  /** Resolves when all of `work` is over, or at `deadline`. Keeps the process alive until then. */
  wait(work: Iterable<Work>, deadline: number): Promise<void>;
  over(work: Work): void;
  replaced(work: Work, by: readonly Work[]): void;
  /** Ends the waits in which nothing more can happen, since the next attempt is made at `next`. */
  nothingBefore(next: number): void;
}

export function createDrains(): Drains {
  const drains = new Set<Drain>();
  return {
    wait(work, deadline) {
      const left = new Set(work);
      if (left.size === 0) return Promise.resolve();
      return new Promise((resolve) => {
        const done = (): void => {
          cancel();
          drains.delete(drain);
          resolve();
        };
        const drain: Drain = { left, deadline, done };
        const cancel = alive(Math.max(0, deadline - now()), done);
        drains.add(drain);
      });
    },
    over(work) {
      for (const drain of [...drains]) if (drain.left.delete(work) && drain.left.size === 0) drain.done();
    },
    replaced(work, by) {
      for (const { left } of drains) if (left.delete(work)) for (const each of by) left.add(each);
    },
    nothingBefore(next) {
      for (const drain of [...drains]) if (next >= drain.deadline) drain.done();
    },
  };
}
