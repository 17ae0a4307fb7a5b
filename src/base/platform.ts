import { load } from './load.js';

interface Modules {
  'node:child_process': typeof import('node:child_process');
  'node:crypto': typeof import('node:crypto');
  'node:http': typeof import('node:http');
  'node:https': typeof import('node:https');
  'node:worker_threads': typeof import('node:worker_threads');
  'node:zlib': typeof import('node:zlib');
}

const loaded: { [K in keyof Modules]?: Modules[K] } = {};

/** One of Node's own modules that take time and memory to load: importing this package must not pay for it, first use does. */
export function platform<K extends keyof Modules>(id: K): Modules[K] {
  loaded[id] ??= load<Modules[K]>(id) as (typeof loaded)[K];
  return loaded[id] as Modules[K];
}
