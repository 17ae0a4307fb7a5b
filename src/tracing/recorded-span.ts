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
import { SpanStatusCode } from '@opentelemetry/api';
import type { ReadableSpan, TimedEvent } from '@opentelemetry/sdk-trace-base';
import { type AttributeScalar, JsonText } from '../attributes/capture.js';
import { describeError, type ErrorFacts } from '../attributes/error.js';
import { cut, wellFormed } from '../attributes/text.js';
import { hrTimeOf, monotonicMs, wallOf } from './clock.js';
import type { SpanBeginning, TracerCore } from './core.js';
import type { Scope } from './scope.js';
import { RECORDED } from './span-brand.js';
import { cleanAttribute, isTime, nameText, toMs } from './span-input.js';

const MAX_EVENTS = 1_024;
const EXCEPTION = 'exception';
const MAX_LINKS = 128;
const STAMP = Symbol('stamp');
const NOTHING: unknown[] = [];
/** Beyond this, looking for names that came twice takes longer than an object. */
const MAX_PARTS = 48;
/** `SpanStatusCode.UNSET`: the API itself is loaded with the first tracer. */
const UNSET: SpanStatus = Object.freeze({ code: 0 });

export interface SpanParts {
  readonly shared: object;
  readonly own: readonly unknown[];
}

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
  /** What it starts with; shared with other spans. */
  readonly begin: SpanBeginning;
}

/**
 * A span as OpenTelemetry's API and exporters know it. Unlike the stock one it never throws, takes 64-bit integers,
 * masks and cuts what instrumentations set, and can stay open for scores after its end time is fixed.
 */
export class RecordedSpan implements Span, ReadableSpan {
  readonly core: TracerCore;
  /** The scope it was started in, and the active span of ours then, or what stands for it. */
  readonly scope: Scope | undefined;
  outer: RecordedSpan | undefined;
  /** Whether it was made the active span without a callback (`using span = tracer.startSpan()`). */
  attached = false;
  /** Whether the work is something lazy that nobody has finished yet. */
  waiting = false;

  name: string;
  readonly kind: SpanKind;
  readonly parentSpanContext?: SpanContext;
  status: SpanStatus = UNSET;
  readonly instrumentationScope: ReadableSpan['instrumentationScope'];
  droppedAttributesCount: number;
  droppedEventsCount = 0;
  droppedLinksCount = 0;
  ended = false;

  /** Neighbours in the recorder's list of open spans; the recorder's business. */
  older: RecordedSpan | undefined;
  newer: RecordedSpan | undefined;

  /** Attributes by name, made when somebody first asks for them; most spans are only asked when they are sent. */
  #attributes: Record<string, unknown> | undefined;
  readonly #begin: SpanBeginning;
  /** Until then: names and values in turn, as they came, behind {@link STAMP} where no limit counts them. */
  #written: unknown[] = [];
  #links: Link[] | undefined;
  #events: TimedEvent[] | undefined;
  readonly #context: SpanContext;
  readonly #sink: SpanSink;
  readonly #startMono: number;
  readonly #startWall: number;
  #endWall = 0;
  #attributeCount: number;
  #bytes: number;
  #held = false;

  constructor(start: SpanStart) {
    this.core = start.core;
    this.scope = start.scope;
    this.outer = start.outer;
    this.name = start.core.capture.redactor.key(start.name).name;
    this.kind = start.kind;
    if (start.parent !== undefined) this.parentSpanContext = start.parent;
    this.instrumentationScope = start.scopeName;
    const { begin } = start;
    this.#begin = begin;
    this.#attributeCount = begin.counted.attributes;
    this.#bytes = begin.counted.bytes;
    this.droppedAttributesCount = begin.counted.dropped;
    this.#context = start.context;
    this.#sink = start.sink;
    const now = monotonicMs();
    this.#startMono = now;
    this.#startWall = start.startTime === undefined ? wallOf(now) : toMs(start.startTime, wallOf(now));
  }

