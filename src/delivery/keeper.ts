import type { OutgoingRequest, SpoolTicket } from './contract.js';
import type { FullLedger } from './ledger.js';
import type { Spool } from './spool.js';

/** A request that is safe on disk. */
export interface Keep {
  /** This process says what became of it after all; the next start does not send it. */
  release(): void;
  /** Its body, read back; undefined where it can no longer be read. */
  read(): Uint8Array | undefined;
  /** Whether `read` gives the body at all; for part of a request it does not. */
  readonly whole: boolean;
  /** For the request in two parts, the first with so many items: on disk it is settled when both are. */
  split(first: number): [Keep, Keep];
}

/** Puts requests into the spool and keeps the ledger in step. */
export interface Keeper {
  keep(request: OutgoingRequest): Keep | undefined;
  /** For requests of others, who tell the ledger themselves. */
  ticket(request: OutgoingRequest): SpoolTicket | undefined;
  /** What `ticket` holds for exactly this request; the tickets left over are settled by `releaseOthers`. */
  kept(request: OutgoingRequest): Keep | undefined;
  releaseOthers(): void;
}

export function createKeeper(spool: Spool, ledger: FullLedger): Keeper {
  const outstanding = new Map<OutgoingRequest, Keep>();

  function keep(request: OutgoingRequest): Keep | undefined {
    const ticket = spool.append(request);
    if (ticket === undefined) return undefined;
    const undo = ledger.spooled(request.items);
    let parts = 1;

    function part(items: number, whole: boolean): Keep {
      let released = false;
      return {
        release() {
          if (released) return;
          released = true;
          undo(items);
          parts -= 1;
          if (parts === 0) ticket?.done();
        },
        read: () => (whole ? ticket?.read() : undefined),
        whole,
        split(first) {
          parts += 1;
          return [part(first, false), part(items - first, false)];
        },
      };
    }
    return part(request.items, true);
  }

  return {
    keep,
    ticket(request) {
      const kept = keep(request);
      if (kept === undefined) return undefined;
      outstanding.set(request, kept);
      return {
        done() {
          outstanding.delete(request);
          kept.release();
        },
        read: () => kept.read(),
      };
    },
    kept(request) {
      const kept = outstanding.get(request);
      outstanding.delete(request);
      return kept;
    },
    releaseOthers() {
      for (const kept of outstanding.values()) kept.release();
      outstanding.clear();
    },
  };
}
