import type { SpanContext } from '@opentelemetry/api';

/** Sampled, and random trace id (W3C Trace Context level 2, 3.2.2.5); other bits mean nothing yet and are cleared. */
const KNOWN_FLAGS = 0x03;
const FORMAT = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;

/** Reads a `traceparent` header (W3C Trace Context, 3.2); undefined where it is not valid, so that a new trace starts. */
export function readTraceparent(header: string): SpanContext | undefined {
  const [, version, traceId, spanId, flags, more] = FORMAT.exec(header.trim()) ?? [];
  if (version === undefined || traceId === undefined || spanId === undefined || flags === undefined) return undefined;
  if (version === 'ff' || (version === '00' && more !== undefined)) return undefined;
  if (/^0+$/.test(traceId) || /^0+$/.test(spanId)) return undefined;
  return { traceId, spanId, traceFlags: Number.parseInt(flags, 16) & KNOWN_FLAGS, isRemote: true };
}

export function writeTraceparent({ traceId, spanId, traceFlags }: SpanContext): string {
  return `00-${traceId}-${spanId}-${(traceFlags & KNOWN_FLAGS).toString(16).padStart(2, '0')}`;
}
