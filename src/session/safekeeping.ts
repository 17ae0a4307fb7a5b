import type { OutgoingRequest, SpoolTicket } from '../delivery/contract.js';
import type { Lane } from './lane.js';
import { later } from './time.js';

/** What is acknowledged sooner never touches the disk. */
const WRITE_AFTER_MS = 50;

interface Kept {
  readonly requests: readonly OutgoingRequest[];
  readonly tickets: readonly SpoolTicket[];
}

/** Keeps on disk what waits, lane by lane, so that it survives the process. Does nothing without a spool. */
export interface Safekeeping {
  /** Something was added to a lane: it is written within 50 ms. */
  changed(lane: Lane): void;
  /** Part of a lane is about to be over: what was written no longer holds. Called before the ledger is told. */
  release(lane: Lane): void;
  /** The lane's requests, the very ones on disk where those still say all of it. For a lane that is handed over. */
  take(lane: Lane): readonly OutgoingRequest[];
}

export function createSafekeeping(
  spoolRequest: ((request: OutgoingRequest) => SpoolTicket | undefined) | undefined,
  requestsOf: (lane: Lane) => OutgoingRequest[],
): Safekeeping {
  const dirty = new Set<Lane>();
  const kept = new Map<Lane, Kept>();
  let scheduled = false;

  function write(): void {
    scheduled = false;
    for (const lane of dirty) {
      const before = kept.get(lane);
      const requests = requestsOf(lane);
      // First the new, then away with the old: a crash in between costs a request twice, not an update.
      const tickets = requests.map((request) => spoolRequest?.(request)).filter((ticket) => ticket !== undefined);
      for (const ticket of before?.tickets ?? []) ticket.done();
      if (tickets.length > 0) kept.set(lane, { requests, tickets });
      else kept.delete(lane);
    }
    dirty.clear();
  }

  function release(lane: Lane): void {
    dirty.delete(lane);
    const before = kept.get(lane);
    if (before === undefined) return;
    kept.delete(lane);
    for (const ticket of before.tickets) ticket.done();
  }

  return {
    changed(lane) {
      if (spoolRequest === undefined) return;
      dirty.add(lane);
      if (!scheduled) later(WRITE_AFTER_MS, write);
      scheduled = true;
    },
    release,
    take(lane) {
      const before = kept.get(lane);
      if (before !== undefined && !dirty.has(lane)) {
        kept.delete(lane);
        return before.requests;
      }
      release(lane);
      return requestsOf(lane);
    },
  };
}
