import { alive } from './time.js';

const LONGEST_MS = 1_000;

/**
 * Keeps the process alive while something is sent for the first time, as long as the server answers, and 1 s at most
 * where it does not: a script that awaits `enrichSession()` with nothing else to do would otherwise end in the middle
 * of it. Retries hold nothing.
 */
export interface Hold {
  take(key: object): void;
  release(key: object): void;
  /** The server took something: it is worth another second. */
  renew(): void;
}

export function createHold(): Hold {
  const held = new Set<object>();
  let cancel: (() => void) | undefined;

  function end(): void {
    held.clear();
    cancel?.();
    cancel = undefined;
  }
  return {
    take(key) {
      cancel ??= alive(LONGEST_MS, end);
      held.add(key);
    },
    release(key) {
      if (held.delete(key) && held.size === 0) end();
    },
    renew() {
      if (cancel === undefined) return;
      cancel();
      cancel = alive(LONGEST_MS, end);
    },
  };
}
