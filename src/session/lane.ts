import type { DropReason } from '../delivery/drop-reasons.js';
import { mergeInto } from './body.js';
import { emptyObject, isJsonObject, type JsonObject } from './json.js';
import { later } from './time.js';

/** Beyond this a session's updates no longer travel as one request, so that no server finds it too large. */
const REQUEST_BYTES = 256 * 1024;
/** After so many failed attempts, or so long, nobody waits any more; the data stays and is sent later. */
export const PATIENCE_ATTEMPTS = 4;
const PATIENCE_MS = 10_000;
const PATIENCE_DURING_OUTAGE_MS = 1_000;

/** Those who wait for one piece of work, and for how much longer. */
export interface Waiter<T> {
  readonly promise: Promise<T>;
  readonly attempts: number;
  failed(): number;
  done(value: T): void;
}

export function createWaiter<T>(outage: boolean, givenUp: () => void): Waiter<T> {
  let resolve!: (value: T) => void;
  let attempts = 0;
  const promise = new Promise<T>((done) => {
    resolve = done;
  });
  const cancel = later(outage ? PATIENCE_DURING_OUTAGE_MS : PATIENCE_MS, givenUp);
  return {
    promise,
    get attempts() {
      return attempts;
    },
    failed: () => ++attempts,
    done(value) {
      cancel();
      resolve(value);
    },
  };
}

export type StartOutcome = 'started' | 'given_up';

/** A start that was not answered yet. */
export interface StartWork {
  readonly kind: 'start';
  readonly body: JsonObject;
  waiter: Waiter<StartOutcome> | undefined;
  attempts: number;
  handedOver: boolean;
}

/** Updates of one event that travel together. */
export interface UpdateWork {
  readonly kind: 'update';
  readonly body: JsonObject;
  /** Calls of `enrichSession` that are over when it is. */
  calls: number;
  /** Why an earlier part of its first call was given up. */
  lost?: DropReason | undefined;
  /** Roughly; at least what the body weighs. */
  bytes: number;
  waiter: Waiter<void> | undefined;
  attempts: number;
  handedOver: boolean;
}

export type Work = StartWork | UpdateWork;

/** What is to be sent for one id, in order: its start, then its updates. */
export interface Lane {
  readonly id: string;
  start: StartWork | undefined;
  readonly updates: UpdateWork[];
  sending: Work | undefined;
  /** Not before this moment (ms, monotonic). */
  notBefore: number;
  /** Whether a server asked for that delay (`Retry-After`): a flush does not shorten it. */
  asked: boolean;
  /** Consecutive failures. */
  failures: number;
  /** Set when a start nobody waits for failed: the update behind it gets its turn. */
  passStart: boolean;
}

export function createLane(id: string): Lane {
  return {
    id,
    start: undefined,
    updates: [],
    sending: undefined,
    notBefore: 0,
    asked: false,
    failures: 0,
    passStart: false,
  };
}

export function nextWork(lane: Lane): Work | undefined {
  const update = lane.updates[0];
  return lane.start !== undefined && !(lane.passStart && update !== undefined) ? lane.start : update;
}

export function worksOf(lane: Lane): Work[] {
  return lane.start === undefined ? [...lane.updates] : [lane.start, ...lane.updates];
}

/** Adds a call's body to the last update that is not under way, or opens a new one. */
export function addUpdate(lane: Lane, body: JsonObject, bytes: number): UpdateWork {
  const last = lane.updates.at(-1);
  if (last !== undefined && last !== lane.sending && last.bytes + bytes <= REQUEST_BYTES) {
    mergeInto(last.body, body);
    last.calls += 1;
    last.bytes += bytes;
    return last;
  }
  const copy = emptyObject();
  mergeInto(copy, body);
  const work: UpdateWork = {
    kind: 'update',
    body: copy,
    calls: 1,
    bytes,
    waiter: undefined,
    attempts: 0,
    handedOver: false,
  };
  lane.updates.push(work);
  return work;
}

/**
 * Two updates that say together what the one said, for a server that found it too large; undefined for a single key.
 * A single call is over with the second of them.
 */
export function splitUpdate(work: UpdateWork): [UpdateWork, UpdateWork] | undefined {
  const pairs: JsonObject[] = [];
  for (const name of Object.keys(work.body)) {
    const value = work.body[name];
    if (value === undefined) continue;
    const keys = isJsonObject(value) ? Object.keys(value) : [undefined];
    for (const key of keys) {
      const pair = emptyObject();
      if (key === undefined || !isJsonObject(value)) pair[name] = value;
      else pair[name] = assignOne(key, value);
      pairs.push(pair);
    }
  }
  if (pairs.length < 2) return undefined;
  const middle = pairs.length >> 1;
  const calls = work.calls >> 1;
  return [
    { ...work, body: joined(pairs.slice(0, middle)), calls, bytes: work.bytes >> 1, waiter: undefined },
    { ...work, body: joined(pairs.slice(middle)), calls: work.calls - calls, bytes: work.bytes - (work.bytes >> 1) },
  ];
}

function assignOne(key: string, from: JsonObject): JsonObject {
  const one = emptyObject();
  one[key] = from[key] ?? null;
  return one;
}

function joined(pairs: readonly JsonObject[]): JsonObject {
  const body = emptyObject();
  for (const pair of pairs) mergeInto(body, pair);
  return body;
}
