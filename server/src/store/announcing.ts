import type { TraceStore } from './trace-store.js';

const WRITES = [
  'ingest',
  'writeSpans',
  'startSession',
  'updateEvent',
  'deleteSession',
] as const satisfies readonly (keyof TraceStore)[];

/** The same store, which tells `feed` whenever a write was committed. */
export function announcing(store: TraceStore, feed: { committed(): void }): TraceStore {
  const writes: ReadonlySet<PropertyKey> = new Set(WRITES);
  return new Proxy(store, {
    get(target, key) {
      const method: unknown = Reflect.get(target, key, target);
      if (typeof method !== 'function') return method;
      if (!writes.has(key)) return method.bind(target);
      return async (...args: unknown[]) => {
        const result: unknown = await Reflect.apply(method, target, args);
        feed.committed();
        return result;
      };
    },
  });
}
