import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';
import { fitsInt64, isInt64, isSendable, MAX_VALUE_DEPTH } from './any-value.js';
import type { BatchEncoder } from './encoder.js';
import { hrTimeOr } from './hr-time.js';

type Resource = ReadableSpan['resource'];
type Scope = ReadableSpan['instrumentationScope'];

/** Encodes spans as OTLP/JSON: ids in hex, 64-bit integers as decimal text (OTLP specification, "JSON Protobuf Encoding"). */
export function createJsonEncoder(): BatchEncoder {
  let groups = new Map<Resource, Map<Scope, string[]>>();
  let count = 0;
  let bytes = 0;

  return {
    contentType: 'application/json',
    get count() {
      return count;
    },
    get bytes() {
      return bytes;
    },
    add(span) {
      const text = JSON.stringify(spanJson(span));
      const { resource, instrumentationScope: scope } = span;
      const scopes = groups.get(resource) ?? new Map<Scope, string[]>();
      groups.set(resource, scopes);
      const spans = scopes.get(scope);
      if (spans === undefined) scopes.set(scope, [text]);
      else spans.push(text);
      count += 1;
      bytes += text.length;
    },
    finish() {
      const resourceSpans = [...groups].map(([resource, scopes]) => {
        const scopeSpans = [...scopes].map(([scope, spans]) => {
          const head = JSON.stringify({ name: scope.name, version: scope.version || undefined });
          return `{"scope":${head},"spans":[${spans.join(',')}]${schemaJson(scope.schemaUrl)}}`;
        });
        const head = JSON.stringify({ attributes: attributesJson(resource.attributes) });
        return `{"resource":${head},"scopeSpans":[${scopeSpans.join(',')}]${schemaJson(resource.schemaUrl)}}`;
      });
      groups = new Map();
      count = 0;
      bytes = 0;
      return Buffer.from(`{"resourceSpans":[${resourceSpans.join(',')}]}`, 'utf8');
    },
  };
}

function schemaJson(url: string | undefined): string {
  return url ? `,"schemaUrl":${JSON.stringify(url)}` : '';
}

function spanJson(span: ReadableSpan): object {
  const context = span.spanContext();
  const parent = span.parentSpanContext;
  return {
    traceId: context.traceId,
    spanId: context.spanId,
    traceState: context.traceState?.serialize() || undefined,
    parentSpanId: parent?.spanId || undefined,
    name: wellFormed(span.name),
    kind: span.kind == null ? 0 : span.kind + 1,
    startTimeUnixNano: nanos(hrTimeOr(span.startTime, span.endTime)),
    endTimeUnixNano: nanos(hrTimeOr(span.endTime, span.startTime)),
    attributes: attributesJson(span.attributes),
    droppedAttributesCount: span.droppedAttributesCount || undefined,
    events: span.events.map((event) => ({
      timeUnixNano: nanos(hrTimeOr(event.time, span.endTime)),
      name: wellFormed(event.name),
      attributes: attributesJson(event.attributes),
      droppedAttributesCount: event.droppedAttributesCount || undefined,
    })),
    droppedEventsCount: span.droppedEventsCount || undefined,
    links: span.links.map((link) => ({
      traceId: link.context.traceId,
      spanId: link.context.spanId,
      traceState: link.context.traceState?.serialize() || undefined,
      attributes: attributesJson(link.attributes),
      droppedAttributesCount: link.droppedAttributesCount || undefined,
      flags: flags(link.context.traceFlags, link.context.isRemote),
    })),
    droppedLinksCount: span.droppedLinksCount || undefined,
    status: { code: span.status.code, message: span.status.message ? wellFormed(span.status.message) : undefined },
    flags: flags(context.traceFlags, parent?.isRemote),
  };
}

function flags(traceFlags: number, isRemote: boolean | undefined): number {
  return (traceFlags & 0xff) | 0x100 | (isRemote ? 0x200 : 0);
}

function nanos(time: readonly [number, number]): string {
  const [seconds, rest] = time;
  return seconds === 0 ? String(rest) : `${seconds}${String(rest).padStart(9, '0')}`;
}

function attributesJson(values: object | undefined, depth = 0): object[] {
  const record = (values ?? {}) as Record<string, unknown>;
  const list: object[] = [];
  for (const key of Object.keys(record)) {
    const value = record[key];
    if (isSendable(value)) list.push({ key: wellFormed(key), value: anyJson(value, depth) });
  }
  return list;
}

function anyJson(value: unknown, depth: number): object {
  if (typeof value === 'string') return { stringValue: wellFormed(value) };
  if (typeof value === 'boolean') return { boolValue: value };
  if (typeof value === 'number') {
    if (isInt64(value)) return { intValue: BigInt(value).toString() };
    return Number.isFinite(value) ? { doubleValue: value } : { stringValue: String(value) };
  }
  if (typeof value === 'bigint')
    return fitsInt64(value) ? { intValue: value.toString() } : { stringValue: value.toString() };
  if (value instanceof Uint8Array) return { bytesValue: Buffer.from(value).toString('base64') };
  if (typeof value !== 'object' || value === null) return {};
  if (depth >= MAX_VALUE_DEPTH) return { stringValue: '[Too deep]' };
  if (Array.isArray(value)) return { arrayValue: { values: value.map((item) => anyJson(item, depth + 1)) } };
  return { kvlistValue: { values: attributesJson(value, depth + 1) } };
}

/** Lone surrogates would travel as escapes that other languages refuse; protobuf has U+FFFD there, so has this. */
function wellFormed(text: string): string {
  return (text as string & { toWellFormed(): string }).toWellFormed();
}
