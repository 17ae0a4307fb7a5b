import { checkSpan } from './check-span.js';
import { parseJson } from './json-text.js';
import {
  type DecodedTraces,
  type Json,
  type JsonObject,
  MalformedRequest,
  type SpanEvent,
  type SpanLink,
  type SpanRecord,
  type SpanScope,
} from './span-record.js';
import { emptyObject, isObject, keptBytes, keptDouble, keptInt, keptMap } from './value.js';

/** OTLP/JSON as the specification maps it: ids in hex, 64-bit integers as text or number, enums as number (or name). */
export function decodeTracesJson(body: Buffer, maxDepth?: number): DecodedTraces {
  return decodeTracesValue(parseJson(body, maxDepth));
}

/** The same from a parsed value whose long integers are text. */
export function decodeTracesValue(root: unknown): DecodedTraces {
  if (!isObject(root)) throw new MalformedRequest('an OTLP/JSON body is an object with resourceSpans');
  const result: DecodedTraces = { spans: [], rejected: 0, message: '' };
  for (const resourceSpans of list(pick(root, 'resourceSpans', 'resource_spans'), 'resourceSpans')) {
    const holder = object(resourceSpans, 'resourceSpans[]');
    const resource = attributes(optionalObject(holder.resource, 'resource').attributes);
    for (const scopeSpans of list(
      pick(holder, 'scopeSpans', 'scope_spans', 'instrumentationLibrarySpans'),
      'scopeSpans',
    )) {
      const group = object(scopeSpans, 'scopeSpans[]');
      const named = optionalObject(group.scope, 'scope');
      const scope: SpanScope = {
        name: text(named.name, 'scope.name'),
        version: text(named.version, 'scope.version'),
        attributes: attributes(named.attributes),
        ...counts(named, 'scope', ['attributes']),
      };
      for (const span of list(group.spans, 'spans'))
        checkSpan(readSpan(object(span, 'spans[]'), resource, scope), result);
    }
  }
  return result;
}

const KINDS = [
  'SPAN_KIND_UNSPECIFIED',
  'SPAN_KIND_INTERNAL',
  'SPAN_KIND_SERVER',
  'SPAN_KIND_CLIENT',
  'SPAN_KIND_PRODUCER',
  'SPAN_KIND_CONSUMER',
];
const STATUSES = ['STATUS_CODE_UNSET', 'STATUS_CODE_OK', 'STATUS_CODE_ERROR'];

function readSpan(span: Record<string, unknown>, resource: JsonObject, scope: SpanScope): SpanRecord {
  const status = optionalObject(span.status, 'status');
  return {
    traceId: hex(pick(span, 'traceId', 'trace_id'), 'traceId'),
    spanId: hex(pick(span, 'spanId', 'span_id'), 'spanId'),
    parentSpanId: hex(pick(span, 'parentSpanId', 'parent_span_id'), 'parentSpanId'),
    name: text(span.name, 'name'),
    kind: enumeration(span.kind, KINDS, 'kind'),
    startNs: nanoseconds(pick(span, 'startTimeUnixNano', 'start_time_unix_nano'), 'startTimeUnixNano'),
    endNs: nanoseconds(pick(span, 'endTimeUnixNano', 'end_time_unix_nano'), 'endTimeUnixNano'),
    attributes: attributes(span.attributes),
    events: list(span.events, 'events').map(readEvent),
    links: list(span.links, 'links').map(readLink),
    statusCode: enumeration(status.code, STATUSES, 'status.code'),
    statusMessage: text(status.message, 'status.message'),
    traceState: text(pick(span, 'traceState', 'trace_state'), 'traceState'),
    ...unlessZero('flags', uint32(span.flags, 'flags')),
    ...counts(span, 'spans[]', ['attributes', 'events', 'links']),
    resource,
    scope,
  };
}

function readEvent(value: unknown): SpanEvent {
  const event = object(value, 'events[]');
  return {
    name: text(event.name, 'events[].name'),
    timeNs: nanoseconds(pick(event, 'timeUnixNano', 'time_unix_nano'), 'timeUnixNano'),
    attributes: attributes(event.attributes),
    ...counts(event, 'events[]', ['attributes']),
  };
}

function readLink(value: unknown): SpanLink {
  const link = object(value, 'links[]');
  const traceState = text(pick(link, 'traceState', 'trace_state'), 'links[].traceState');
  return {
    traceId: hex(pick(link, 'traceId', 'trace_id'), 'links[].traceId'),
    spanId: hex(pick(link, 'spanId', 'span_id'), 'links[].spanId'),
    attributes: attributes(link.attributes),
    ...(traceState === '' ? {} : { traceState }),
    ...unlessZero('flags', uint32(link.flags, 'links[].flags')),
    ...counts(link, 'links[]', ['attributes']),
  };
}

const DROPPED = {
  attributes: ['droppedAttributesCount', 'dropped_attributes_count', 'droppedAttributes'],
  events: ['droppedEventsCount', 'dropped_events_count', 'droppedEvents'],
  links: ['droppedLinksCount', 'dropped_links_count', 'droppedLinks'],
} as const;

