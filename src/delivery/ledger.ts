import type { DeliveryReceipt, DeliveryStats, Drop, Ledger } from './contract.js';
import { tellDrop } from './tell-drop.js';

/** The ledger as delivery itself sees it. */
export interface FullLedger extends Ledger {
  duplicates(count: number): void;
  /** Made, and nothing of it settled: neither delivered, spooled nor dropped. */
  pending(): number;
  /** What became of everything since the last receipt. */
  receipt(timedOut: boolean): DeliveryReceipt;
  stats(queuedBytes: number, spoolBytes: number): DeliveryStats;
}

/** Counts every item in and out; nothing else in the package keeps such numbers. */
export function createLedger(onDrop: ((drop: Drop) => void) | undefined): FullLedger {
  const total = { made: 0, delivered: 0, spooled: 0, dropped: 0, duplicates: 0, requests: 0, retries: 0 };
  let since = { delivered: 0, spooled: 0, dropped: new Map<string, number>() };
  const pending = (): number => total.made - total.delivered - total.spooled - total.dropped;

  return {
    made(count) {
      total.made += count;
    },
    delivered(count) {
      total.delivered += count;
      since.delivered += count;
    },
    spooled(count) {
      total.spooled += count;
      since.spooled += count;
      const receipt = since;
      let left = count;
      return (part = left) => {
        const undone = Math.min(part, left);
        left -= undone;
        total.spooled -= undone;
        // What an earlier receipt told of stays told.
        receipt.spooled -= undone;
      };
    },
    dropped(reason, count, names) {
      if (count === 0) return;
      total.dropped += count;
      since.dropped.set(reason, (since.dropped.get(reason) ?? 0) + count);
      tellDrop(onDrop, { reason, count, names: [...names] });
    },
    request() {
      total.requests += 1;
    },
    retry() {
      total.retries += 1;
    },
    duplicates(count) {
      total.duplicates += count;
    },
    pending,
    receipt(timedOut) {
      const { delivered, spooled, dropped } = since;
      since = { delivered: 0, spooled: 0, dropped: new Map() };
      let count = 0;
      for (const value of dropped.values()) count += value;
      return {
        delivered,
        pending: pending(),
        spooled,
        dropped: { count, reasons: Object.fromEntries(dropped) },
        timedOut,
      };
    },
    stats(queuedBytes, spoolBytes) {
      return { ...total, pending: pending(), queuedBytes, spoolBytes };
    },
  };
}
