import { warn } from '../base/warn.js';
import { namesOf, recall } from './batch.js';
import type { DeliverySource, OutgoingRequest } from './contract.js';
import { wouldExpose } from './credentials.js';
import type { DropReason } from './drop-reasons.js';
import type { Keep, Keeper } from './keeper.js';
import type { FullLedger } from './ledger.js';
import type { Sender } from './sender.js';
import { place } from './trouble.js';

/** Everything unsent when a delivery or the process ends. */
export interface Leftover {
  /** What is worth sending at once. */
  readonly requests: OutgoingRequest[];
  /** Settles each item: delivered where acknowledged, else left in the spool, else dropped for `reason`. */
  done(acknowledged: readonly boolean[], reason: DropReason): void;
}

interface Item {
  readonly count: number;
  /** Undefined where it is not worth trying. */
  readonly request: OutgoingRequest | undefined;
  readonly names: () => string[];
  readonly keep: Keep | undefined;
}

export function takeLeftover(
  sender: Sender,
  sources: readonly DeliverySource[],
  ledger: FullLedger,
  keeper: Keeper | undefined,
  allowInsecure: boolean,
): Leftover {
  // A back end that was gone a moment ago is not worth a wait when nothing is lost without it.
  const hopeless = keeper !== undefined && sender.failing;
  const items: Item[] = [];
  for (const request of sources.flatMap((source) => source.takeUnsent?.() ?? [])) {
    const keep = keeper?.kept(request) ?? keeper?.keep(request);
    const barred = !allowInsecure && wouldExpose(request.url, request.headers);
    items.push({
      count: request.items,
      request: (hopeless && keep !== undefined) || barred ? undefined : request,
      names: () => [],
      keep,
    });
  }
  keeper?.releaseOthers();
  for (const batch of sender.take()) {
    const keep = batch.keep ?? keeper?.keep(sender.requestOf(batch));
    const worthIt = !(hopeless && keep !== undefined) && !sender.blocked && recall(batch, () => undefined);
    const request = worthIt ? sender.requestOf(batch) : undefined;
    items.push({ count: batch.count, request, names: () => namesOf(batch), keep });
  }
  const sendable = items.filter((item) => item.request !== undefined);

  return {
    requests: sendable.map((item) => item.request as OutgoingRequest),
    done(acknowledged, reason) {
      const delivered = new Set(sendable.filter((_, index) => acknowledged[index]));
      let lost = 0;
      for (const item of items) {
        const { count } = item;
        if (delivered.has(item)) {
          item.keep?.release();
          ledger.delivered(count);
        } else if (item.keep === undefined) {
          lost += count;
          ledger.dropped(keeper === undefined ? reason : 'spool_full', count, item.names());
        }
      }
      if (lost > 0) warn(`delivery:${reason}`, lossText(lost, reason, sender.url, keeper !== undefined));
    },
  };
}

function lossText(count: number, reason: string, url: string, spooling: boolean): string {
  const what = `${count} ${count === 1 ? 'span or update' : 'spans and updates'} could not be delivered to ${place(url)} before the ${reason === 'exit' ? 'process ended' : 'tracer was closed'}: dropped.`;
  return spooling
    ? `${what} The spool had no room for them.`
    : `${what} With a spool (HH_SPOOL_DIR) the next start sends such data.`;
}
