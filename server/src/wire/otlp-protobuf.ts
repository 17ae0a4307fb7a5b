import { checkSpan } from './check-span.js';
import { ProtobufReader } from './protobuf-reader.js';
import type { DecodedTraces, Json, JsonObject, SpanEvent, SpanLink, SpanRecord, SpanScope } from './span-record.js';
import { emptyObject, keptBytes, keptDouble, keptInt, keptMap } from './value.js';

/** Field numbers: opentelemetry-proto, trace/v1/trace.proto and common/v1/common.proto. */
export function decodeTracesProtobuf(body: Buffer): DecodedTraces {
  const reader = new ProtobufReader(body);
  const result: DecodedTraces = { spans: [], rejected: 0, message: '' };
  while (reader.next()) {
    if (reader.field === 1) reader.message(1, (r, depth) => readResourceSpans(r, depth, result));
    else reader.skip();
  }
  return result;
}

function readResourceSpans(reader: ProtobufReader, depth: number, result: DecodedTraces): void {
  const resource = emptyObject();
  const first = result.spans.length;
  while (reader.next()) {
    // Protobuf joins the parts of a message that comes in several.
    if (reader.field === 1) Object.assign(resource, reader.message(depth, readResource));
    else if (reader.field === 2) reader.message(depth, (r, d) => readScopeSpans(r, d, result));
    else reader.skip(depth);
  }
  // The resource may be written after the spans it belongs to.
  for (let index = first; index < result.spans.length; index++) (result.spans[index] as SpanRecord).resource = resource;
}

function readResource(reader: ProtobufReader, depth: number): JsonObject {
  const attributes = emptyObject();
  while (reader.next()) {
    if (reader.field === 1) readKeyValue(reader, depth, attributes);
    else reader.skip(depth);
  }
  return attributes;
}

function readScopeSpans(reader: ProtobufReader, depth: number, result: DecodedTraces): void {
  let scope: SpanScope = { name: '', version: '', attributes: emptyObject() };
  let scopeFrom = 0;
  let scopeTo = 0;
  const first = result.spans.length;
  while (reader.next()) {
    if (reader.field === 1) {
      scope = reader.message(depth, readScope);
      scopeFrom = reader.from;
      scopeTo = reader.to;
    } else if (reader.field === 2) {
      const span = reader.message(depth, readSpan);
      span.encoded = { from: reader.from, to: reader.to, scopeFrom: 0, scopeTo: 0 };
      checkSpan(span, result);
    } else reader.skip(depth);
  }
  for (let index = first; index < result.spans.length; index++) {
    const span = result.spans[index] as SpanRecord;
    span.scope = scope;
    if (span.encoded === undefined) continue;
    span.encoded.scopeFrom = scopeFrom;
    span.encoded.scopeTo = scopeTo;
  }
}

/** Some write zeros too; what is not there takes no room. */
function setCount<K extends string>(into: { [key in K]?: number }, key: K, count: number): void {
  if (count !== 0) into[key] = count as (typeof into)[K];
}

/** Reads one span with its scope, as `ScopeSpans` that hold just these. */
export function decodeSpan(body: Buffer): SpanRecord {
  const result: DecodedTraces = { spans: [], rejected: 0, message: '' };
  readScopeSpans(new ProtobufReader(body), 0, result);
  return result.spans[0] as SpanRecord;
}

function readScope(reader: ProtobufReader, depth: number): SpanScope {
  const scope: SpanScope = { name: '', version: '', attributes: emptyObject() };
  while (reader.next()) {
    if (reader.field === 1) scope.name = reader.string();
    else if (reader.field === 2) scope.version = reader.string();
    else if (reader.field === 3) readKeyValue(reader, depth, scope.attributes);
    else if (reader.field === 4) setCount(scope, 'droppedAttributes', reader.uint32());
    else reader.skip(depth);
  }
  return scope;
}

const NO_SCOPE = { name: '', version: '', attributes: emptyObject() };

