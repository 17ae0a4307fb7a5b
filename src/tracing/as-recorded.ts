import type { Span } from '@opentelemetry/api';
import type { RecordedSpan } from './recorded-span.js';
import { RECORDED } from './span-brand.js';

/** The span if this package recorded it, from any copy of the package. */
export function asRecordedSpan(span: Span | undefined): RecordedSpan | undefined {
  return span !== undefined && (span as { [RECORDED]?: true })[RECORDED] === true ? (span as RecordedSpan) : undefined;
}
