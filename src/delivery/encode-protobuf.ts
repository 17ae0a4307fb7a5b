import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';
import { createAttributeWriter } from './attribute-writer.js';
import { ByteWriter, varintSize } from './byte-writer.js';
import type { BatchEncoder } from './encoder.js';
import { hrTimeOr } from './hr-time.js';

type Resource = ReadableSpan['resource'];
type Scope = ReadableSpan['instrumentationScope'];

/** Spans that follow each other and share resource and scope. */
interface Run {
  readonly resource: Resource;
  readonly scope: Scope;
  readonly start: number;
  end: number;
}

/** A span whose attributes were never an object: what it shares with others, and its own names and values in turn. */
interface SpanParts {
  readonly shared: object;
  readonly own: readonly unknown[];
}

/**
 * Encodes spans as an OTLP `ExportTraceServiceRequest` (opentelemetry/proto/collector/trace/v1), straight from what
 * the SDK holds: no object tree in between, one pass, names and recurring values encoded once.
 */
export function createProtobufEncoder(): BatchEncoder {
  const writer = new ByteWriter();
  const attributes = createAttributeWriter(writer);
  const heads = new WeakMap<object, Uint8Array>();
  let runs: Run[] = [];
  let count = 0;

  function id(tag: number, hex: string): void {
    const bytes = hex.length >> 1;
    writer.ensure(bytes + 8);
    writer.byte(tag);
    writer.varint(bytes);
    if (!writer.hex(hex)) throw new TypeError(`not a hexadecimal id: ${hex.slice(0, 64)}`);
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

  /** What thousands of spans have in common is encoded once and copied from then on. */
  function spanParts({ shared, own }: SpanParts): void {
    const known = heads.get(shared);
    if (known !== undefined) {
      writer.ensure(known.length);
      writer.raw(known);
    } else {
      const start = writer.pos;
      attributes.all(0x4a, shared);
      heads.set(shared, Uint8Array.prototype.slice.call(writer.buf, start, writer.pos));
    }
    for (let i = 0; i < own.length; i += 2) attributes.one(0x4a, own[i] as string, own[i + 1]);
  }

  function events(span: ReadableSpan): void {
    for (const event of span.events) {
      writer.ensure(16);
      writer.byte(0x5a);
      const mark = writer.open(2);
      time(0x09, hrTimeOr(event.time, span.endTime));
      text(0x12, event.name);
      if (event.attributes) attributes.all(0x1a, event.attributes);
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
      if (link.attributes) attributes.all(0x22, link.attributes);
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
    const { parts } = span as ReadableSpan & { parts?: SpanParts };
    if (parts !== undefined) spanParts(parts);
    else if (span.attributes) attributes.all(0x4a, span.attributes);
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
      attributes.all(0x0a, resource.attributes);
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
      const { attributes: own } = scope as { attributes?: object };
      if (own) attributes.all(0x1a, own);
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
      const scopes = groups.get(run.resource) ?? new Map<Scope, Run[]>();
      groups.set(run.resource, scopes);
      scopes.set(run.scope, [...(scopes.get(run.scope) ?? []), run]);
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
        else {
          runs.push({ resource, scope, start, end: writer.pos });
          // What cannot be encoded is this span's fault, not that of the batch it would end in.
          resourceHead(resource);
          scopeHead(scope);
        }
        count += 1;
      } catch (error) {
        writer.pos = start;
        if (runs.at(-1)?.start === start) runs.pop();
        throw error;
      }
    },
    finish,
  };
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
