import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';
import { clearImmediate, clearTimeout, now, setImmediate, setTimeout } from '../base/timers.js';
import type { BatchEncoder } from './encoder.js';
import { stubOf } from './stub.js';

/**
 * Two tenths of a second at 10,000 spans a second. Each request costs some 0.5 ms whatever is in it: batches of 512, as
 * OpenTelemetry's, took 2 µs a span more. Large spans are cut by bytes long before.
 */
const MAX_SPANS = 2048;
/** How long the event loop may be taken in one go. */
const SLICE_MS = 5;
/** What an ended span holds besides its texts, roughly. */
const SPAN_BYTES = 400;

export interface IntakeOptions {
  /** How long a span waits at most before it is encoded. */
  readonly lingerMs: () => number;
  /** The same for a program that never lets the event loop turn; default: no limit. */
  readonly mostMs?: number | undefined;
  /** A batch is closed once it is as large as this. */
  readonly batchBytes: number;
  readonly onBatch: (body: Uint8Array, count: number) => void;
  readonly onPoison: (span: ReadableSpan, error: unknown, replaced: boolean) => void;
}

export interface Intake {
  /** Takes a span that ended; encoding comes later. */
  push(span: ReadableSpan, bytes: number): void;
  /** Encodes everything now, in one go. */
  drain(): void;
  /** Begins to encode at the next turn of the loop instead of after the linger time. */
  hurry(): void;
  /** Spans not handed on yet. */
  readonly size: number;
  readonly bytes: number;
}

/**
 * Between the caller's path and the queue: spans wait here as they are for a moment and are encoded in slices off the
 * hot path. A span whose encoding throws is replaced by a stub that names it.
 */
export function createIntake(encoder: BatchEncoder, options: IntakeOptions): Intake {
  const { lingerMs, mostMs, batchBytes, onBatch, onPoison } = options;
  let waiting: ({ span: ReadableSpan; bytes: number } | undefined)[] = [];
  let head = 0;
  let rawBytes = 0;
  let firstAt = 0;
  let timer: NodeJS.Timeout | undefined;
  let immediate: NodeJS.Immediate | undefined;
  /** Whether what is there has waited long enough: else a batch that is not full waits for more. */
  let ends = false;

  function encode(span: ReadableSpan): void {
    try {
      encoder.add(span);
    } catch (error) {
      let replaced = false;
      try {
        encoder.add(stubOf(span, error));
        replaced = true;
      } catch {
        // Not even its ids can be read.
      }
      onPoison(span, error, replaced);
    }
  }

  function seal(): void {
    const { count } = encoder;
    if (count > 0) onBatch(encoder.finish(), count);
  }

  /** Returns whether everything was encoded before `until`. The last batch stays open unless `ends`. */
  function work(until: number, ends: boolean): boolean {
    while (head < waiting.length) {
      const next = waiting[head] as { span: ReadableSpan; bytes: number };
      // Encoded, it is worth no memory any more.
      waiting[head] = undefined;
      head += 1;
      rawBytes -= next.bytes;
      encode(next.span);
      if (encoder.count >= MAX_SPANS || encoder.bytes >= batchBytes) seal();
      if ((head & 15) === 0 || next.bytes > 16_384) {
        if (now() > until) break;
      }
    }
    if (head < waiting.length) return false;
    waiting = [];
    head = 0;
    if (ends) seal();
    return true;
  }

  function timeUp(): void {
    timer = undefined;
    ends = true;
    run();
  }

  function run(): void {
    if (immediate !== undefined) clearImmediate(immediate);
    immediate = undefined;
    if (!work(now() + SLICE_MS, ends)) {
      soon();
      return;
    }
    if (ends) clearTimeout(timer);
    if (ends) timer = undefined;
    ends = false;
  }

  function hurry(): void {
    ends = true;
    soon();
  }

  function soon(): void {
    if (immediate !== undefined || (head >= waiting.length && encoder.count === 0)) return;
    // Not unref'd: a loop that is kept alive by something else would sleep over it.
    immediate = setImmediate(run);
  }

  function drain(): void {
    if (immediate !== undefined) clearImmediate(immediate);
    clearTimeout(timer);
    timer = undefined;
    immediate = undefined;
    ends = false;
    work(Number.POSITIVE_INFINITY, true);
  }

  return {
    push(span, bytes) {
      if (mostMs !== undefined) {
        const at = now();
        if (waiting.length === head) firstAt = at;
        else if (at - firstAt > mostMs) {
          drain();
          firstAt = at;
        }
      }
      waiting.push({ span, bytes });
      rawBytes += bytes;
      if (timer === undefined) timer = setTimeout(timeUp, lingerMs()).unref();
      if (waiting.length - head >= MAX_SPANS || rawBytes >= batchBytes) soon();
    },
    drain,
    hurry,
    get size() {
      return waiting.length - head + encoder.count;
    },
    get bytes() {
      return rawBytes + encoder.bytes;
    },
  };
}

/** What a span weighs before it is encoded: its texts, and a flat amount for the rest. Cheap, and never throws. */
export function estimateBytes(span: ReadableSpan): number {
  try {
    // A span of ours knows; asking for its attributes would put them together here, on the caller's path.
    const { weight } = span as { weight?: unknown };
    if (typeof weight === 'number') return SPAN_BYTES + weight;
    let bytes = SPAN_BYTES + weigh(span.attributes);
    for (const event of span.events) bytes += 64 + (event.attributes === undefined ? 0 : weigh(event.attributes));
    for (const link of span.links) bytes += 96 + (link.attributes === undefined ? 0 : weigh(link.attributes));
    return bytes;
  } catch {
    return SPAN_BYTES;
  }
}

function weigh(attributes: object): number {
  const record = attributes as Record<string, unknown>;
  let bytes = 0;
  for (const key in record) {
    const value = record[key];
    if (typeof value === 'string') bytes += value.length + 32;
    else if (typeof value === 'object' && value !== null) bytes += 32 + weighObject(value, 0);
    else bytes += 32;
  }
  return bytes;
}

/** Lists and the nested values of other people's instrumentation. */
function weighObject(value: object, depth: number): number {
  if (ArrayBuffer.isView(value)) return value.byteLength;
  if (depth > 4) return 64;
  let bytes = 0;
  for (const item of Array.isArray(value) ? value : Object.values(value)) {
    if (typeof item === 'string') bytes += item.length + 8;
    else bytes += typeof item === 'object' && item !== null ? weighObject(item, depth + 1) : 8;
  }
  return bytes;
}
