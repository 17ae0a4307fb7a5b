import { clearTimeout, now, setTimeout } from '../base/timers.js';
import type { DeliverySource } from '../delivery/contract.js';
import type { HeldSpans } from './core.js';

/** Evaluations that may run at once on spans whose method has returned. */
const MAX_HELD = 1_000;

export interface HeldQueue extends HeldSpans, DeliverySource {
  /** Lets every held span go with the scores it has. */
  letGo(): void;
  readonly size: number;
}

/** Spans whose method has returned and whose scores are not there yet. */
export function createHeldQueue(): HeldQueue {
  const held = new Map<{ release(): void }, Promise<void>>();
  return {
    admit: () => held.size < MAX_HELD,
    hold(span, work) {
      const release = (): void => {
        held.delete(span);
        span.release();
      };
      held.set(span, work.then(release, release));
    },
    get size() {
      return held.size;
    },
    async drain(deadline) {
      while (held.size > 0) {
        const left = deadline - now();
        if (left <= 0) return;
        let timer: NodeJS.Timeout | undefined;
        const timeUp = new Promise<void>((resolve) => {
          timer = setTimeout(resolve, left);
        });
        await Promise.race([Promise.all(held.values()), timeUp]);
        clearTimeout(timer);
      }
    },
    letGo() {
      for (const span of held.keys()) span.release();
      held.clear();
    },
  };
}