/** What the sender says that it left out. */
function counts<K extends keyof typeof DROPPED>(
  holder: Record<string, unknown>,
  where: string,
  kinds: readonly K[],
): Partial<Record<(typeof DROPPED)[K][2], number>> {
  const found = {};
  for (const kind of kinds) {
    const [name, snake, key] = DROPPED[kind];
    Object.assign(found, unlessZero(key, uint32(pick(holder, name, snake), `${where}.${name}`)));
  }
  return found;
}

/** Nearly all flags and counts are zero: what is not there takes no room. */
function unlessZero<K extends string>(key: K, value: number): Partial<Record<K, number>> {
  return value === 0 ? {} : ({ [key]: value } as Partial<Record<K, number>>);
}

function attributes(value: unknown): JsonObject {
  const result = emptyObject();
  for (const entry of list(value, 'attributes')) {
    const pair = object(entry, 'attributes[]');
    result[text(pair.key, 'attributes[].key')] = anyValue(pair.value);
  }
  return result;
}

function anyValue(value: unknown): Json {
  if (value === undefined || value === null) return null;
  const holder = object(value, 'attributes[].value');
  const string = pick(holder, 'stringValue', 'string_value');
  if (string !== undefined && string !== null) return text(string, 'stringValue');
  const bool = pick(holder, 'boolValue', 'bool_value');
  if (bool !== undefined && bool !== null) {
    if (typeof bool !== 'boolean') throw new MalformedRequest('boolValue is not true or false');
    return bool;
  }
  const int = pick(holder, 'intValue', 'int_value');
  if (int !== undefined && int !== null) return keptInt(integer(int, 'intValue', true));
  const double = pick(holder, 'doubleValue', 'double_value');
  if (double !== undefined && double !== null) return keptDouble(floating(double));
  const array = pick(holder, 'arrayValue', 'array_value');
  if (array !== undefined && array !== null)
    return list(object(array, 'arrayValue').values, 'arrayValue.values').map(anyValue);
  const map = pick(holder, 'kvlistValue', 'kvlist_value');
  if (map !== undefined && map !== null) return keptMap(attributes(object(map, 'kvlistValue').values));
  const bytes = pick(holder, 'bytesValue', 'bytes_value');
  if (bytes !== undefined && bytes !== null) return keptBytes(text(bytes, 'bytesValue'));
  return null;
}

function pick(holder: Record<string, unknown>, ...names: string[]): unknown {
  for (const name of names) if (holder[name] !== undefined) return holder[name];
  return undefined;
}

function object(value: unknown, where: string): Record<string, unknown> {
  if (!isObject(value)) throw new MalformedRequest(`${where} is not an object`);
  return value;
}

function optionalObject(value: unknown, where: string): Record<string, unknown> {
  return value === undefined || value === null ? {} : object(value, where);
}

function list(value: unknown, where: string): unknown[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw new MalformedRequest(`${where} is not a list`);
  return value;
}

function text(value: unknown, where: string): string {
  if (value === undefined || value === null) return '';
  if (typeof value !== 'string') throw new MalformedRequest(`${where} is not text`);
  return value;
}

/** Hex in either case; standard base64 of the right length is refused as the specification demands hex. */
function hex(value: unknown, where: string): string {
  const id = text(value, where).toLowerCase();
  if (id !== '' && !/^[0-9a-f]*$/.test(id))
    throw new MalformedRequest(`${where} is not hexadecimal (OTLP/JSON ids are hex, not base64)`);
  return id;
}

function integer(value: unknown, where: string, signed: boolean): string {
  const written = typeof value === 'number' && Number.isInteger(value) ? String(value) : value;
  if (typeof written !== 'string' || !/^-?\d{1,20}$/.test(written))
    throw new MalformedRequest(`${where} is not a whole number`);
  const exact = BigInt(written);
  if (signed ? BigInt.asIntN(64, exact) !== exact : BigInt.asUintN(64, exact) !== exact) {
    throw new MalformedRequest(`${where} does not fit 64 bits`);
  }
  // As everybody writes it: `00` is zero.
  return exact.toString();
}

function nanoseconds(value: unknown, where: string): string {
  return value === undefined || value === null || value === '' ? '0' : integer(value, where, false);
}

function uint32(value: unknown, where: string): number {
  const number = Number(value === undefined || value === null ? 0 : integer(value, where, false));
  if (number > 0xffff_ffff) throw new MalformedRequest(`${where} does not fit 32 bits`);
  return number;
}

function floating(value: unknown): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'string' && value.trim() !== '') {
    const number = Number(value);
    if (!Number.isNaN(number) || value === 'NaN') return number;
  }
  throw new MalformedRequest('doubleValue is not a number');
}

function enumeration(value: unknown, names: string[], where: string): number {
  if (value === undefined || value === null) return 0;
  if (typeof value === 'number' && Number.isInteger(value)) return value;
  const index = typeof value === 'string' ? names.indexOf(value) : -1;
  if (index === -1) throw new MalformedRequest(`${where} is not known`);
  return index;
}
