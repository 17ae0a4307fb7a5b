import type { Context } from '@opentelemetry/api';
import type { ReadableSpan, Span, SpanProcessor } from '@opentelemetry/sdk-trace-base';

/** Counts the spans that end here, apart from the tracer's own books. */
export class SpanCounter implements SpanProcessor {
  readonly bySession = new Map<string, number>();
  total = 0;

  onStart(_span: Span, _context: Context): void {}

  onEnd(span: ReadableSpan): void {
    const session = String(span.attributes['honeyhive.session_id'] ?? 'none');
    this.bySession.set(session, (this.bySession.get(session) ?? 0) + 1);
    this.total += 1;
  }

  forceFlush(): Promise<void> {
    return Promise.resolve();
  }

  shutdown(): Promise<void> {
    return Promise.resolve();
  }
}
