import type { TraceState } from '@opentelemetry/api';

const MAX_MEMBERS = 32;
/** Level 2 of W3C Trace Context, 3.3.1.3.1: the first letter may be a digit, and `@` may stand anywhere after it. */
const KEY = /^[a-z0-9][a-z0-9_\-*/@]{0,255}$/;
/** Printable ASCII but `,` and `=`, not ending in a blank. */
const VALUE = /^[\x20-\x2b\x2d-\x3c\x3e-\x7e]{0,255}[\x21-\x2b\x2d-\x3c\x3e-\x7e]$/;

type Members = ReadonlyMap<string, string>;

/** Reads a `tracestate` header; undefined where any part is not valid, since half of it would be wrong. */
export function readTracestate(header: string): TraceState | undefined {
  const members = new Map<string, string>();
  for (const part of header.split(',')) {
    const member = part.trim();
    if (member === '') continue;
    const at = member.indexOf('=');
    const key = member.slice(0, Math.max(at, 0));
    const value = member.slice(at + 1);
    if (!KEY.test(key) || !VALUE.test(value)) return undefined;
    // A key that comes twice is kept once, as its last writer left it (3.3.1.3: the newest stands first).
    if (!members.has(key)) members.set(key, value);
  }
  return members.size === 0 || members.size > MAX_MEMBERS ? undefined : stateOf(members);
}

function stateOf(members: Members): TraceState {
  return {
    get: (key) => members.get(key),
    // What is changed moves to the front (3.5).
    set: (key, value) =>
      KEY.test(key) && VALUE.test(value)
        ? stateOf(new Map([[key, value], ...without(members, key)]))
        : stateOf(members),
    unset: (key) => stateOf(new Map(without(members, key))),
    serialize: () =>
      [...members]
        .slice(0, MAX_MEMBERS)
        .map(([key, value]) => `${key}=${value}`)
        .join(','),
  };
}

function without(members: Members, key: string): [string, string][] {
  return [...members].filter(([name]) => name !== key);
}
