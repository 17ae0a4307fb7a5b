import { promisify } from 'node:util';
import { platform } from '../base/platform.js';
import type { Keep } from './keeper.js';
import { jsonNames, jsonSlice, protobufNames, protobufSlice } from './trace-body.js';

/** Below this, compressing costs more than it saves. */
const MIN_GZIP_BYTES = 1024;
/** Spans repeat themselves: the fastest level already takes them to a tenth. */
const LEVEL = 1;

/** Spans on their way, as the body of one request. */
export interface Batch {
  readonly count: number;
  readonly contentType: string;
  body: Uint8Array;
  gzipped: boolean;
  /** Set while it is being compressed. */
  compressing: Promise<void> | undefined;
  /** Compressed as far as it is worth. */
  packed: boolean;
  sending: boolean;
  /** Its copy in the spool. */
  keep: Keep | undefined;
  /** Whether the copy in the spool is the only one. */
  evicted: boolean;
}

const NOTHING = new Uint8Array(0);

export function createBatch(body: Uint8Array, count: number, contentType: string): Batch {
  const packed = body.length < MIN_GZIP_BYTES;
  return {
    body,
    count,
    contentType,
    gzipped: false,
    compressing: undefined,
    packed,
    sending: false,
    keep: undefined,
    evicted: false,
  };
}

/** Compresses off the event loop; safe to call again and again. Never rejects. */
export function pack(batch: Batch, onChange: (bytes: number) => void): Promise<void> {
  if (batch.packed) return Promise.resolve();
  batch.compressing ??= compress(batch.body).then(
    (packed) => settle(batch, packed, onChange),
    () => settle(batch, undefined, onChange),
  );
  return batch.compressing;
}

/** Compresses at once, for the moment when the queue is full and nothing asynchronous can run. */
export function packNow(batch: Batch, onChange: (bytes: number) => void): void {
  if (!batch.packed) settle(batch, platform('node:zlib').gzipSync(batch.body, { level: LEVEL }), onChange);
}

function settle(batch: Batch, packed: Uint8Array | undefined, onChange: (bytes: number) => void): void {
  if (batch.packed) return;
  batch.packed = true;
  batch.compressing = undefined;
  if (packed === undefined || packed.length >= batch.body.length) return;
  onChange(packed.length - batch.body.length);
  batch.body = packed;
  batch.gzipped = true;
}

/** Leaves the body to the spool. Returns whether that freed memory. */
export function evict(batch: Batch, onChange: (bytes: number) => void): boolean {
  if (!batch.keep?.whole || batch.evicted || batch.sending || batch.compressing !== undefined) return false;
  onChange(-batch.body.length);
  batch.body = NOTHING;
  batch.evicted = true;
  return true;
}

/** Has the body in memory again; false where the spool has lost it. */
export function recall(batch: Batch, onChange: (bytes: number) => void): boolean {
  if (!batch.evicted) return true;
  const body = batch.keep?.read();
  if (body === undefined) return false;
  onChange(body.length);
  batch.body = body;
  batch.gzipped = false;
  batch.packed = body.length < MIN_GZIP_BYTES;
  batch.evicted = false;
  return true;
}

/** The batch in two halves, in order. */
export function split(batch: Batch): [Batch, Batch] {
  const body = plain(batch);
  const slice = isJson(batch) ? jsonSlice : protobufSlice;
  const middle = batch.count >> 1;
  const first = createBatch(slice(body, 0, middle), middle, batch.contentType);
  const second = createBatch(slice(body, middle, batch.count), batch.count - middle, batch.contentType);
  if (batch.keep !== undefined) [first.keep, second.keep] = batch.keep.split(middle);
  return [first, second];
}

/** The names of its first spans, for those who are told of a loss. */
export function namesOf(batch: Batch, limit = 10): string[] {
  try {
    const body = batch.evicted ? (batch.keep?.read() ?? NOTHING) : plain(batch);
    return isJson(batch) ? jsonNames(body, limit) : protobufNames(body, limit);
  } catch {
    return [];
  }
}

function plain(batch: Batch): Uint8Array {
  return batch.gzipped ? platform('node:zlib').gunzipSync(batch.body) : batch.body;
}

function isJson(batch: Batch): boolean {
  return batch.contentType === 'application/json';
}

function compress(body: Uint8Array): Promise<Buffer> {
  const gzip: (data: Uint8Array, options: { level: number }) => Promise<Buffer> = promisify(platform('node:zlib').gzip);
  return gzip(body, { level: LEVEL });
}
