import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';
import { messageOf } from '../base/errors.js';
import { now, setImmediate } from '../base/timers.js';
import { warn } from '../base/warn.js';
import { createBatch } from './batch.js';
import type {
  DeliveryReceipt,
  DeliverySource,
  DeliveryStats,
  Drop,
  FlushOptions,
  Ledger,
  OutgoingRequest,
  SpoolTicket,
} from './contract.js';
import { createJsonEncoder } from './encode-json.js';
import { createProtobufEncoder } from './encode-protobuf.js';
import { joinExit } from './exit.js';
import { timeoutOf } from './flush-timeout.js';
import { createPoster } from './http.js';
import { createIdleWait } from './idle-wait.js';
import { createIntake, estimateBytes } from './intake.js';
import { createKeeper } from './keeper.js';
import { createLedger } from './ledger.js';
import { type Leftover, takeLeftover } from './leftover.js';
import { resendLeftovers } from './resend.js';
import { createSender } from './sender.js';
import { createSpool } from './spool.js';
import { nameOf } from './stub.js';

const LINGER_MS = 100;
const BATCH_BYTES = 1024 * 1024;
/** Limits cut spans long before; what is larger still by this factor would only clog the queue. */
const MOST_SPANS_WORTH = 8;
/** While nothing gets through, few large batches are better than many small ones. */
const OUTAGE_LINGER_MS = 2_000;
/** With a spool, what has ended is on disk within 100 ms. */
const SPOOL_LINGER_MS = 40;
const SPOOL_MOST_MS = 80;
/** At the process's end: kept from waiting for evaluators, for those spans that they held back. */
const LAST_MS = 500;

export interface DeliveryOptions {
  /** Full URL of the OTLP traces endpoint. */
  endpoint: string;
  /** All headers to send, `Authorization` included. */
  headers: Record<string, string>;
  protocol: 'http/protobuf' | 'http/json';
  /** Lets a key travel over plain http to another machine. */
  allowInsecure: boolean;
  queueBytes: number;
  spanBytes: number;
  spool?: { directory: string; maxBytes: number };
  /** Headers for a source's requests that are found in the spool. */
  sessionHeaders: Record<string, string>;
  /** Whom the data is for: spooled data is only sent to the server and project it was made for. */
  target: { serverUrl: string; project?: string };
  handleExit: boolean;
  onDrop?: (drop: Drop) => void;
  /** Called when the process is about to end, before the last delivery: ends open spans. Synchronous. */
  onProcessEnd?: () => void;
  /** Called when the server asks, for so many seconds, for spans while they run. */
  onLive?: (seconds: number) => void;
}

export interface Delivery {
  readonly ledger: Ledger;
  /** Takes a span that ended. Never throws; encoding and sending happen later. */
  enqueue(span: ReadableSpan): void;
  addSource(source: DeliverySource): void;
  flush(options?: FlushOptions): Promise<DeliveryReceipt>;
  close(options?: FlushOptions): Promise<DeliveryReceipt>;
  stats(): DeliveryStats;
  /**
   * Only with a spool: writes a source's request to it at once. The source calls `done` on the ticket before it tells
   * the ledger what became of the request; one that is asked by `takeUnsent` returns the same object.
   */
  spoolRequest?: (request: OutgoingRequest) => SpoolTicket | undefined;
}

