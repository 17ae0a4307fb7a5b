import { now } from '../base/timers.js';
import type { JsonObject } from './json.js';
import { addUpdate, createLane, type Lane, nextWork, type UpdateWork } from './lane.js';

const MOST_IDS = 10_000;
const MOST_BYTES = 32 * 1024 * 1024;
/** Weighing must free a tenth at least, else it would be done again for every few calls. */
const NEARLY = 0.9;

/** Everything that waits to be sent, by id, within bounds: 10,000 ids and 32 MiB. */
export interface Backlog {
  readonly lanes: ReadonlyMap<string, Lane>;
  /** The lane of an id, made where there is none; undefined where there is no room for one more. */
  lane(id: string): Lane | undefined;
  /** Adds an update; undefined where there is no room for it. */
  add(id: string, body: JsonObject): { lane: Lane; work: UpdateWork; idle: boolean } | undefined;
  /** Forgets a lane's first update. */
  shift(lane: Lane): void;
  /** Puts a lane where it belongs: its turn has come, it has to wait, or nothing is left of it. */
  schedule(lane: Lane): void;
  /** The lane whose turn it is; it is no longer scheduled. */
  next(): Lane | undefined;
  /** Gives a turn to the lanes whose wait is over. */
  wake(): void;
  /** When the next lane has its turn (ms, monotonic): 0 where one waits for nothing, infinity where none is left. */
  earliest(): number;
  clear(): void;
}

export function createBacklog(): Backlog {
  const lanes = new Map<string, Lane>();
  const ready = new Set<Lane>();
  const delayed = new Set<Lane>();
  let bytes = 0;
  /** Whether nothing has left since weighing made no room: doing it again is pointless, and takes long. */
  let full = false;

  function lane(id: string): Lane | undefined {
    const known = lanes.get(id);
    if (known !== undefined || lanes.size >= MOST_IDS) return known;
    const fresh = createLane(id);
    lanes.set(id, fresh);
    return fresh;
  }

  function schedule(one: Lane): void {
    if (one.sending !== undefined || lanes.get(one.id) !== one) return;
    ready.delete(one);
    delayed.delete(one);
    if (nextWork(one) === undefined) lanes.delete(one.id);
    else (one.notBefore <= now() ? ready : delayed).add(one);
  }

  /** Overwritten keys were counted each time: asked only when the bound is near. */
  function weighAgain(): void {
    bytes = 0;
    for (const { updates } of lanes.values()) {
      for (const work of updates) {
        work.bytes = JSON.stringify(work.body).length;
        bytes += work.bytes;
      }
    }
  }

  function hasRoom(size: number): boolean {
    if (bytes + size <= MOST_BYTES) return true;
    if (full) return false;
    weighAgain();
    full = bytes + size > MOST_BYTES * NEARLY;
    return bytes + size <= MOST_BYTES;
  }

  return {
    lanes,
    lane,
    schedule,
    add(id, body) {
      const size = JSON.stringify(body).length;
      if (!hasRoom(size)) return undefined;
      const one = lane(id);
      if (one === undefined) return undefined;
      const idle = nextWork(one) === undefined;
      bytes += size;
      return { lane: one, work: addUpdate(one, body, size), idle };
    },
    shift(one) {
      bytes -= one.updates.shift()?.bytes ?? 0;
      full = false;
    },
    next() {
      for (const one of ready) {
        ready.delete(one);
        return one;
      }
      return undefined;
    },
    wake() {
      const time = now();
      for (const one of [...delayed]) if (one.notBefore <= time) schedule(one);
    },
    earliest() {
      if (ready.size > 0) return 0;
      let earliest = Number.POSITIVE_INFINITY;
      for (const { notBefore } of delayed) earliest = Math.min(earliest, notBefore);
      return earliest;
    },
    clear() {
      lanes.clear();
      ready.clear();
      delayed.clear();
      bytes = 0;
      full = false;
    },
  };
}
