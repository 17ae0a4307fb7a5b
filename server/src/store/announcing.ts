import { StoreError } from './store-error.js';
import type { TraceStore } from './trace-store.js';

const WRITES = [
  'ingest',
  'writeSpans',
  'startSession',
  'updateEvent',
  'deleteSession',
  'prune',
] as const satisfies readonly (keyof TraceStore)[];

/** Told how writing goes. */
export interface Feed {
  committed(): void;
  /** Nothing can be written, and why. */
  refused(why: string): void;
}

/** The same store, which tells `feed` whenever a write was committed, or could not be. */
export function announcing(store: TraceStore, feed: Feed): TraceStore {
  const writes: ReadonlySet<PropertyKey> = new Set(WRITES);
  return new Proxy(store, {
    get(target, key) {
      const method: unknown = Reflect.get(target, key, target);
      if (typeof method !== 'function') return method;
      if (!writes.has(key)) return method.bind(target);
      return async (...args: unknown[]) => {
        let result: unknown;
        try {
          result = await Reflect.apply(method, target, args);
        } catch (error) {
          if (error instanceof StoreError && error.code === 'full') feed.refused(error.message);
          throw error;
        }
        feed.committed();
        return result;
      };
    },
  });
}