function readSpan(reader: ProtobufReader, depth: number): SpanRecord {
  const span: SpanRecord = {
    traceId: '',
    spanId: '',
    parentSpanId: '',
    name: '',
    kind: 0,
    startNs: '0',
    endNs: '0',
    attributes: emptyObject(),
    events: [],
    links: [],
    statusCode: 0,
    statusMessage: '',
    traceState: '',
    resource: NO_SCOPE.attributes,
    scope: NO_SCOPE,
  };
  while (reader.next()) {
    switch (reader.field) {
      case 1:
        span.traceId = reader.bytes('hex');
        break;
      case 2:
        span.spanId = reader.bytes('hex');
        break;
      case 3:
        span.traceState = reader.string();
        break;
      case 4:
        span.parentSpanId = reader.bytes('hex');
        break;
      case 5:
        span.name = reader.string();
        break;
      case 6:
        span.kind = reader.uint32();
        break;
      case 7:
        span.startNs = reader.fixed64();
        break;
      case 8:
        span.endNs = reader.fixed64();
        break;
      case 9:
        readKeyValue(reader, depth, span.attributes);
        break;
      case 10:
        setCount(span, 'droppedAttributes', reader.uint32());
        break;
      case 11:
        span.events.push(reader.message(depth, readEvent));
        break;
      case 12:
        setCount(span, 'droppedEvents', reader.uint32());
        break;
      case 13:
        span.links.push(reader.message(depth, readLink));
        break;
      case 14:
        setCount(span, 'droppedLinks', reader.uint32());
        break;
      case 15:
        reader.message(depth, (r) => readStatus(r, span));
        break;
      case 16:
        setCount(span, 'flags', reader.fixed32());
        break;
      default:
        reader.skip(depth);
    }
  }
  return span;
}

function readStatus(reader: ProtobufReader, span: SpanRecord): void {
  while (reader.next()) {
    if (reader.field === 2) span.statusMessage = reader.string();
    else if (reader.field === 3) span.statusCode = reader.uint32();
    else reader.skip();
  }
}

function readEvent(reader: ProtobufReader, depth: number): SpanEvent {
  const event: SpanEvent = { name: '', timeNs: '0', attributes: emptyObject() };
  while (reader.next()) {
    if (reader.field === 1) event.timeNs = reader.fixed64();
    else if (reader.field === 2) event.name = reader.string();
    else if (reader.field === 3) readKeyValue(reader, depth, event.attributes);
    else if (reader.field === 4) setCount(event, 'droppedAttributes', reader.uint32());
    else reader.skip(depth);
  }
  return event;
}

function readLink(reader: ProtobufReader, depth: number): SpanLink {
  const link: SpanLink = { traceId: '', spanId: '', attributes: emptyObject() };
  while (reader.next()) {
    if (reader.field === 1) link.traceId = reader.bytes('hex');
    else if (reader.field === 2) link.spanId = reader.bytes('hex');
    else if (reader.field === 3) link.traceState = reader.string();
    else if (reader.field === 4) readKeyValue(reader, depth, link.attributes);
    else if (reader.field === 5) setCount(link, 'droppedAttributes', reader.uint32());
    else if (reader.field === 6) setCount(link, 'flags', reader.fixed32());
    else reader.skip(depth);
  }
  return link;
}

function readKeyValue(reader: ProtobufReader, depth: number, into: JsonObject): void {
  const { key, value } = reader.message(depth, readEntry);
  into[key] = value;
}

/** One at a time is in use: an entry inside an entry is put away before the outer one is. */
const entry: { key: string; value: Json } = { key: '', value: null };

function readEntry(reader: ProtobufReader, depth: number): { key: string; value: Json } {
  let key = '';
  let value: Json = null;
  while (reader.next()) {
    if (reader.field === 1) key = reader.name();
    else if (reader.field === 2) value = reader.message(depth, readAnyValue);
    else reader.skip(depth);
  }
  entry.key = key;
  entry.value = value;
  return entry;
}

function readAnyValue(reader: ProtobufReader, depth: number): Json {
  let value: Json = null;
  while (reader.next()) {
    switch (reader.field) {
      case 1:
        value = reader.string();
        break;
      case 2:
        value = reader.bool();
        break;
      case 3:
        value = keptInt(reader.int64());
        break;
      case 4:
        value = keptDouble(reader.double());
        break;
      case 5:
        value = reader.message(depth, readArray);
        break;
      case 6:
        value = keptMap(reader.message(depth, readMap));
        break;
      case 7:
        value = keptBytes(reader.bytes('base64'));
        break;
      default:
        reader.skip(depth);
    }
  }
  return value;
}

function readArray(reader: ProtobufReader, depth: number): Json[] {
  const values: Json[] = [];
  while (reader.next()) {
    if (reader.field === 1) values.push(reader.message(depth, readAnyValue));
    else reader.skip(depth);
  }
  return values;
}

function readMap(reader: ProtobufReader, depth: number): JsonObject {
  const map = emptyObject();
  while (reader.next()) {
    if (reader.field === 1) readKeyValue(reader, depth, map);
    else reader.skip(depth);
  }
  return map;
}
