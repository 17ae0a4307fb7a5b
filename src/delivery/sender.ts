import { clearTimeout, now, setTimeout } from '../base/timers.js';
import { warn } from '../base/warn.js';
import { type Batch, evict, namesOf, pack, packNow, recall, split } from './batch.js';
import type { OutgoingRequest } from './contract.js';
import { wouldExpose } from './credentials.js';
import type { DropReason } from './drop-reasons.js';
import { type HttpOutcome, isSuccess, type Poster, TIMEOUT_CODE } from './http.js';
import type { FullLedger } from './ledger.js';
import { headerOf, LIVE_HEADER, liveSeconds, readVerdict } from './response.js';
import { asksToWait, isHeld, isRetryable, retryDelayMs } from './retry.js';
import { reportExposed, reportTrouble } from './trouble.js';

const IN_FLIGHT = 4;
/** Should pass in one attempt even on a bad line. */
const SMALL_BYTES = 128 * 1024;

export interface SenderOptions {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly allowInsecure: boolean;
  readonly poster: Poster;
  readonly ledger: FullLedger;
  /** Bytes above which batches that the spool has too leave memory. */
  readonly comfortableBytes: number;
  /** A batch has left for good: delivered or dropped. */
  readonly onSettled: () => void;
  /** The server asks for spans while they run. */
  readonly onLive?: ((seconds: number) => void) | undefined;
}

export interface Sender {
  readonly url: string;
  push(batch: Batch): void;
  /** Tries now, even if the last attempt failed a moment ago; a wait that the server asked for is kept. */
  hurry(): void;
  /** Makes room at once, until `enough` says so: leaves bodies to the spool, compresses the rest. */
  squeeze(enough: () => boolean): void;
  /** Takes everything that is not acknowledged, oldest first; nothing more is sent. */
  take(): Batch[];
  /** The batch as a stranger could send it. */
  requestOf(batch: Batch): OutgoingRequest;
  readonly size: number;
  readonly bytes: number;
  /** Whether the last attempt failed. */
  readonly failing: boolean;
  /** Whether nothing can be sent before the user changes an option. */
  readonly blocked: boolean;
}

/**
 * Keeps batches, oldest first, until the back end has acknowledged them or they are given up. Several are in flight
 * while all is well; after a failure only the oldest is tried, at growing intervals, until one gets through.
 */
