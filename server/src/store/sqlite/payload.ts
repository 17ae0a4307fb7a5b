import * as crypto from 'node:crypto';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { decodeSpan } from '../../wire/otlp-protobuf.js';
import type { EncodedSpan, SpanRecord } from '../../wire/span-record.js';
import { emptyObject, isObject, type Json, type JsonObject } from '../../wire/value.js';

/** A span's fat part: everything that lists do not need. The resource is kept once for all its spans. */
export type Payload = Omit<SpanRecord, 'resource' | 'traceId' | 'spanId' | 'parentSpanId' | 'encoded'>;

/** Texts from this length on are kept once, however many spans repeat them. */
const SHARED_FROM = 1024;
/** Elements of a list (messages of a conversation) from this length on are kept once each. */
const ELEMENT_FROM = 200;
/** Below this a compressor costs more time than its bytes are worth. */
const COMPRESS_FROM = 4096;

/** How bytes are kept. What is in the file already is never read in another way: new ways get new numbers. */
const PLAIN = 0;
const DEFLATED = 1;
/** `ScopeSpans` of one span, as it came. */
const OTLP = 2;
const OTLP_DEFLATED = 3;
/** JSON whose references are places in the row's list of shared texts; under 0 and 1 they are the texts' ids. */
const LISTED = 4;
const LISTED_DEFLATED = 5;

/** A text that spans may share. */
export interface PackedText {
  hash: Uint8Array;
  encoding: number;
  data: Uint8Array;
}

/** A payload as the file keeps it, and the texts it refers to by place. */
export interface PackedPayload {
  encoding: number;
  data: Uint8Array;
  texts: PackedText[];
}

/** `body` is where `span.encoded` points to. */
export function packPayload(span: SpanRecord, body?: Uint8Array): PackedPayload {
  const texts: PackedText[] = [];
  const keep = (text: string): number => {
    const raw = Buffer.from(text);
    return texts.push({ hash: hashOf(raw), ...pack(raw, PLAIN, DEFLATED) }) - 1;
  };
  const attributes = share(span.attributes, keep);
  const events = span.events.map((event) => {
    const shared = share(event.attributes, keep);
    return shared === event.attributes ? event : { ...event, attributes: shared };
  });
  if (texts.length === 0 && span.encoded !== undefined && body !== undefined)
    return { ...pack(oneSpan(body, span.encoded), OTLP, OTLP_DEFLATED), texts };
  const payload: Payload = { ...payloadOf(span), attributes, events };
  return { ...pack(Buffer.from(JSON.stringify(payload)), LISTED, LISTED_DEFLATED), texts };
}

/** Undoes `packPayload`; `textOf` finds a shared text by what refers to it. */
export function unpackPayload(
  { encoding, data }: { encoding: number; data: Uint8Array },
  textOf: { byPlace: (place: number) => string; byId: (id: number) => string },
): Payload {
  if (encoding === OTLP || encoding === OTLP_DEFLATED) return payloadOf(decodeSpan(inflated(encoding, data)));
  const payload = JSON.parse(inflated(encoding, data).toString()) as Payload;
  const find = encoding === LISTED || encoding === LISTED_DEFLATED ? textOf.byPlace : textOf.byId;
  return {
    ...payload,
    attributes: unshare(payload.attributes, find),
    events: payload.events.map((event) => ({ ...event, attributes: unshare(event.attributes, find) })),
  };
}

/** Tells one content from another: 32 hexadecimal digits. */
export function payloadHash({ data, texts }: PackedPayload): string {
  return hexHashOf(texts.length === 0 ? data : Buffer.concat([data, ...texts.map((text) => text.hash)]));
}

const SOMETIMES = [
  ...(['flags', 'droppedAttributes', 'droppedEvents', 'droppedLinks'] as const),
  ...(['buckets', 'eventId', 'parentEventId', 'sessionId', 'open'] as const),
];

function copyIfSaid<K extends keyof Payload>(from: Payload, to: Payload, key: K): void {
  if (from[key] !== undefined) to[key] = from[key];
}

function payloadOf(span: SpanRecord): Payload {
  const payload: Payload = {
    name: span.name,
    kind: span.kind,
    startNs: span.startNs,
    endNs: span.endNs,
    attributes: span.attributes,
    events: span.events,
    links: span.links,
    statusCode: span.statusCode,
    statusMessage: span.statusMessage,
    traceState: span.traceState,
    scope: span.scope,
  };
  for (const key of SOMETIMES) copyIfSaid(span, payload, key);
  return payload;
}

/** Field numbers of `ScopeSpans`: 1 is the scope, 2 a span. */
function oneSpan(body: Uint8Array, { from, to, scopeFrom, scopeTo }: EncodedSpan): Buffer {
  const scope = scopeTo - scopeFrom;
  const span = to - from;
  const bytes = Buffer.allocUnsafe(scope + span + 12);
  let at = 0;
  const field = (tag: number, start: number, length: number): void => {
    bytes[at++] = tag;
    let rest = length;
    while (rest > 127) {
      bytes[at++] = (rest & 127) | 128;
      rest >>>= 7;
    }
    bytes[at++] = rest;
    bytes.set(body.subarray(start, start + length), at);
    at += length;
  };
  if (scope > 0) field(0x0a, scopeFrom, scope);
  field(0x12, from, span);
  return bytes.subarray(0, at);
}

