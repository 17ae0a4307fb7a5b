import { type Context, trace } from '@opentelemetry/api';
import { asRecordedSpan } from './as-recorded.js';
import type { TracerCore } from './core.js';
import type { RecordedSpan } from './recorded-span.js';
import { scopeOf } from './scope.js';

/** The tracer that a call without one of its own uses: the innermost of span and scope. */
export function activeCore(context: Context): TracerCore | undefined {
  const scope = scopeOf(context);
  const span = activeRecordedSpan(context);
  const named = scope?.named;
  if (span !== undefined && (named === undefined || named === span.scope?.named)) return span.core;
  return named?.core;
}

/** The active span if it is one of ours that still runs; one that ended stands for the span outside it. */
export function activeRecordedSpan(context: Context): RecordedSpan | undefined {
  let span = asRecordedSpan(trace.getSpan(context));
  while (span?.attached && span.ended) span = span.outer;
  return span;
}

/** The innermost span of `core` that still runs. */
export function activeSpanOf(core: TracerCore, context: Context): RecordedSpan | undefined {
  let span = asRecordedSpan(trace.getSpan(context));
  while (span !== undefined && (span.core !== core || span.ended)) span = span.outer;
  return span;
}