export function createSender(options: SenderOptions): Sender {
  const { url, poster, ledger } = options;
  const blocked = !options.allowInsecure && wouldExpose(url, options.headers);
  let queue: Batch[] = [];
  let bytes = 0;
  let inFlight = 0;
  let failures = 0;
  let failureRound = 0;
  let notBefore = 0;
  let askedToWait = false;
  let accepted = false;
  let packing = false;
  let timer: NodeJS.Timeout | undefined;
  const resize = (difference: number): void => {
    bytes += difference;
  };

  function next(): void {
    if (blocked) {
      if (queue.length > 0) reportExposed(url);
      return;
    }
    const wait = notBefore - now();
    if (failures > 0 && wait > 0) {
      if (inFlight === 0) timer ??= setTimeout(wake, Math.ceil(wait)).unref();
      return;
    }
    const most = failures > 0 ? 1 : IN_FLIGHT;
    for (const batch of queue) {
      if (inFlight >= most) return;
      if (!batch.sending) void send(batch);
    }
  }

  function wake(): void {
    timer = undefined;
    next();
  }

  async function send(batch: Batch): Promise<void> {
    batch.sending = true;
    inFlight += 1;
    if (recall(batch, resize)) await pack(batch, resize);
    else if (queue.includes(batch)) {
      drop(batch, 'spool_lost');
    }
    if (!queue.includes(batch)) {
      inFlight -= 1;
      next();
      return;
    }
    ledger.request();
    if (failures > 0) ledger.retry();
    const round = failureRound;
    const outcome = await poster.post(requestOf(batch));
    inFlight -= 1;
    batch.sending = false;
    if (queue.includes(batch)) settle(batch, outcome, round);
    if (bytes > options.comfortableBytes) evictFrom(0);
    next();
  }

  /** One after the other: each holds its uncompressed body until it is done. */
  async function packWaiting(): Promise<void> {
    if (packing) return;
    packing = true;
    for (;;) {
      const batch = queue.find((candidate) => !candidate.packed && !candidate.sending && !candidate.evicted);
      if (batch === undefined) break;
      await pack(batch, resize);
    }
    packing = false;
  }

  /** The oldest are sent next: they go last. */
  function evictFrom(first: number): void {
    for (let i = queue.length - 1; i >= first && bytes > options.comfortableBytes; i--) {
      const batch = queue[i];
      if (batch !== undefined) evict(batch, resize);
    }
  }

  function requestOf(batch: Batch): OutgoingRequest {
    const headers: Record<string, string> = { ...options.headers, 'content-type': batch.contentType };
    if (batch.gzipped) headers['content-encoding'] = 'gzip';
    return { kind: 'spans', method: 'POST', url, headers, body: batch.body, items: batch.count };
  }

  function settle(batch: Batch, outcome: HttpOutcome, round: number): void {
    const { status } = outcome;
    if (isSuccess(status)) {
      acknowledge(batch, outcome);
      return;
    }
    if (status === 413 || (status !== undefined && isContentRefusal(status) && accepted)) {
      if (batch.count > 1) {
        replace(batch, split(batch));
        return;
      }
      if (status === 413) {
        drop(batch, 'too_large');
        return;
      }
    }
    reportTrouble(url, outcome);
    if (!isRetryable(status) && !isHeld(status)) {
      drop(batch, 'refused');
      return;
    }
    // Requests that were under way together fail together: that is one failure.
    if (round === failureRound) {
      failures += 1;
      failureRound += 1;
    }
    const retryAfter = headerOf(outcome, 'retry-after');
    const delay = retryDelayMs(failures, retryAfter);
    askedToWait = asksToWait(retryAfter);
    notBefore = Math.max(notBefore, now() + delay);
    // Too slow a line for so much at once, perhaps.
    const slow = outcome.error?.code === TIMEOUT_CODE && batch.body.length > SMALL_BYTES;
    if (slow && batch.count > 1) replace(batch, split(batch));
  }

  function acknowledge(batch: Batch, outcome: HttpOutcome): void {
    failures = 0;
    notBefore = 0;
    askedToWait = false;
    accepted = true;
    batch.keep?.release();
    const verdict = readVerdict(outcome);
    const rejected = Math.min(verdict.rejected, batch.count);
    ledger.duplicates(Math.min(verdict.duplicates, batch.count));
    ledger.delivered(batch.count - rejected);
    const live = liveSeconds(headerOf(outcome, LIVE_HEADER));
    if (live > 0) options.onLive?.(live);
    if (rejected > 0) {
      warn(
        'delivery:rejected',
        `The back end rejected ${rejected} of ${batch.count} spans: ${verdict.message || 'no reason given'}`,
      );
      ledger.dropped('rejected', rejected, rejected === batch.count ? namesOf(batch) : []);
    } else if (verdict.message !== '') {
      warn('delivery:partial', `The back end accepted everything and warns: ${verdict.message}`);
    }
    remove(batch);
  }

  function drop(batch: Batch, reason: DropReason): void {
    const names = namesOf(batch);
    batch.keep?.release();
    ledger.dropped(reason, batch.count, names);
    remove(batch);
  }

  function remove(batch: Batch): void {
    queue.splice(queue.indexOf(batch), 1);
    bytes -= batch.body.length;
    options.onSettled();
  }

  function replace(batch: Batch, halves: readonly Batch[]): void {
    queue.splice(queue.indexOf(batch), 1, ...halves);
    bytes -= batch.body.length;
    for (const half of halves) bytes += half.body.length;
  }

  return {
    url,
    push(batch) {
      queue.push(batch);
      bytes += batch.body.length;
      // What has to wait is kept small; what goes out at once is compressed on its way.
      if (bytes > options.comfortableBytes) evictFrom(IN_FLIGHT);
      if (inFlight >= IN_FLIGHT || failures > 0 || blocked) void packWaiting();
      next();
    },
    hurry() {
      if (failures > 0 && !askedToWait && inFlight === 0) {
        clearTimeout(timer);
        timer = undefined;
        notBefore = 0;
      }
      next();
    },
    squeeze(enough) {
      for (const batch of queue) {
        if (enough()) return;
        if (!batch.sending && !evict(batch, resize) && !batch.evicted) packNow(batch, resize);
      }
    },
    take() {
      const left = queue;
      queue = [];
      bytes = 0;
      clearTimeout(timer);
      timer = undefined;
      return left;
    },
    requestOf,
    get size() {
      return queue.length;
    },
    get bytes() {
      return bytes;
    },
    get failing() {
      return failures > 0;
    },
    blocked,
  };
}

/** One span may be at fault; where others were accepted before, it is worth looking for it. */
function isContentRefusal(status: number): boolean {
  return status === 400 || status === 422;
}
