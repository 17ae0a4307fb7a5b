import { type DecodedTraces, isSpanId, isTraceId, type SpanRecord } from './span-record.js';

/** Keeps a span with usable ids; counts the others, with a reason that the sender gets as partial success. */
export function checkSpan(span: SpanRecord, result: DecodedTraces): void {
  if (!isTraceId(span.traceId)) {
    reject(result, `span '${span.name}': trace id '${span.traceId}' is not 16 non-zero bytes`);
    return;
  }
  if (!isSpanId(span.spanId)) {
    reject(result, `span '${span.name}': span id '${span.spanId}' is not 8 non-zero bytes`);
    return;
  }
  if (!isSpanId(span.parentSpanId)) span.parentSpanId = '';
  result.spans.push(span);
}

function reject(result: DecodedTraces, reason: string): void {
  result.rejected++;
  if (result.message === '') result.message = reason.slice(0, 300);
}