/** The way out for everything a tracer makes: bounded, retried, accounted for to the last item. */
export function createDelivery(options: DeliveryOptions): Delivery {
  const ledger = createLedger(options.onDrop);
  const poster = createPoster();
  const encoder = options.protocol === 'http/json' ? createJsonEncoder() : createProtobufEncoder();
  const sources: DeliverySource[] = [];
  const isIdle = (): boolean => intake.size === 0 && sender.size === 0;
  const wait = createIdleWait(() => isIdle() || sender.blocked);
  let quiet = true;
  /** Whether nothing has left since the queue was found full: looking again is pointless. */
  let full = false;
  let closing: Promise<DeliveryReceipt> | undefined;
  let closed = false;

  // First: an unusable directory must stop the program before anything has begun.
  const target = { ...options.target, endpoint: options.endpoint };
  const spool = options.spool && createSpool(options.spool.directory, options.spool.maxBytes, target);
  const keeper = spool && createKeeper(spool, ledger);

  const sender = createSender({
    url: options.endpoint,
    headers: options.headers,
    allowInsecure: options.allowInsecure,
    poster,
    ledger,
    comfortableBytes: options.queueBytes / 2,
    onSettled() {
      full = false;
      wait.wake();
    },
    onLive: options.onLive,
  });
  const intake = createIntake(encoder, {
    lingerMs: () => (spool !== undefined ? SPOOL_LINGER_MS : sender.failing ? OUTAGE_LINGER_MS : LINGER_MS),
    mostMs: spool === undefined ? undefined : SPOOL_MOST_MS,
    batchBytes: Math.min(BATCH_BYTES, options.queueBytes / 16),
    onBatch(body, count) {
      const batch = createBatch(body, count, encoder.contentType);
      if (keeper !== undefined) batch.keep = keeper.keep(sender.requestOf(batch));
      sender.push(batch);
    },
    onPoison,
  });
  const recovery =
    spool && options.spool && !sender.blocked
      ? resendLeftovers({ ...options, target, poster, directory: options.spool.directory }, (bytes) =>
          spool.othersHold(bytes),
        )
      : undefined;

  const queuedBytes = (): number => intake.bytes + sender.bytes;

  function onPoison(span: ReadableSpan, error: unknown, replaced: boolean): void {
    const name = nameOf(span);
    warn(
      'delivery:poison',
      `The span ${JSON.stringify(name)} could not be encoded (${messageOf(error)}).${replaced ? ' A stub that names it is sent instead.' : ''}`,
    );
    if (replaced) return;
    ledger.dropped('poison', 1, [name]);
    // It may have been the last one that somebody waits for.
    setImmediate(() => wait.wake());
  }

  function hasRoom(bytes: number): boolean {
    if (queuedBytes() + bytes <= options.queueBytes) return true;
    if (full) return false;
    intake.drain();
    sender.squeeze(() => queuedBytes() + bytes <= options.queueBytes / 2);
    full = queuedBytes() + bytes > options.queueBytes;
    return !full;
  }

  /** Begins at once with what waits. */
  function hurry(): void {
    if (sender.blocked) intake.drain();
    else intake.hurry();
    sender.hurry();
  }

  /**
   * Whether the time ran out. `leftByOthers`: what an earlier process left counts too. `spareMs`: so much earlier the
   * sources let go of what they hold back, so that it can still be sent.
   */
  function settle(timeoutMs: number, leftByOthers: boolean, spareMs = 0): Promise<boolean> {
    const deadline = now() + timeoutMs - spareMs;
    return wait.within(timeoutMs, async (idle) => {
      hurry();
      const left = leftByOthers ? recovery?.settled() : undefined;
      await Promise.all([left, idle(), ...sources.map((source) => source.drain(deadline).catch(() => undefined))]);
      if (spareMs > 0) for (const source of sources) source.letGo?.();
      // Evaluators that ended while the sources drained have ended spans.
      hurry();
      await idle();
    });
  }

  function leftovers(): Leftover {
    intake.drain();
    return takeLeftover(sender, sources, ledger, keeper, options.allowInsecure);
  }

  async function flush(flushOptions?: FlushOptions): Promise<DeliveryReceipt> {
    return ledger.receipt(await settle(timeoutOf(flushOptions), false));
  }

  const leave = options.handleExit
    ? joinExit({
        end: () => options.onProcessEnd?.(),
        waiting: () => !isIdle() || ledger.pending() > 0 || (!quiet && sources.length > 0),
        hurry,
        settle: async (timeoutMs) => {
          await settle(timeoutMs, true, Math.min(LAST_MS, timeoutMs / 2));
          quiet = true;
        },
        take: () => {
          const leftover = leftovers();
          return { requests: leftover.requests, done: (acknowledged) => leftover.done(acknowledged, 'exit') };
        },
      })
    : undefined;

  async function close(flushOptions?: FlushOptions): Promise<DeliveryReceipt> {
    const timedOut = await settle(timeoutOf(flushOptions), true);
    closed = true;
    recovery?.stop();
    leftovers().done([], 'closed');
    wait.wake();
    spool?.close();
    poster.close();
    for (const source of sources) source.close?.();
    leave?.();
    return ledger.receipt(timedOut);
  }

  return {
    ledger,
    enqueue(span) {
      if (closed) return;
      try {
        quiet = false;
        ledger.made(1);
        const bytes = estimateBytes(span);
        if (bytes > MOST_SPANS_WORTH * options.spanBytes) ledger.dropped('too_large', 1, [nameOf(span)]);
        else if (hasRoom(bytes)) intake.push(span, bytes);
        else {
          warn(
            'delivery:full',
            `${options.queueBytes} bytes of spans wait for delivery: new ones are dropped until the back end takes some.`,
          );
          ledger.dropped('queue_full', 1, [nameOf(span)]);
        }
      } catch (error) {
        warn('delivery:enqueue', `a span could not be queued: ${messageOf(error)}`);
      }
    },
    addSource(source) {
      quiet = false;
      sources.push(source);
    },
    flush,
    close(flushOptions) {
      closing ??= close(flushOptions);
      return closing;
    },
    stats: () => ledger.stats(queuedBytes(), spool?.bytes ?? 0),
    ...(keeper === undefined ? {} : { spoolRequest: (request: OutgoingRequest) => keeper.ticket(request) }),
  };
}
