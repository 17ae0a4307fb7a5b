import { BUCKETS, type SpanRecord } from './span-record.js';
import { emptyObject, isObject, type Json, type JsonObject } from './value.js';

/** Spans as OTLP/JSON, exactly as they came: 64-bit integers and doubles keep their kind. */
export function encodeTracesJson(spans: SpanRecord[]): JsonObject {
  const groups = new Map<string, { resource: JsonObject; scope: SpanRecord['scope']; spans: Json[] }>();
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
    attributes: attributes(withRestFields(span)),
    events: span.events.map((event) => ({
      name: event.name,
      timeUnixNano: event.timeNs,
      attributes: attributes(event.attributes),
    })),
    links: span.links.map((link) => ({
      traceId: link.traceId,
      spanId: link.spanId,
      attributes: attributes(link.attributes),
    })),
    status: { code: span.statusCode, message: span.statusMessage },
  };
}

/** What a REST event said outside its attributes finds its place among them. */
function withRestFields(span: SpanRecord): JsonObject {
  if (!span.buckets && span.eventId === undefined && span.sessionId === undefined) return span.attributes;
  const result = Object.assign(emptyObject(), span.attributes);
  if (span.sessionId !== undefined) result['honeyhive.session_id'] = span.sessionId;
  if (span.eventId !== undefined) result.honeyhive_event_id = span.eventId;
  for (const bucket of BUCKETS)
    for (const [key, value] of Object.entries(span.buckets?.[bucket] ?? {}))
      result[`honeyhive_${bucket}.${key}`] = value;
  return result;
}

function attributes(map: JsonObject): Json[] {
  return Object.keys(map).map((key) => ({ key, value: anyValue(map[key] as Json) }));
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
