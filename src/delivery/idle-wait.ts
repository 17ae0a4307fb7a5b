import { clearTimeout, setTimeout } from '../base/timers.js';

export interface IdleWait {
  /** Something was settled: whoever waits may go on if that was the last of it. */
  wake(): void;
  /**
   * Runs `work`, which may wait until all is settled, for at most `timeoutMs`. Returns whether the time ran out.
   * Nothing stays behind in memory then: a program may flush against a dead back end all day.
   */
  within(timeoutMs: number, work: (idle: () => Promise<void>) => Promise<unknown>): Promise<boolean>;
}

export function createIdleWait(isIdle: () => boolean): IdleWait {
  const waiters = new Set<() => void>();

  return {
    wake() {
      if (waiters.size > 0 && isIdle()) for (const waiter of [...waiters]) waiter();
    },
    async within(timeoutMs, work) {
      const mine = new Set<() => void>();
      let over = false;
      let timer: NodeJS.Timeout | undefined;

      function idle(): Promise<void> {
        if (over || isIdle()) return Promise.resolve();
        return new Promise((resolve) => {
          const waiter = (): void => {
            waiters.delete(waiter);
            mine.delete(waiter);
            resolve();
          };
          waiters.add(waiter);
          mine.add(waiter);
        });
      }

      // The one timer that keeps the process alive: somebody awaits this.
      const late = new Promise<boolean>((resolve) => {
        timer = setTimeout(resolve, timeoutMs, true);
      });
      const timedOut = await Promise.race([work(idle).then(() => false), late]);
      over = true;
      clearTimeout(timer);
      for (const waiter of [...mine]) waiter();
      return timedOut;
    },
  };
}
