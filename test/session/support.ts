import type { Ledger } from '../../src/delivery/contract.js';
import type { JsonObject } from '../../src/session/json.js';
import { createSessionQueue, type SessionQueue, type SessionQueueOptions } from '../../src/session/queue.js';

export const A = 'aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa';
export const B = 'bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb';
export const KEY = 'hh_test_key_1234567890';
export const startOf = (id: string, more: JsonObject = {}): JsonObject => ({
  session: { session_name: 's', source: 'dev', session_id: id, ...more },
});

const queues: SessionQueue[] = [];

/** A queue with the package's defaults, ended by `endQueues`. */
export function queueTo(serverUrl: string, options: Partial<SessionQueueOptions> = {}): SessionQueue {
  const headers = { Authorization: `Bearer ${KEY}`, 'hh-client-language': 'typescript' };
  const defaults = { serverUrl, headers, ledger: new Counted(), allowInsecure: false };
  const queue = createSessionQueue({ ...defaults, ...options });
  queues.push(queue);
  return queue;
}

/** Ends what still waits for its next attempt, as a delivery does that is closed. */
export function endQueues(): void {
  for (const queue of queues.splice(0)) {
    queue.takeUnsent?.();
    queue.close?.();
  }
}

/** The ledger's counts, as a test reads them. */
export class Counted implements Ledger {
  readonly counts = { made: 0, delivered: 0, spooled: 0, requests: 0, retries: 0 };
  readonly drops: { reason: string; count: number; names: readonly string[] }[] = [];
  made(count: number): void {
    this.counts.made += count;
  }
  delivered(count: number): void {
    this.counts.delivered += count;
  }
  spooled(count: number): () => void {
    this.counts.spooled += count;
    return () => {
      this.counts.spooled -= count;
    };
  }
  dropped(reason: string, count: number, names: readonly string[]): void {
    this.drops.push({ reason, count, names });
  }
  request(): void {
    this.counts.requests += 1;
  }
  retry(): void {
    this.counts.retries += 1;
  }
  get pending(): number {
    const dropped = this.drops.reduce((sum, drop) => sum + drop.count, 0);
    return this.counts.made - this.counts.delivered - this.counts.spooled - dropped;
  }
}
