import { BUCKETS, type SpanRecord, type SpanScope } from './span-record.js';
import { emptyObject, isObject, type Json, type JsonObject } from './value.js';

/** Spans as OTLP/JSON, as they came: 64-bit integers and doubles keep their kind. Addresses of schemas are not kept. */
export function encodeTracesJson(spans: SpanRecord[]): JsonObject {
  const groups = new Map<string, { resource: JsonObject; scope: SpanScope; spans: Json[] }>();
  for (const span of spans) {
    const key = JSON.stringify([span.resource, span.scope]);
    let group = groups.get(key);
    if (!group) {
      group = { resource: span.resource, scope: span.scope, spans: [] };
      groups.set(key, group);
    }
    group.spans.push(encodeSpan(span));
  }
  return {
    resourceSpans: [...groups.values()].map((group) => ({
      resource: { attributes: attributes(group.resource) },
      scopeSpans: [
        {
          scope: {
            name: group.scope.name,
            version: group.scope.version,
            attributes: attributes(group.scope.attributes),
            ...given('droppedAttributesCount', group.scope.droppedAttributes),
          },
          spans: group.spans,
        },
      ],
    })),
  };
}

function encodeSpan(span: SpanRecord): JsonObject {
  return {
    traceId: span.traceId,
    spanId: span.spanId,
    ...(span.parentSpanId === '' ? {} : { parentSpanId: span.parentSpanId }),
    ...(span.traceState === '' ? {} : { traceState: span.traceState }),
    name: span.name,
    kind: span.kind,
    startTimeUnixNano: span.startNs,
    endTimeUnixNano: span.endNs,
    ...given('flags', span.flags),
    attributes: allAttributes(span),
    ...given('droppedAttributesCount', span.droppedAttributes),
    events: span.events.map((event) => ({
      name: event.name,
      timeUnixNano: event.timeNs,
      attributes: attributes(event.attributes),
      ...given('droppedAttributesCount', event.droppedAttributes),
    })),
    ...given('droppedEventsCount', span.droppedEvents),
    links: span.links.map((link) => ({
      traceId: link.traceId,
      spanId: link.spanId,
      ...given('traceState', link.traceState),
      ...given('flags', link.flags),
      attributes: attributes(link.attributes),
      ...given('droppedAttributesCount', link.droppedAttributes),
    })),
    ...given('droppedLinksCount', span.droppedLinks),
    status: { code: span.statusCode, message: span.statusMessage },
  };
}

function given(key: string, value: Json | undefined): JsonObject {
  return value === undefined ? {} : { [key]: value };
}

/** An attribute that only files of ours have: what a REST event said outside its attributes, as it said it. */
export const REST_FIELDS = 'honeyhive_rest';

/** The same finds its place among the attributes too, for whoever reads the file as OTLP. */
function allAttributes(span: SpanRecord): Json[] {
  const { buckets, eventId, parentEventId, sessionId } = span;
  const own = attributes(span.attributes);
  if (!buckets && eventId === undefined && sessionId === undefined) return own;
  const fields = emptyObject();
  if (sessionId !== undefined) fields['honeyhive.session_id'] = sessionId;
  if (eventId !== undefined) fields.honeyhive_event_id = eventId;
  for (const bucket of BUCKETS)
    for (const [key, value] of Object.entries(buckets?.[bucket] ?? {})) fields[`honeyhive_${bucket}.${key}`] = value;
  fields[REST_FIELDS] = JSON.stringify({ buckets, eventId, parentEventId, sessionId });
  const known = new Set(Object.keys(fields));
  return [...own.filter((one) => !known.has((one as { key: string }).key)), ...attributes(fields, plainValue)];
}

function attributes(map: JsonObject, encode: (value: Json) => JsonObject = anyValue): Json[] {
  return Object.keys(map).map((key) => ({ key, value: encode(map[key] as Json) }));
}

/** What came as JSON has no tags, whatever its keys are called. */
function plainValue(value: Json): JsonObject {
  if (Array.isArray(value)) return { arrayValue: { values: value.map(plainValue) } };
  return isObject(value) ? { kvlistValue: { values: attributes(value as JsonObject, plainValue) } } : anyValue(value);
}

function anyValue(value: Json): JsonObject {
  if (value === null) return {};
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  if (typeof value === 'number')
    return Number.isSafeInteger(value) ? { intValue: String(value) } : { doubleValue: value };
  if (Array.isArray(value)) return { arrayValue: { values: value.map(anyValue) } };
  if ('$int' in value) return { intValue: value.$int as string };
  if ('$double' in value) return { doubleValue: value.$double as number | string };
  if ('$bytes' in value) return { bytesValue: value.$bytes as string };
  return { kvlistValue: { values: attributes(isObject(value.$map) ? (value.$map as JsonObject) : value) } };
}
