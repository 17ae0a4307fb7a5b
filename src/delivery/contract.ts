import type { Drop } from '../config/options.js';
import type { DropReason } from './drop-reasons.js';

export type { Drop };

/** What became of the spans and enrichments since the last receipt. */
export interface DeliveryReceipt {
  /** Acknowledged by the back end. */
  delivered: number;
  /** Made, and still waiting. */
  pending: number;
  /** Written to the spool since the last receipt, to be sent by the next start; never also in `pending`. */
  spooled: number;
  /** Given up, by reason. */
  dropped: { count: number; reasons: Record<string, number> };
  /** Whether the deadline ended the wait. */
  timedOut: boolean;
}

/** How long `flush` and `close` may wait, in ms. Default 5,000. */
export interface FlushOptions {
  timeoutMs?: number;
}

/** Counters of one tracer since its start. `made = delivered + pending + spooled + dropped` at every moment. */
export interface DeliveryStats {
  made: number;
  delivered: number;
  pending: number;
  spooled: number;
  dropped: number;
  /** Arrivals the server said it already had. */
  duplicates: number;
  requests: number;
  retries: number;
  queuedBytes: number;
  spoolBytes: number;
}

/** Keeps the conservation law: every item is entered once and leaves once. */
export interface Ledger {
  made(count: number): void;
  delivered(count: number): void;
  /**
   * Safe on disk, and not delivered yet. Call what it returns before saying what became of the items after all: of all
   * of them, or of so many.
   */
  spooled(count: number): (part?: number) => void;
  dropped(reason: DropReason, count: number, names: readonly string[]): void;
  request(): void;
  retry(): void;
}

/** A request as a stranger could send it: what the spool keeps and what is sent when the process ends. */
export interface OutgoingRequest {
  kind: 'spans' | 'session' | 'enrichment';
  method: 'POST' | 'PUT';
  url: string;
  headers: Record<string, string>;
  body: Uint8Array;
  /** Items in the ledger that this request carries; 0 for a session's start. */
  items: number;
}

/** A request in the spool. */
export interface SpoolTicket {
  /** It was delivered or given up: the next start does not send it. Call this before telling the ledger which. */
  done(): void;
  /** Its body, read back; undefined where it can no longer be read. */
  read(): Uint8Array | undefined;
}

/** Something besides spans that waits for delivery: the session queue, the evaluators that still run. */
export interface DeliverySource {
  /** Resolves when nothing is left or at `deadline` (ms on `now()` of base/timers); never rejects. */
  drain(deadline: number): Promise<void>;
  /** Time is up: what waits for something else, as for its scores, goes without it. */
  letGo?(): void;
  /** What is still unsent; synchronous, asked at exit and by the spool. Counts as handed over. */
  takeUnsent?(): OutgoingRequest[];
  /** Nothing comes any more, and what was left is handed over: ends connections. */
  close?(): void;
}
