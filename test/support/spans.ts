import { randomBytes } from 'node:crypto';
import { type Attributes, SpanKind, SpanStatusCode } from '@opentelemetry/api';
import { resourceFromAttributes } from '@opentelemetry/resources';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';

export const RESOURCE = resourceFromAttributes({ 'service.name': 'test', 'process.pid': 1 });
export const SCOPE = { name: 'honeyhive-decorators', version: '1.0.0' };

/** A finished span, as the SDK hands it to a processor. */
export function spanOf(name: string, attributes: Attributes = {}, more: Partial<ReadableSpan> = {}): ReadableSpan {
  const context = { traceId: randomBytes(16).toString('hex'), spanId: randomBytes(8).toString('hex'), traceFlags: 1 };
  const now = Date.now();
  return {
    name,
    kind: SpanKind.INTERNAL,
    spanContext: () => context,
    startTime: [Math.floor(now / 1000), 123],
    endTime: [Math.floor(now / 1000), 456_000_000],
    status: { code: SpanStatusCode.UNSET },
    attributes,
    links: [],
    events: [],
    duration: [0, 455_999_877],
    ended: true,
    resource: RESOURCE,
    instrumentationScope: SCOPE,
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
    ...more,
  };
}
