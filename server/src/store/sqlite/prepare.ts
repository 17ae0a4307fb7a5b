import { describe, type SpanFacts } from '../../wire/describe.js';
import type { PriceTable } from '../../wire/price.js';
import type { DecodedTraces, SpanRecord } from '../../wire/span-record.js';
import type { JsonObject } from '../../wire/value.js';
import {
  type PackedPayload,
  type PackedText,
  type Payload,
  packPayload,
  payloadHash,
  unpackPayload,
  unpackText,
} from './payload.js';

/** A span ready to be written: nothing is left to find out that does not need the file. */
export interface PreparedSpan {
  readonly facts: SpanFacts;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string;
  readonly parentEventId: string | undefined;
  /** Place in the batch's `resources`. */
  readonly resource: number;
  /** Where in the batch's bytes its own begin: ids, hash, then the payload until `end`. */
  readonly at: number;
  readonly end: number;
  readonly encoding: number;
  readonly texts: readonly PackedText[];
}

/** Made to cross from thread to thread cheaply: few objects, and one buffer that is handed over. */
export interface PreparedBatch {
  readonly spans: readonly PreparedSpan[];
  /** JSON texts. */
  readonly resources: readonly string[];
  readonly bytes: Uint8Array;
  readonly rejected: number;
  readonly message: string;
}

const TRACE = 0;
const SPAN = 16;
const PARENT = 24;
const HASH = 32;
const PAYLOAD = 48;

/** The parts of a span's bytes. */
export function bytesOf(
  { bytes }: PreparedBatch,
  { at, end, encoding, texts }: PreparedSpan,
): { trace: Uint8Array; span: Uint8Array; parent: Uint8Array; hash: Uint8Array; payload: PackedPayload } {
  return {
    trace: bytes.subarray(at + TRACE, at + SPAN),
    span: bytes.subarray(at + SPAN, at + PARENT),
    parent: bytes.subarray(at + PARENT, at + HASH),
    hash: bytes.subarray(at + HASH, at + PAYLOAD),
    payload: { encoding, data: bytes.subarray(at + PAYLOAD, end), texts: texts as PackedText[] },
  };
}

/** What the span says in full. */
export function payloadOf(batch: PreparedBatch, span: PreparedSpan): Payload {
  return unpackPayload(bytesOf(batch, span).payload, {
    byPlace: (place) => unpackText(span.texts[place] as PackedText),
    byId: () => '',
  });
}

/** `body` is what the spans were decoded from, where that was protobuf. */
export function prepare(decoded: DecodedTraces, prices?: PriceTable, body?: Uint8Array): PreparedBatch {
  const bytes = new Bytes((body?.length ?? 0) + decoded.spans.length * (PAYLOAD + 96));
  const resources: string[] = [];
  const places = new Map<JsonObject, number>();
  const placeOf = (resource: JsonObject): number => {
    let place = places.get(resource);
    if (place === undefined) {
      place = resources.push(JSON.stringify(resource)) - 1;
      places.set(resource, place);
    }
    return place;
  };
  const spans = decoded.spans.map((span): PreparedSpan => {
    const payload = packPayload(span, body);
    const at = bytes.length;
    bytes.hex(span.traceId, SPAN - TRACE);
    bytes.hex(span.spanId, PARENT - SPAN);
    bytes.hex(span.parentSpanId, HASH - PARENT);
    bytes.hex(payloadHash(payload), PAYLOAD - HASH);
    bytes.add(payload.data);
    return {
      facts: describe(span, prices),
      traceId: span.traceId,
      spanId: span.spanId,
      parentSpanId: span.parentSpanId,
      parentEventId: span.parentEventId,
      resource: placeOf(span.resource),
      at,
      end: bytes.length,
      encoding: payload.encoding,
      texts: payload.texts,
    };
  });
  return { spans, resources, bytes: bytes.all, rejected: decoded.rejected, message: decoded.message };
}

export function prepareRecords(spans: SpanRecord[], prices?: PriceTable): PreparedBatch {
  return prepare({ spans, rejected: 0, message: '' }, prices);
}

/** A buffer that grows, and owns its memory alone, so that it can be handed to another thread. */
class Bytes {
  #buffer: Buffer;
  length = 0;

  constructor(size: number) {
    this.#buffer = Buffer.allocUnsafeSlow(size);
  }

  get all(): Uint8Array {
    return this.#buffer.subarray(0, this.length);
  }

  #ensure(more: number): void {
    if (this.length + more <= this.#buffer.length) return;
    const grown = Buffer.allocUnsafeSlow((this.length + more) * 2);
    grown.set(this.#buffer.subarray(0, this.length));
    this.#buffer = grown;
  }

  add(bytes: Uint8Array): void {
    this.#ensure(bytes.length);
    this.#buffer.set(bytes, this.length);
    this.length += bytes.length;
  }

  /** The bytes that `text` stands for, or as many zeros. */
  hex(text: string, bytes: number): void {
    this.#ensure(bytes);
    if (text === '') this.#buffer.fill(0, this.length, this.length + bytes);
    else this.#buffer.write(text, this.length, 'hex');
    this.length += bytes;
  }
}
