import { isSpanContextValid, type Span, type SpanContext } from '@opentelemetry/api';
import { asRecordedSpan } from './as-recorded.js';
import type { TracerCore } from './core.js';
import type { RecordedSpan } from './recorded-span.js';

/**
 * Lets go of spans outside `span` that nobody will ask for again: ended ones, where a nearer one of the same tracer
 * stands for them. Work that starts itself again from within, as a poller does, would keep all of them for ever.
 */
export function leaveBehind(span: RecordedSpan): void {
  if (span.outer?.ended !== true) return;
  const nearer = span.attached ? [] : [span.core];
  let at = span;
  for (let next = at.outer; next?.ended; next = at.outer) {
    if (next.attached || nearer.includes(next.core)) at.outer = next.outer;
    else {
      nearer.push(next.core);
      at = next;
    }
  }
}

/**
 * The parent of a new span of `core`. A span of another tracer is none, since that tracer's back end would hold half
 * of the trace each: the nearest span of the same tracer outside it is, so that both traces stay whole.
 */
export function parentFor(core: TracerCore, active: Span | undefined): SpanContext | undefined {
  if (active === undefined) return undefined;
  const recorded = asRecordedSpan(active);
  if (recorded === undefined) {
    const remote = active.spanContext();
    return isSpanContextValid(remote) ? remote : undefined;
  }
  for (let span: RecordedSpan | undefined = recorded; span !== undefined; span = span.outer) {
    if (span.core === core && !(span.attached && span.ended)) return span.spanContext();
  }
  return undefined;
}
