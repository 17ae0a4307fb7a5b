import { type Context, context, isSpanContextValid, type Span, trace } from '@opentelemetry/api';
import { SESSION_ID } from '../attributes/keys.js';
import { activeCore, activeRecordedSpan } from '../tracing/active.js';
import { defaultCore, type TracerCore } from '../tracing/core.js';
import { scopeOf, sessionOf } from '../tracing/scope.js';

/** Where the program is: what a log line of any logger needs to be found beside its trace. */
export interface TraceContext {
  trace_id?: string;
  span_id?: string;
  session_id?: string;
}

/**
 * The ids of the active span and session, for winston, console or any other logger; empty where there is neither.
 * Never throws.
 */
export function traceContext(): TraceContext {
  const active = context.active();
  const ids: TraceContext = {};
  const span = activeSpan(active);
  if (span !== undefined) {
    const { traceId, spanId } = span.spanContext();
    ids.trace_id = traceId;
    ids.span_id = spanId;
  }
  const session = sessionId(active, span);
  if (session !== undefined) ids.session_id = session;
  return ids;
}

/** The span that is active: ours, or any other library's. */
export function activeSpan(active: Context): Span | undefined {
  const span = activeRecordedSpan(active) ?? trace.getSpan(active);
  return span !== undefined && isSpanContextValid(span.spanContext()) ? span : undefined;
}

/** What a span carries, where it can be read. */
export function attributesOf(span: Span | undefined): Readonly<Record<string, unknown>> | undefined {
  const { attributes } = (span ?? {}) as { attributes?: unknown };
  return typeof attributes === 'object' && attributes !== null ? (attributes as Record<string, unknown>) : undefined;
}

/** The tracer whose span or scope is active, else the default one. */
export function currentCore(active: Context): TracerCore | undefined {
  return activeCore(active) ?? defaultCore();
}

function sessionId(active: Context, span: Span | undefined): string | undefined {
  const own = attributesOf(span)?.[SESSION_ID];
  if (typeof own === 'string') return own;
  const core = currentCore(active);
  return core === undefined ? undefined : sessionOf(core, scopeOf(active)).id;
}
