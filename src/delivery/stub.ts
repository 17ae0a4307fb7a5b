import { SpanStatusCode } from '@opentelemetry/api';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';
import { ERROR, ERROR_TYPE, PARENT_ID, PROJECT, SESSION_ID, SOURCE } from '../attributes/keys.js';
import { messageOf } from '../base/errors.js';

const KEPT = [SESSION_ID, PROJECT, SOURCE, PARENT_ID];

/** Stands in for a span that cannot be encoded: same ids, name and times, and what went wrong. */
export function stubOf(span: ReadableSpan, thrown: unknown): ReadableSpan {
  const message = `this span could not be encoded: ${messageOf(thrown)}`.slice(0, 1_000);
  const attributes: Record<string, string> = { [ERROR]: message, [ERROR_TYPE]: 'EncodingError' };
  for (const key of KEPT) {
    const value = attempt<unknown>(() => (span.attributes as Record<string, unknown>)[key], undefined);
    if (typeof value === 'string') attributes[key] = value;
  }
  const context = span.spanContext();
  const parent = attempt(() => span.parentSpanContext, undefined);
  return {
    name: nameOf(span),
    kind: attempt(() => span.kind, 0),
    spanContext: () => ({ traceId: context.traceId, spanId: context.spanId, traceFlags: context.traceFlags }),
    ...(parent === undefined
      ? {}
      : { parentSpanContext: { traceId: parent.traceId, spanId: parent.spanId, traceFlags: parent.traceFlags } }),
    startTime: attempt(() => span.startTime, [0, Number.NaN]),
    endTime: attempt(() => span.endTime, [0, Number.NaN]),
    status: { code: SpanStatusCode.ERROR, message },
    attributes,
    links: [],
    events: [],
    duration: [0, 0],
    ended: true,
    resource: span.resource,
    instrumentationScope: span.instrumentationScope,
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  };
}

/** A span's name, whatever its getters do. */
export function nameOf(span: ReadableSpan): string {
  return attempt(() => String(span.name), '(unreadable name)');
}

function attempt<T>(read: () => T, otherwise: T): T {
  try {
    return read();
  } catch {
    return otherwise;
  }
}