/** One call instead of three objects; Node has it since 20.12. */
const hashAtOnce = (crypto as Partial<Pick<typeof crypto, 'hash'>>).hash;

function hexHashOf(data: string | Uint8Array): string {
  const digits = hashAtOnce?.('sha1', data, 'hex') ?? crypto.createHash('sha1').update(data).digest('hex');
  return digits.slice(0, 32);
}

export function hashOf(data: string | Uint8Array): Uint8Array {
  return Buffer.from(hexHashOf(data), 'hex');
}

function pack(raw: Buffer, plain: number, deflated: number): { encoding: number; data: Uint8Array } {
  if (raw.length < COMPRESS_FROM) return { encoding: plain, data: raw };
  const data = deflateRawSync(raw, { level: 1 });
  return data.length < raw.length ? { encoding: deflated, data } : { encoding: plain, data: raw };
}

function inflated(encoding: number, data: Uint8Array): Buffer {
  const isDeflated = encoding === DEFLATED || encoding === OTLP_DEFLATED || encoding === LISTED_DEFLATED;
  return isDeflated ? inflateRawSync(data) : Buffer.from(data.buffer, data.byteOffset, data.length);
}

export function unpackText(text: { encoding: number; data: Uint8Array }): string {
  return inflated(text.encoding, text.data).toString();
}

/** Puts long texts aside through `keep`, which answers with their place; the same object where there are none. */
function share(map: JsonObject, keep: (text: string) => number): JsonObject {
  let result = map;
  for (const key of Object.keys(map)) {
    const value = map[key] as Json;
    const shared = shareValue(value, keep);
    if (shared === value) continue;
    if (result === map) result = Object.assign(emptyObject(), map);
    result[key] = shared;
  }
  return result;
}

function shareValue(value: Json, keep: (text: string) => number): Json {
  if (typeof value === 'string') return value.length < SHARED_FROM ? value : { $ref: pieces(value, keep) };
  if (Array.isArray(value)) {
    const shared = value.map((entry) => shareValue(entry, keep));
    return shared.some((entry, index) => entry !== value[index]) ? shared : value;
  }
  if (isObject(value)) return share(value as JsonObject, keep);
  return value;
}

/** Places of shared copies, and in between the text itself. */
function pieces(text: string, keep: (text: string) => number): Json[] {
  const elements = text.startsWith('[') ? topLevelElements(text) : undefined;
  if (elements === undefined) return [keep(text)];
  const result: Json[] = [];
  let literal = '';
  for (const element of elements) {
    if (element.length < ELEMENT_FROM) {
      literal += element;
      continue;
    }
    if (literal !== '') result.push(literal);
    literal = '';
    result.push(keep(element));
  }
  if (literal !== '') result.push(literal);
  return result;
}

/** Cuts the text of a JSON list behind each element; joined, the parts are the text again, byte for byte. */
function topLevelElements(text: string): string[] | undefined {
  const parts: string[] = [];
  let depth = 0;
  let from = 0;
  for (let at = 0; at < text.length; at++) {
    const char = text.charCodeAt(at);
    if (char === 34) {
      at++;
      while (at < text.length && text.charCodeAt(at) !== 34) at += text.charCodeAt(at) === 92 ? 2 : 1;
    } else if (char === 91 || char === 123) {
      depth++;
      if (depth === 1) {
        parts.push(text.slice(from, at + 1));
        from = at + 1;
      }
    } else if (char === 93 || char === 125) {
      depth--;
      if (depth === 0 || depth === 1) {
        const end = depth === 1 ? at + 1 : at;
        parts.push(text.slice(from, end));
        from = end;
      }
      if (depth < 0) return undefined;
    } else if (char === 44 && depth === 1) {
      parts.push(text.slice(from, at), text.slice(at, at + 1));
      from = at + 1;
    }
  }
  parts.push(text.slice(from));
  return depth === 0 && parts.length <= 20_000 ? parts.filter((part) => part !== '') : undefined;
}

/** Undoes `share`. */
function unshare(map: JsonObject, find: (reference: number) => string): JsonObject {
  const result = emptyObject();
  for (const key of Object.keys(map)) result[key] = unshareValue(map[key] as Json, find);
  return result;
}

function unshareValue(value: Json, find: (reference: number) => string): Json {
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map((entry) => unshareValue(entry, find));
  // A map of the user's may have any key, also the one that marks a reference.
  if (isObject(value.$map)) return { $map: unshare(value.$map as JsonObject, find) };
  const reference = value.$ref;
  if (Array.isArray(reference))
    return reference.map((piece) => (typeof piece === 'number' ? find(piece) : String(piece))).join('');
  return unshare(value, find);
}
