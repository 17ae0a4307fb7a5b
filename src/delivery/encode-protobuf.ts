import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';
import { fitsInt64, isInt64, isSendable, MAX_VALUE_DEPTH } from './any-value.js';
import { ByteWriter, varintSize } from './byte-writer.js';
import type { BatchEncoder } from './encoder.js';
import { hrTimeOr } from './hr-time.js';

type Resource = ReadableSpan['resource'];
type Scope = ReadableSpan['instrumentationScope'];

/** What is known of an attribute's name: its bytes, and the value that keeps coming back with it. */
interface KeyEntry {
  readonly field: Uint8Array;
  seen: string | undefined;
  repeated: string | undefined;
  /** The whole KeyValue, length first, for `repeated`. */
  bytes: Uint8Array | undefined;
}

const MAX_KEYS = 2_000;
const MAX_REPEATED = 96;

/** Spans that follow each other and share resource and scope. */
interface Run {
  readonly resource: Resource;
  readonly scope: Scope;
  readonly start: number;
  end: number;
}

/**
 * Encodes spans as an OTLP `ExportTraceServiceRequest` (opentelemetry/proto/collector/trace/v1), straight from what
 * the SDK holds: no object tree in between, one pass, names and recurring values encoded once.
 */
export function createProtobufEncoder(): BatchEncoder {
  const writer = new ByteWriter();
  const keys = new Map<string, KeyEntry>();
  const heads = new WeakMap<object, Uint8Array>();
  let runs: Run[] = [];
  let count = 0;

  function keyEntry(key: string): KeyEntry {
    let entry = keys.get(key);
    if (entry !== undefined) return entry;
    const text = Buffer.from(key, 'utf8');
    const field = Buffer.allocUnsafe(1 + varintSize(text.length) + text.length);
    const head = new ByteWriter();
    head.byte(0x0a);
    head.varint(text.length);
    head.buf.copy(field, 0, 0, head.pos);
    text.copy(field, head.pos);
    entry = { field, seen: undefined, repeated: undefined, bytes: undefined };
    if (keys.size >= MAX_KEYS) keys.clear();
    if (field.length <= 256) keys.set(key, entry);
    return entry;
  }

  function stringAttribute(tag: number, key: string, value: string): void {
    const entry = keyEntry(key);
    const w = writer;
    if (entry.repeated === value && entry.bytes !== undefined) {
      w.ensure(entry.bytes.length + 1);
      w.byte(tag);
      w.raw(entry.bytes);
      return;
    }
    const keyBytes = entry.field.length;
    w.ensure(keyBytes + value.length * 3 + 24);
    const start = w.pos;
    // Written where it belongs if every character is one byte, which is nearly always so; moved otherwise.
    const guess = headSize(keyBytes, value.length);
    const bytes = w.textAt(value, start + guess);
    const size = bytes === value.length ? guess : headSize(keyBytes, bytes);
    if (size !== guess) w.buf.copyWithin(start + size, start + guess, start + guess + bytes);
    const anyLength = 1 + varintSize(bytes) + bytes;
    w.byte(tag);
    w.varint(keyBytes + 1 + varintSize(anyLength) + anyLength);
    w.raw(entry.field);
    w.byte(0x12);
    w.varint(anyLength);
    w.byte(0x0a);
    w.varint(bytes);
    w.pos += bytes;
    if (value.length > MAX_REPEATED) return;
    if (entry.seen === value) {
      entry.repeated = value;
      entry.bytes = Uint8Array.prototype.slice.call(w.buf, start + 1, w.pos);
    } else entry.seen = value;
  }

  function attribute(tag: number, key: string, value: unknown, depth: number): void {
    if (typeof value === 'string') {
      stringAttribute(tag, key, value);
      return;
    }
    if (!isSendable(value)) return;
    const { field } = keyEntry(key);
    writer.ensure(field.length + 32);
    writer.byte(tag);
    const mark = writer.open(1);
    writer.raw(field);
    writer.byte(0x12);
    anyValue(value, depth);
    writer.close(mark, 1);
  }

  /** Length and content of an AnyValue. */
  function anyValue(value: unknown, depth: number): void {
    const w = writer;
    w.ensure(32);
    const mark = w.open(1);
    if (typeof value === 'string') stringValue(value);
    else if (typeof value === 'boolean') {
      w.byte(0x10);
      w.byte(value ? 1 : 0);
    } else if (typeof value === 'number') numberValue(value);
    else if (typeof value === 'bigint') {
      if (fitsInt64(value)) {
        w.byte(0x18);
        w.bigint64(value);
      } else stringValue(value.toString());
    } else if (value instanceof Uint8Array) {
      w.ensure(value.length + 16);
      w.byte(0x3a);
      w.varint(value.length);
      w.raw(value);
    } else if (typeof value === 'object' && value !== null) {
      if (depth >= MAX_VALUE_DEPTH) stringValue('[Too deep]');
      else if (Array.isArray(value)) arrayValue(value, depth + 1);
      else kvList(value as Record<string, unknown>, depth + 1);
    }
    w.close(mark, 1);
  }

  function stringValue(value: string): void {
    writer.ensure(8);
    writer.byte(0x0a);
    writer.text(value);
    writer.ensure(8);
  }

  function numberValue(value: number): void {
    if (isInt64(value)) {
      writer.byte(0x18);
      writer.int64(value);
    } else if (Number.isFinite(value)) {
      writer.byte(0x21);
      writer.double(value);
    } else stringValue(String(value));
  }

  function arrayValue(values: readonly unknown[], depth: number): void {
    writer.byte(0x2a);
    const mark = writer.open(2);
    for (let i = 0; i < values.length; i++) {
      writer.ensure(16);
      writer.byte(0x0a);
      anyValue(values[i], depth);
    }
    writer.close(mark, 2);
  }

  function kvList(value: Record<string, unknown>, depth: number): void {
    writer.byte(0x32);
    const mark = writer.open(2);
    for (const key of Object.keys(value)) attribute(0x0a, key, value[key], depth);
    writer.close(mark, 2);
  }

  function attributes(tag: number, values: object): void {
    const record = values as Record<string, unknown>;
    for (const key in record) if (Object.hasOwn(record, key)) attribute(tag, key, record[key], 0);
  }

  function id(tag: number, hex: string): void {
    const w = writer;
    const bytes = hex.length >> 1;
    w.ensure(bytes + 8);
    w.byte(tag);
    w.varint(bytes);
    for (let i = 0; i < bytes; i++) w.byte((nibble(hex, 2 * i) << 4) | nibble(hex, 2 * i + 1));
  }

  function time(tag: number, at: readonly [number, number]): void {
    // Nanoseconds pass 2^53: the seconds are split so that every product stays exact.
    const upper = Math.floor(at[0] / 0x10000) * 1e9;
    const lower = (at[0] % 0x10000) * 1e9 + at[1];
    const low = (upper % 0x10000) * 0x10000 + (lower % 2 ** 32);
    const high = Math.floor(upper / 0x10000) + Math.floor(lower / 2 ** 32) + Math.floor(low / 2 ** 32);
    writer.ensure(16);
    writer.byte(tag);
    writer.fixed64(low >>> 0, high >>> 0);
  }

  function text(tag: number, value: string): void {
    writer.ensure(8);
    writer.byte(tag);
    writer.text(value);
  }

  function counter(tag: number, value: number | undefined): void {
    if (!value) return;
    writer.ensure(8);
    writer.byte(tag);
    writer.varint(value);
  }

  function flags(tag: readonly number[], traceFlags: number, isRemote: boolean | undefined): void {
    writer.ensure(8);
    for (const byte of tag) writer.byte(byte);
    // opentelemetry/proto/trace/v1: the low byte is W3C's, bit 8 says that bit 9 ("the parent is remote") is known.
    writer.fixed32((traceFlags & 0xff) | 0x100 | (isRemote ? 0x200 : 0));
  }

  function events(span: ReadableSpan): void {
    for (const event of span.events) {
      writer.ensure(16);
      writer.byte(0x5a);
      const mark = writer.open(2);
      time(0x09, hrTimeOr(event.time, span.endTime));
      text(0x12, event.name);
      if (event.attributes) attributes(0x1a, event.attributes);
      counter(0x20, event.droppedAttributesCount);
      writer.close(mark, 2);
    }
  }

  function links(span: ReadableSpan): void {
    for (const link of span.links) {
      writer.ensure(16);
      writer.byte(0x6a);
      const mark = writer.open(1);
      id(0x0a, link.context.traceId);
      id(0x12, link.context.spanId);
      const state = link.context.traceState?.serialize();
      if (state) text(0x1a, state);
      if (link.attributes) attributes(0x22, link.attributes);
      counter(0x28, link.droppedAttributesCount);
      flags([0x35], link.context.traceFlags, link.context.isRemote);
      writer.close(mark, 1);
    }
  }

  function span(span: ReadableSpan): void {
    const context = span.spanContext();
    writer.ensure(16);
    writer.byte(0x12);
    const mark = writer.open(2);
    id(0x0a, context.traceId);
    id(0x12, context.spanId);
    const state = context.traceState?.serialize();
    if (state) text(0x1a, state);
    const parent = span.parentSpanContext;
    if (parent?.spanId) id(0x22, parent.spanId);
    text(0x2a, span.name);
    writer.ensure(8);
    writer.byte(0x30);
    // The API has no "unspecified"; in the protocol it is 0 and the rest moves up by one.
    writer.varint(span.kind == null ? 0 : span.kind + 1);
    time(0x39, hrTimeOr(span.startTime, span.endTime));
    time(0x41, hrTimeOr(span.endTime, span.startTime));
    if (span.attributes) attributes(0x4a, span.attributes);
    counter(0x50, span.droppedAttributesCount);
    events(span);
    counter(0x60, span.droppedEventsCount);
    links(span);
    counter(0x70, span.droppedLinksCount);
    writer.ensure(16);
    writer.byte(0x7a);
    const status = writer.open(1);
    if (span.status.message) text(0x12, span.status.message);
    counter(0x18, span.status.code);
    writer.close(status, 1);
    flags([0x85, 0x01], context.traceFlags, parent?.isRemote);
    writer.close(mark, 2);
  }

  /** Encoded once per resource or scope: they are shared by thousands of spans. */
  function headOf(of: object, encode: () => void): Uint8Array {
    const known = heads.get(of);
    if (known !== undefined) return known;
    const start = writer.pos;
    encode();
    const bytes = Uint8Array.prototype.slice.call(writer.buf, start, writer.pos);
    writer.pos = start;
    if (!(of as Partial<Resource>).asyncAttributesPending) heads.set(of, bytes);
    return bytes;
  }

  function resourceHead(resource: Resource): Uint8Array {
    return headOf(resource, () => {
      writer.ensure(16);
      writer.byte(0x0a);
      const mark = writer.open(2);
      attributes(0x0a, resource.attributes);
      writer.close(mark, 2);
    });
  }

  function scopeHead(scope: Scope): Uint8Array {
    return headOf(scope, () => {
      writer.ensure(16);
      writer.byte(0x0a);
      const mark = writer.open(1);
      text(0x0a, scope.name);
      if (scope.version) text(0x12, scope.version);
      writer.close(mark, 1);
    });
  }

  function schema(url: string | undefined): Uint8Array {
    if (!url) return new Uint8Array(0);
    const start = writer.pos;
    text(0x1a, url);
    const bytes = Uint8Array.prototype.slice.call(writer.buf, start, writer.pos);
    writer.pos = start;
    return bytes;
  }

  function finish(): Uint8Array {
    const spans = writer.buf;
    const groups = new Map<Resource, Map<Scope, Run[]>>();
    for (const run of runs) {
      let scopes = groups.get(run.resource);
      if (scopes === undefined) groups.set(run.resource, (scopes = new Map()));
      const list = scopes.get(run.scope);
      if (list === undefined) scopes.set(run.scope, [run]);
      else list.push(run);
    }
    const parts: Uint8Array[] = [];
    for (const [resource, scopes] of groups) {
      const inner: Uint8Array[] = [resourceHead(resource)];
      for (const [scope, list] of scopes) {
        const content = [scopeHead(scope), ...list.map((run) => spans.subarray(run.start, run.end))];
        content.push(schema(scope.schemaUrl));
        inner.push(lengthPrefix(0x12, content), ...content);
      }
      inner.push(schema(resource.schemaUrl));
      parts.push(lengthPrefix(0x0a, inner), ...inner);
    }
    const body = Buffer.allocUnsafeSlow(lengthOf(parts));
    let at = 0;
    for (const part of parts) {
      body.set(part, at);
      at += part.length;
    }
    runs = [];
    count = 0;
    writer.reset();
    return body;
  }

  return {
    contentType: 'application/x-protobuf',
    get count() {
      return count;
    },
    get bytes() {
      return writer.pos;
    },
    add(item) {
      const start = writer.pos;
      try {
        span(item);
        const { resource, instrumentationScope: scope } = item;
        const last = runs[runs.length - 1];
        if (last !== undefined && last.resource === resource && last.scope === scope) last.end = writer.pos;
        else runs.push({ resource, scope, start, end: writer.pos });
        count += 1;
      } catch (error) {
        writer.pos = start;
        throw error;
      }
    },
    finish,
  };
}

/** Bytes from an attribute's tag to the first byte of its text. */
function headSize(keyBytes: number, bytes: number): number {
  const anyLength = 1 + varintSize(bytes) + bytes;
  const kvLength = keyBytes + 1 + varintSize(anyLength) + anyLength;
  return 1 + varintSize(kvLength) + (kvLength - bytes);
}

function lengthOf(parts: readonly Uint8Array[]): number {
  let sum = 0;
  for (const part of parts) sum += part.length;
  return sum;
}

function lengthPrefix(tag: number, parts: readonly Uint8Array[]): Uint8Array {
  const length = lengthOf(parts);
  const prefix = new Uint8Array(1 + varintSize(length));
  prefix[0] = tag;
  let rest = length;
  let at = 1;
  while (rest > 0x7f) {
    prefix[at++] = (rest & 0x7f) | 0x80;
    rest >>>= 7;
  }
  prefix[at] = rest;
  return prefix;
}

function nibble(hex: string, at: number): number {
  const code = hex.charCodeAt(at);
  if (code >= 48 && code <= 57) return code - 48;
  const letter = code | 32;
  if (letter >= 97 && letter <= 102) return letter - 87;
  throw new TypeError(`not a hexadecimal id: ${hex.slice(0, 64)}`);
}
