import {
  type Attributes,
  type AttributeValue,
  type Context,
  type Exception,
  type Link,
  type Span,
  type SpanContext,
  type SpanStatus,
  type TimeInput,
  trace,
} from '@opentelemetry/api';
import { DURATION_MS } from '../attributes/keys.js';
import { asRecordedSpan } from './as-recorded.js';
import { attachContext } from './context-manager.js';
import { recordError } from './span-call.js';

/**
 * A span round the rest of a block: `using span = tracer.startSpan('load')`. It is the active span until it is
 * disposed or ended. Where blocks run side by side in one function, use `tracer.trace(name, fn)` instead: only a
 * callback keeps their contexts apart.
 */
export class ActiveSpan implements Span, Disposable {
  readonly span: Span;
  readonly #token: { dispose(): void } | undefined;
  #ended = false;

  /** `at` is the context that it becomes active in; without one it does not. */
  constructor(span: Span, at?: Context) {
    this.span = span;
    const recorded = asRecordedSpan(span);
    if (recorded !== undefined) recorded.attached = true;
    if (at !== undefined) this.#token = attachContext(trace.setSpan(at, span));
  }

  /** Error, type and one exception event on the span, status ERROR. */
  recordError(thrown: unknown): this {
    const recorded = asRecordedSpan(this.span);
    if (recorded !== undefined) recordError(recorded, thrown);
    return this;
  }

  end(endTime?: TimeInput): void {
    if (this.#ended) return;
    this.#ended = true;
    const recorded = asRecordedSpan(this.span);
    if (recorded !== undefined && !recorded.ended) recorded.stamp(DURATION_MS, recorded.elapsedMs(endTime));
    this.span.end(endTime);
    this.#token?.dispose();
  }

  [Symbol.dispose](): void {
    this.end();
  }

  spanContext(): SpanContext {
    return this.span.spanContext();
  }

  isRecording(): boolean {
    return this.span.isRecording();
  }

  setAttribute(key: string, value: AttributeValue): this {
    this.span.setAttribute(key, value);
    return this;
  }

  setAttributes(attributes: Attributes): this {
    this.span.setAttributes(attributes);
    return this;
  }

  addEvent(name: string, attributesOrTime?: Attributes | TimeInput, time?: TimeInput): this {
    this.span.addEvent(name, attributesOrTime, time);
    return this;
  }

  addLink(link: Link): this {
    this.span.addLink(link);
    return this;
  }

  addLinks(links: Link[]): this {
    this.span.addLinks(links);
    return this;
  }

  setStatus(status: SpanStatus): this {
    this.span.setStatus(status);
    return this;
  }

  updateName(name: string): this {
    this.span.updateName(name);
    return this;
  }

  recordException(exception: Exception, time?: TimeInput): void {
    this.span.recordException(exception, time);
  }
}
