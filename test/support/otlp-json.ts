import { createHash } from 'node:crypto';

/** A span as a test writes it down; times are Unix milliseconds. */
export interface SpanSketch {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  startMs: number;
  endMs: number;
  attributes?: Record<string, unknown>;
  error?: string;
  events?: { name: string; timeMs: number; attributes?: Record<string, unknown> }[];
  /** Fields of the OTLP span as they are, before which the others give way. */
  fields?: Record<string, unknown>;
}

/** An id of so many hexadecimal digits, always the same for the same words. */
export function hexId(words: string, digits: 16 | 32): string {
  return createHash('sha256').update(words).digest('hex').slice(0, digits);
}

/** A session id, always the same for the same words. */
export function uuidOf(words: string): string {
  const hex = hexId(words, 32);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

function anyValue(value: unknown): Record<string, unknown> {
  if (typeof value === 'boolean') return { boolValue: value };
  if (typeof value === 'number') return Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value };
  return { stringValue: typeof value === 'string' ? value : JSON.stringify(value) };
}

const keyValues = (attributes: Record<string, unknown> = {}) =>
  Object.entries(attributes).map(([key, value]) => ({ key, value: anyValue(value) }));

const nanos = (ms: number) => String(BigInt(Math.round(ms * 1000)) * 1000n);

/** An OTLP/JSON request with these spans. */
export function otlpJson(
  sketches: readonly SpanSketch[],
  resource: Record<string, unknown> = { 'service.name': 'atlas' },
): object {
  const spans = sketches.map((span) => ({
    traceId: span.traceId,
    spanId: span.spanId,
    ...(span.parentSpanId ? { parentSpanId: span.parentSpanId } : {}),
    name: span.name,
    kind: 1,
    startTimeUnixNano: nanos(span.startMs),
    endTimeUnixNano: nanos(span.endMs),
    attributes: keyValues(span.attributes),
    events: (span.events ?? []).map((event) => ({
      name: event.name,
      timeUnixNano: nanos(event.timeMs),
      attributes: keyValues(event.attributes),
    })),
    status: span.error === undefined ? {} : { code: 2, message: span.error },
    ...span.fields,
  }));
  return {
    resourceSpans: [
      { resource: { attributes: keyValues(resource) }, scopeSpans: [{ scope: { name: 'test' }, spans }] },
    ],
  };
}

/** Posts JSON and gives the answer's body; a refusal is an error that says why. */
export async function sendJson(url: string, body: object, method: 'POST' | 'PUT' = 'POST'): Promise<unknown> {
  const response = await fetch(url, {
    method,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${method} ${url}: ${response.status} ${await response.text()}`);
  return response.json();
}