  get attributes(): Attributes {
    return (this.#attributes ?? this.#gather()) as Attributes;
  }

  get links(): Link[] {
    this.#links ??= [];
    return this.#links;
  }

  get events(): TimedEvent[] {
    this.#events ??= [];
    return this.#events;
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

  /** Milliseconds since the start, on the monotonic clock; or from the start to `time`. */
  elapsedMs(time?: TimeInput): number {
    return time === undefined ? monotonicMs() - this.#startMono : this.#at(time) - this.#startWall;
  }

  isRecording(): boolean {
    return !this.ended;
  }

  /** A value this package captured: already masked and bounded. Counted against the limits. */
  put(key: string, value: AttributeScalar | JsonText | readonly string[]): void {
    if (this.ended && !this.#held) return;
    const { limits } = this.core.capture;
    const bytes = key.length + sizeOf(value);
    if (this.#attributeCount >= limits.attributesPerSpan || this.#bytes + bytes > limits.spanBytes) {
      // Names that were written twice have been counted twice: look again.
      const attributes = this.#attributes ?? this.#gather();
      const isNew = !Object.hasOwn(attributes, key);
      if (isNew && (this.#attributeCount >= limits.attributesPerSpan || this.#bytes + bytes > limits.spanBytes)) {
        this.droppedAttributesCount++;
        return;
      }
    }
    this.#bytes += bytes;
    if (this.#attributes === undefined) {
      this.#attributeCount++;
      this.#written.push(key, value);
      return;
    }
    if (!Object.hasOwn(this.#attributes, key)) this.#attributeCount++;
    write(this.#attributes, key, value);
  }

  /** A value of the protocol itself: no limit ever evicts it. */
  stamp(key: string, value: string | number | boolean): void {
    if (this.#attributes !== undefined) this.#attributes[key] = value;
    else this.#written.push(STAMP, key, value);
  }

  /** Whether there is an attribute of that name. */
  has(key: string): boolean {
    return this.#begin.names.has(key) || this.attributes[key] !== undefined;
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
    try {
      const given = isTime(attributesOrTime) ? undefined : attributesOrTime;
      const at = isTime(attributesOrTime) ? attributesOrTime : time;
      this.#addEvent(this.#text(nameText(name)), this.#at(at), this.#clean(given), false);
    } catch {
      this.droppedEventsCount++;
    }
    return this;
  }

  /** Events count against the limits as attributes do; `sure`: this one is kept whatever they say. */
  #addEvent(name: string, wall: number, attributes: Attributes, sure: boolean): void {
    if (this.ended && !this.#held) return;
    let bytes = name.length + 64;
    for (const key in attributes) bytes += key.length + sizeOf(attributes[key] as AttributeScalar);
    const isTooMuch = this.events.length >= MAX_EVENTS || this.#bytes + bytes > this.core.capture.limits.spanBytes;
    if (isTooMuch && !sure) {
      this.droppedEventsCount++;
      return;
    }
    this.#bytes += bytes;
    this.events.push({ name, time: hrTimeOf(wall), attributes });
  }

  addLink(link: Link): this {
    try {
      if (!this.ended && this.links.length < MAX_LINKS && link?.context) {
        this.links.push({ context: link.context, attributes: this.#clean(link.attributes) });
        return this;
      }
    } catch {
      // Counted as one that could not be taken.
    }
    this.droppedLinksCount++;
    return this;
  }

  addLinks(links: Link[]): this {
    if (Array.isArray(links)) for (const link of links) this.addLink(link);
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
    if (!this.ended && typeof name === 'string') this.name = this.core.capture.redactor.key(name).name;
    return this;
  }

  recordException(exception: Exception, time?: TimeInput): void {
    this.recordFacts(describeError(exception, this.core.capture), time);
  }

  /** The same where somebody has the facts: asking for them runs getters of the user's. */
  recordFacts(facts: ErrorFacts, time?: TimeInput): void {
    const attributes: Attributes = { 'exception.type': facts.type, 'exception.message': facts.message };
    if (facts.stack !== undefined) attributes['exception.stacktrace'] = facts.stack;
    const isFirst = !this.events.some(({ name }) => name === EXCEPTION);
    this.#addEvent(EXCEPTION, this.#at(time), attributes, isFirst);
  }

  /** Fixes the end time to `elapsedMs` after the start. */
  endAfter(elapsedMs: number): void {
    this.#endAt(this.#startWall + elapsedMs);
  }

  /** Fixes the end time. The span leaves for delivery now, or once it is released from {@link hold}. */
  end(endTime?: TimeInput): void {
    this.#endAt(this.#at(endTime));
  }

  /**
   * The attributes as they were written, for an encoder: what the span shares with others, and names and values of its
   * own in turn. Undefined where a name came twice, or somebody has the attributes as an object already.
   */
  get parts(): SpanParts | undefined {
    const written = this.#written;
    if (this.#attributes !== undefined || written.length > MAX_PARTS) return undefined;
    const { attributes: shared, names } = this.#begin;
    const own: unknown[] = [];
    for (let i = 0; i < written.length; i += 2) {
      if (written[i] === STAMP) i++;
      const key = written[i] as string;
      const value = written[i + 1];
      if (names.has(key) || own.includes(key)) return undefined;
      own.push(key, value instanceof JsonText ? value.text() : value);
    }
    return { shared, own };
  }

  /** Roughly how many bytes its attributes take; undefined where that has to be looked at. */
  get weight(): number | undefined {
    if (this.#attributes !== undefined || this.#events !== undefined || this.#links !== undefined) return undefined;
    return this.#bytes + 32 * this.#attributeCount;
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

  #gather(): Record<string, unknown> {
    const attributes: Record<string, unknown> = {};
    const { attributes: begin, counted } = this.#begin;
    for (const key in begin) write(attributes, key, begin[key]);
    let count = counted.attributes;
    const written = this.#written;
    for (let i = 0; i < written.length; i += 2) {
      if (written[i] === STAMP) i++;
      else if (!Object.hasOwn(attributes, written[i] as string)) count++;
      write(attributes, written[i] as string, written[i + 1]);
    }
    this.#attributes = attributes;
    this.#attributeCount = count;
    this.#written = NOTHING;
    return attributes;
  }

  #endAt(wall: number): void {
    if (this.ended) return;
    this.#endWall = Math.max(this.#startWall, wall);
    this.ended = true;
    if (!this.#held) this.#sink.finished(this);
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

function sizeOf(value: AttributeScalar | JsonText | readonly string[]): number {
  if (typeof value === 'string') return value.length;
  return value instanceof JsonText ? value.size : 8;
}

/** `__proto__` is a key like any other. */
function write(target: Record<string, unknown>, key: string, given: unknown): void {
  const value = given instanceof JsonText ? given.text() : given;
  if (key === '__proto__')
    Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
  else target[key] = value;
}
