import type {
  Attributes,
  AttributeValue,
  Exception,
  HrTime,
  Link,
  Span,
  SpanContext,
  SpanKind,
  SpanStatus,
  TimeInput,
} from '@opentelemetry/api';
import { SpanStatusCode, TraceFlags } from '@opentelemetry/api';
import type { ReadableSpan, TimedEvent } from '@opentelemetry/sdk-trace-base';
import type { AttributeScalar } from '../attributes/capture.js';
import { describeError } from '../attributes/error.js';
import { cut, wellFormed } from '../attributes/text.js';
import { hrTimeOf, monotonicMs, wallOf } from './clock.js';
import type { TracerCore } from './core.js';
import type { Scope } from './scope.js';

const RECORDED = Symbol.for('honeyhive-decorators.span');
const MAX_EVENTS = 1_024;
const MAX_LINKS = 128;

/** Where a span goes when it is over. */
export interface SpanSink {
  readonly resource: ReadableSpan['resource'];
  finished(span: RecordedSpan): void;
}

export interface SpanStart {
  readonly core: TracerCore;
  readonly sink: SpanSink;
  readonly scopeName: ReadableSpan['instrumentationScope'];
  readonly name: string;
  readonly kind: SpanKind;
  readonly context: SpanContext;
  readonly parent: SpanContext | undefined;
  readonly scope: Scope | undefined;
  readonly outer: RecordedSpan | undefined;
  readonly startTime?: TimeInput | undefined;
}

/**
 * A span as OpenTelemetry's API and exporters know it. Unlike the stock one it never throws, takes 64-bit integers,
 * masks and cuts what instrumentations set, and can stay open for scores after its end time is fixed.
 */
export class RecordedSpan implements Span, ReadableSpan {
  readonly core: TracerCore;
  /** The scope it was started in, and the active span of ours then. */
  readonly scope: Scope | undefined;
  readonly outer: RecordedSpan | undefined;
  /** Whether it was made the active span without a callback (`using span = tracer.startSpan()`). */
  attached = false;
  /** Whether this package opened it, rather than an instrumentation through the provider. */
  own = false;
  /** Whether the work is something lazy that nobody has finished yet. */
  waiting = false;

  name: string;
  readonly kind: SpanKind;
  readonly parentSpanContext?: SpanContext;
  readonly attributes: Attributes = {};
  readonly links: Link[] = [];
  readonly events: TimedEvent[] = [];
  status: SpanStatus = { code: SpanStatusCode.UNSET };
  readonly instrumentationScope: ReadableSpan['instrumentationScope'];
  droppedAttributesCount = 0;
  droppedEventsCount = 0;
  droppedLinksCount = 0;
  ended = false;

  /** Neighbours in the recorder's list of open spans; the recorder's business. */
  older: RecordedSpan | undefined;
  newer: RecordedSpan | undefined;

  readonly #context: SpanContext;
  readonly #sink: SpanSink;
  readonly #startMono: number;
  readonly #startWall: number;
  #endWall = 0;
  #attributeCount = 0;
  #bytes = 0;
  #held = false;

