import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';
import { messageOf } from '../base/errors.js';
import { warn } from '../base/warn.js';
import { createBatch, namesOf } from './batch.js';
import type { DeliveryReceipt, DeliverySource, DeliveryStats, Drop, FlushOptions, Ledger } from './contract.js';
import { createJsonEncoder } from './encode-json.js';
import { createProtobufEncoder } from './encode-protobuf.js';
import { type ExitMember, joinExit } from './exit.js';
import { createPoster } from './http.js';
import { createIntake, estimateBytes } from './intake.js';
import { createLedger } from './ledger.js';
import { createSender } from './sender.js';
import { nameOf } from './stub.js';
import { place } from './trouble.js';

const FLUSH_MS = 5_000;
const LINGER_MS = 100;
const MAX_TIMER_MS = 2 ** 31 - 1;

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
  /** Whom the data is for: spooled data is only sent to the server and project it was made for. */
  target: { serverUrl: string; project?: string };
  handleExit: boolean;
  onDrop?: (drop: Drop) => void;
  /** Called when the process is about to end, before the last delivery: ends open spans. Synchronous. */
  onProcessEnd?: () => void;
}

export interface Delivery {
  readonly ledger: Ledger;
  /** Takes a span that ended. Never throws; encoding and sending happen later. */
  enqueue(span: ReadableSpan): void;
  addSource(source: DeliverySource): void;
  flush(options?: FlushOptions): Promise<DeliveryReceipt>;
  close(options?: FlushOptions): Promise<DeliveryReceipt>;
  stats(): DeliveryStats;
}

/** The way out for everything a tracer makes: bounded, retried, accounted for to the last item. */
export function createDelivery(options: DeliveryOptions): Delivery {
  const ledger = createLedger(options.onDrop);
  const poster = createPoster();
  const encoder = options.protocol === 'http/json' ? createJsonEncoder() : createProtobufEncoder();
  const sources: DeliverySource[] = [];
  let waiters: (() => void)[] = [];
  let quiet = true;
  let closing: Promise<DeliveryReceipt> | undefined;
  let closed = false;

  const sender = createSender({
    url: options.endpoint,
    headers: options.headers,
    allowInsecure: options.allowInsecure,
    poster,
    ledger,
    onSettled: wakeIdle,
  });
  const intake = createIntake(
    encoder,
    LINGER_MS,
    (body, count) => sender.push(createBatch(body, count, encoder.contentType)),
    onPoison,
  );

  const queuedBytes = (): number => intake.bytes + sender.bytes;

  function onPoison(span: ReadableSpan, error: unknown, replaced: boolean): void {
    const name = nameOf(span);
    warn(
      'delivery:poison',
      `The span ${JSON.stringify(name)} could not be encoded (${messageOf(error)}).${replaced ? ' A stub that names it is sent instead.' : ''}`,
    );
    if (!replaced) ledger.dropped('poison', 1, [name]);
  }

  function hasRoom(bytes: number): boolean {
    if (queuedBytes() + bytes <= options.queueBytes) return true;
    intake.drain();
    sender.squeeze(() => queuedBytes() + bytes <= options.queueBytes / 2);
    return queuedBytes() + bytes <= options.queueBytes;
  }

  function isIdle(): boolean {
    return intake.size === 0 && sender.size === 0;
  }

  function wakeIdle(): void {
    if (!isIdle()) return;
    const woken = waiters;
    waiters = [];
    for (const wake of woken) wake();
  }

  function spansSent(): Promise<void> {
    intake.hurry();
    sender.hurry();
    return isIdle() || sender.blocked ? Promise.resolve() : new Promise((resolve) => waiters.push(resolve));
  }

  async function deliver(deadline: number): Promise<void> {
    await Promise.all([spansSent(), ...sources.map((source) => source.drain(deadline).catch(() => undefined))]);
    // Evaluators that ended while the sources drained have ended spans.
    await spansSent();
  }

  /** Whether the time ran out. */
  async function settle(timeoutMs: number): Promise<boolean> {
    let timer: NodeJS.Timeout | undefined;
    // The one timer that keeps the process alive: somebody awaits this.
    const late = new Promise<boolean>((resolve) => {
      timer = setTimeout(resolve, timeoutMs, true);
    });
    const timedOut = await Promise.race([deliver(performance.now() + timeoutMs).then(() => false), late]);
    clearTimeout(timer);
    return timedOut;
  }

  async function flush(flushOptions?: FlushOptions): Promise<DeliveryReceipt> {
    return ledger.receipt(await settle(timeoutOf(flushOptions)));
  }

  /** Everything unsent, for whoever sends it when the process ends. */
  function take(): ReturnType<ExitMember['take']> {
    intake.drain();
    const batches = sender.take();
    const spans = sender.blocked ? [] : batches.map((batch) => sender.requestOf(batch));
    const others = sources.flatMap((source) => source.takeUnsent?.() ?? []);
    return {
      requests: [...others, ...spans],
      done(acknowledged) {
        others.forEach((request, index) => {
          if (acknowledged[index]) ledger.delivered(request.items);
          else ledger.dropped('exit', request.items, []);
        });
        batches.forEach((batch, index) => {
          if (acknowledged[others.length + index]) ledger.delivered(batch.count);
          else ledger.dropped('exit', batch.count, namesOf(batch));
        });
        const lost = batches.filter((_, index) => !acknowledged[others.length + index]);
        const count = lost.reduce((sum, batch) => sum + batch.count, 0);
        if (count > 0)
          warn(
            'delivery:exit',
            `The process ended before ${count} spans could be delivered to ${place(options.endpoint)}: they are dropped. A spool (HH_SPOOL_DIR) would keep them for the next start.`,
          );
      },
    };
  }

  const leave = options.handleExit
    ? joinExit({
        end: () => options.onProcessEnd?.(),
        waiting: () => !isIdle() || ledger.pending() > 0 || (!quiet && sources.length > 0),
        hurry: () => void spansSent(),
        settle: async (timeoutMs) => {
          await settle(timeoutMs);
          quiet = true;
        },
        take,
      })
    : undefined;

  async function close(flushOptions?: FlushOptions): Promise<DeliveryReceipt> {
    const { timedOut, ...first } = await flush(flushOptions);
    closed = true;
    intake.drain();
    for (const batch of sender.take()) ledger.dropped('closed', batch.count, namesOf(batch));
    poster.close();
    leave?.();
    const rest = ledger.receipt(timedOut);
    return merge(first, rest, timedOut);
  }

  return {
    ledger,
    enqueue(span) {
      if (closed) return;
      try {
        quiet = false;
        ledger.made(1);
        const bytes = estimateBytes(span);
        if (hasRoom(bytes)) intake.push(span, bytes);
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
    stats: () => ledger.stats(queuedBytes(), 0),
  };
}

function timeoutOf(options: FlushOptions | undefined): number {
  const given = options?.timeoutMs;
  if (typeof given !== 'number' || Number.isNaN(given)) return FLUSH_MS;
  return Math.min(Math.max(given, 0), MAX_TIMER_MS);
}

function merge(first: Omit<DeliveryReceipt, 'timedOut'>, rest: DeliveryReceipt, timedOut: boolean): DeliveryReceipt {
  const reasons = { ...first.dropped.reasons };
  for (const [reason, count] of Object.entries(rest.dropped.reasons)) reasons[reason] = (reasons[reason] ?? 0) + count;
  return {
    delivered: first.delivered + rest.delivered,
    pending: rest.pending,
    spooled: first.spooled + rest.spooled,
    dropped: { count: first.dropped.count + rest.dropped.count, reasons },
    timedOut,
  };
}
