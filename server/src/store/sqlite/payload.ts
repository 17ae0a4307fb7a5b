import * as crypto from 'node:crypto';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { SpanRecord } from '../../wire/span-record.js';
import { emptyObject, isObject, type Json, type JsonObject } from '../../wire/value.js';

/** A span's fat part: everything that lists do not need. The resource is kept once for all its spans. */
export type Payload = Omit<SpanRecord, 'resource' | 'traceId' | 'spanId' | 'parentSpanId'>;

/** Texts from this length on are kept once, however many spans repeat them. */
export const SHARED_FROM = 1024;
/** Elements of a list (messages of a conversation) from this length on are kept once each. */
const ELEMENT_FROM = 200;
/** Below this a compressor costs more time than its bytes are worth. */
const COMPRESS_FROM = 4096;

export function payloadOf(span: SpanRecord): Payload {
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
  if (span.buckets) payload.buckets = span.buckets;
  if (span.eventId !== undefined) payload.eventId = span.eventId;
  if (span.parentEventId !== undefined) payload.parentEventId = span.parentEventId;
  if (span.sessionId !== undefined) payload.sessionId = span.sessionId;
  return payload;
}

/** One call instead of three objects; Node has it since 20.12. */
const hashAtOnce = (crypto as Partial<Pick<typeof crypto, 'hash'>>).hash;

export function hashOf(data: string | Buffer): Buffer {
  if (hashAtOnce) return Buffer.from(hashAtOnce('sha1', data, 'hex').slice(0, 32), 'hex');
  return crypto.createHash('sha1').update(data).digest().subarray(0, 16);
}

export function pack(raw: Buffer): { encoding: number; data: Buffer } {
  if (raw.length < COMPRESS_FROM) return { encoding: 0, data: raw };
  const data = deflateRawSync(raw, { level: 1 });
  return data.length < raw.length ? { encoding: 1, data } : { encoding: 0, data: raw };
}

export function unpack(encoding: number, data: Uint8Array): string {
  return (encoding === 1 ? inflateRawSync(data) : Buffer.from(data.buffer, data.byteOffset, data.length)).toString();
}

/** Puts long texts aside through `keep`, which answers with the id of the one copy. */
export function share(map: JsonObject, keep: (text: string) => number): JsonObject {
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
  if (Array.isArray(value)) return value.map((entry) => shareValue(entry, keep));
  if (isObject(value)) return share(value as JsonObject, keep);
  return value;
}

/** Ids of shared copies, and in between the text itself. */
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
export function unshare(map: JsonObject, find: (id: number) => string): JsonObject {
  const result = emptyObject();
  for (const key of Object.keys(map)) result[key] = unshareValue(map[key] as Json, find);
  return result;
}

function unshareValue(value: Json, find: (id: number) => string): Json {
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map((entry) => unshareValue(entry, find));
  // A map of the user's may have any key, also the one that marks a reference.
  if (isObject(value.$map)) return { $map: unshare(value.$map as JsonObject, find) };
  const reference = value.$ref;
  if (Array.isArray(reference))
    return reference.map((piece) => (typeof piece === 'number' ? find(piece) : String(piece))).join('');
  return unshare(value, find);
}