  constructor(start: SpanStart) {
    this.core = start.core;
    this.scope = start.scope;
    this.outer = start.outer;
    this.name = start.name;
    this.kind = start.kind;
    if (start.parent !== undefined) this.parentSpanContext = start.parent;
    this.instrumentationScope = start.scopeName;
    this.#context = start.context;
    this.#sink = start.sink;
    this.#startMono = monotonicMs();
    this.#startWall =
      start.startTime === undefined ? wallOf(this.#startMono) : toMs(start.startTime, wallOf(this.#startMono));
  }

  get [RECORDED](): true {
    return true;
  }

  spanContext(): SpanContext {
    return this.#context;
  }

  get resource(): ReadableSpan['resource'] {
    return this.#sink.resource;
  }

  get startTime(): HrTime {
    return hrTimeOf(this.#startWall);
  }

  get endTime(): HrTime {
    return hrTimeOf(this.#endWall);
  }

  get duration(): HrTime {
    return hrTimeOf(Math.max(0, this.#endWall - this.#startWall));
  }

  /** Milliseconds since the start, on the monotonic clock. */
  elapsedMs(): number {
    return monotonicMs() - this.#startMono;
  }

  isRecording(): boolean {
    return !this.ended;
  }

  /** A value this package captured: already masked and bounded. Counted against the limits. */
  put(key: string, value: AttributeScalar | readonly string[]): void {
    if (this.ended && !this.#held) return;
    const attributes = this.attributes as Record<string, unknown>;
    const limits = this.core.capture.limits;
    const bytes = key.length + (typeof value === 'string' ? value.length : 8);
    if (!Object.hasOwn(attributes, key)) {
      if (this.#attributeCount >= limits.attributesPerSpan || this.#bytes + bytes > limits.spanBytes) {
        this.droppedAttributesCount++;
        return;
      }
      this.#attributeCount++;
    }
    this.#bytes += bytes;
    write(attributes, key, value);
  }

  /** A value of the protocol itself: no limit ever evicts it. */
  stamp(key: string, value: string | number | boolean): void {
    (this.attributes as Record<string, unknown>)[key] = value;
  }

  setAttribute(key: string, value: AttributeValue): this {
    try {
      const clean = cleanAttribute(key, value, this.core);
      if (clean !== undefined) this.put(key, clean as AttributeScalar);
    } catch {
      this.droppedAttributesCount++;
    }
    return this;
  }

  setAttributes(attributes: Attributes): this {
    try {
      for (const key of Object.keys(attributes)) this.setAttribute(key, attributes[key] as AttributeValue);
    } catch {
      this.droppedAttributesCount++;
    }
    return this;
  }

  addEvent(name: string, attributesOrTime?: Attributes | TimeInput, time?: TimeInput): this {
    if (this.ended && !this.#held) return this;
    if (this.events.length >= MAX_EVENTS) {
      this.droppedEventsCount++;
      return this;
    }
    try {
      const given = isTime(attributesOrTime) ? undefined : attributesOrTime;
      const at = isTime(attributesOrTime) ? attributesOrTime : time;
      this.events.push({
        name: wellFormed(String(name)),
        time: hrTimeOf(this.#at(at)),
        attributes: this.#clean(given),
      });
    } catch {
      this.droppedEventsCount++;
    }
    return this;
  }

  addLink(link: Link): this {
    if (this.ended || this.links.length >= MAX_LINKS || !link?.context) {
      this.droppedLinksCount++;
      return this;
    }
    this.links.push({ context: link.context, attributes: this.#clean(link.attributes) });
    return this;
  }

  addLinks(links: Link[]): this {
    for (const link of links ?? []) this.addLink(link);
    return this;
  }

  setStatus(status: SpanStatus): this {
    if (this.ended || !status || this.status.code === SpanStatusCode.OK || status.code === SpanStatusCode.UNSET)
      return this;
    const message =
      status.code === SpanStatusCode.ERROR && typeof status.message === 'string' ? status.message : undefined;
    this.status = message === undefined ? { code: status.code } : { code: status.code, message: this.#text(message) };
    return this;
  }

  updateName(name: string): this {
    if (!this.ended && typeof name === 'string') this.name = name;
    return this;
  }

  recordException(exception: Exception, time?: TimeInput): void {
    const facts = describeError(exception, this.core.capture);
    const attributes: Attributes = { 'exception.type': facts.type, 'exception.message': facts.message };
    if (facts.stack !== undefined) attributes['exception.stacktrace'] = facts.stack;
    if (this.ended && !this.#held) return;
    this.events.push({ name: 'exception', time: hrTimeOf(this.#at(time)), attributes });
  }

  /** Fixes the end time. The span leaves for delivery now, or once it is released from {@link hold}. */
  end(endTime?: TimeInput): void {
    if (this.ended) return;
    this.#endWall = Math.max(this.#startWall, this.#at(endTime));
    this.ended = true;
    if (!this.#held) this.#sink.finished(this);
  }

  /** Keeps the span back after its end, for scores that come later. */
  hold(): void {
    if (!this.ended) this.#held = true;
  }

  /** Lets a held span go. */
  release(): void {
    if (!this.#held) return;
    this.#held = false;
    if (this.ended) this.#sink.finished(this);
  }

  get sampled(): boolean {
    return (this.#context.traceFlags & TraceFlags.SAMPLED) !== 0;
  }

  #at(time: TimeInput | undefined): number {
    const now = this.#startWall + this.elapsedMs();
    return time === undefined ? now : toMs(time, now);
  }

  #clean(given: Attributes | undefined): Attributes {
    const clean: Attributes = {};
    if (given === undefined || given === null) return clean;
    for (const key of Object.keys(given)) {
      const value = cleanAttribute(key, given[key], this.core);
      if (value !== undefined) write(clean as Record<string, unknown>, key, value);
    }
    return clean;
  }

  #text(text: string): string {
    const { limits, redactor } = this.core.capture;
    return cut(redactor.text(wellFormed(text)), limits.valueLength);
  }
}

/** The span if this package recorded it, from any copy of the package. */
export function asRecordedSpan(span: Span | undefined): RecordedSpan | undefined {
  return span !== undefined && (span as { [RECORDED]?: true })[RECORDED] === true ? (span as RecordedSpan) : undefined;
}

/** `__proto__` is a key like any other. */
function write(target: Record<string, unknown>, key: string, value: unknown): void {
  if (key === '__proto__')
    Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
  else target[key] = value;
}

/** What an instrumentation may set: scalars and arrays of one kind (OpenTelemetry's attribute values), masked and cut. */
function cleanAttribute(key: unknown, value: unknown, core: TracerCore): AttributeValue | undefined {
  if (typeof key !== 'string' || key === '') return undefined;
  const { limits, redactor } = core.capture;
  if (redactor.isSecretKey(key)) return redactor.replacement;
  const one = (item: unknown): string | number | boolean | null | undefined => {
    if (typeof item === 'string') return cut(redactor.text(wellFormed(item)), limits.valueLength);
    return typeof item === 'number' || typeof item === 'boolean' || item === null ? item : undefined;
  };
  if (!Array.isArray(value)) return one(value) ?? undefined;
  const items = value.map(one);
  return items.includes(undefined) ? undefined : (items as AttributeValue);
}

function isTime(value: unknown): value is TimeInput {
  return (
    typeof value === 'number' ||
    value instanceof Date ||
    (Array.isArray(value) && value.length === 2 && typeof value[0] === 'number')
  );
}

/** OpenTelemetry's time inputs: Unix ms, a reading of performance.now(), a Date, or `[s, ns]`. What is none of these is now. */
function toMs(time: TimeInput, now: number): number {
  let ms: number;
  if (typeof time === 'number') ms = time <= performance.now() ? performance.timeOrigin + time : time;
  else if (time instanceof Date) ms = time.getTime();
  else ms = time[0] * 1_000 + time[1] / 1_000_000;
  return Number.isFinite(ms) ? ms : now;
}
