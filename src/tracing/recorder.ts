import {
  type Attributes,
  type Context,
  context,
  propagation,
  ROOT_CONTEXT,
  SamplingDecision,
  type Span,
  type SpanContext,
  SpanKind,
  type SpanOptions,
  TraceFlags,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import type { ReadableSpan, Sampler, SamplingResult, SpanProcessor } from '@opentelemetry/sdk-trace-base';
import type { AttributeScalar } from '../attributes/capture.js';
import { EVENT_NAME } from '../attributes/keys.js';
import { messageOf } from '../base/errors.js';
import { quietly } from '../base/quietly.js';
import { warn } from '../base/warn.js';
import { isSuppressed } from '../delivery/untraced.js';
import { asRecordedSpan } from './as-recorded.js';
import type { SpanBeginning, SpanSource, TracerCore } from './core.js';
import { leaveBehind, parentFor } from './outer-spans.js';
import { RecordedSpan, type SpanSink } from './recorded-span.js';
import { RateSampler } from './sampler.js';
import { type Scope, scopeOf } from './scope.js';
import { contextWith } from './span-context.js';
import { newSpanId, newTraceId } from './span-ids.js';
import { nameText } from './span-input.js';
import { stampContext, stampEnd, tracerStamps } from './stamp.js';

/** Open spans remembered for the process's end; the oldest are forgotten first, so that spans nobody ends cannot pile up. */
const MAX_OPEN = 50_000;

/** Names of tracers remembered, for programs that make up ever new ones. */
const MAX_TRACERS = 1_000;

/** `TraceFlags.SAMPLED`: the API itself is loaded with the first tracer. */
const SAMPLED: TraceFlags = 1;
const NO_OPTIONS: SpanOptions = {};

type ScopeName = ReadableSpan['instrumentationScope'];

export interface RecorderOptions {
  readonly resource: ReadableSpan['resource'];
  readonly scopeName: ScopeName;
  readonly sampler: Sampler | undefined;
  /** Takes every finished span that is to leave the process. */
  readonly deliver: (span: RecordedSpan) => void;
  readonly processors: readonly SpanProcessor[];
  /** Whether a span of that name leaves the process. */
  readonly passes: (name: string) => boolean;
}

/** Starts and finishes the spans of one tracer, its own and those of instrumentations that use its provider. */
export class Recorder implements SpanSource, SpanSink {
  readonly resource: ReadableSpan['resource'];
  readonly #options: RecorderOptions;
  #core: TracerCore | undefined;
  #newest: RecordedSpan | undefined;
  #oldest: RecordedSpan | undefined;
  #open = 0;
  #plain: SpanBeginning | undefined;
  readonly #tracers = new Map<string, Tracer>();

  constructor(options: RecorderOptions) {
    this.#options = options;
    this.resource = options.resource;
  }

  /** The tracer that the recorder works for; set once, right after both exist. */
  bind(core: TracerCore): void {
    this.#core = core;
  }

  /** The same scope for the same names, however often it is asked for: spans are sent by scope. */
  getTracer(name: string, version?: string, options?: { schemaUrl?: string }): Tracer {
    const scope = scopeNameOf(name, version, options?.schemaUrl);
    const key = JSON.stringify(scope);
    let known = this.#tracers.get(key);
    if (known === undefined) {
      if (this.#tracers.size >= MAX_TRACERS) this.#tracers.clear();
      known = this.#tracerOf(scope);
      this.#tracers.set(key, known);
    }
    return known;
  }

  #tracerOf(scopeName: ScopeName): Tracer {
    const start = (spanName: string, options?: SpanOptions | null, at: Context = context.active()): Span => {
      const span = this.#start(spanName, at, options ?? NO_OPTIONS, scopeName);
      const recorded = asRecordedSpan(span);
      if (recorded !== undefined) this.#core?.announce?.(recorded);
      return span;
    };
    return {
      startSpan: start,
      startActiveSpan: (spanName: string, ...rest: unknown[]): never => {
        const fn = rest.pop() as (span: Span) => never;
        const [options, given] = rest as [SpanOptions | undefined, Context | undefined];
        const at = given ?? context.active();
        const span = start(spanName, options, at);
        return context.with(contextWith(at, span), fn, undefined, span);
      },
    };
  }

  /** Starts a span, or a stand-in that only carries ids where the trace is not sampled. */
  start(name: string, at: Context, begin?: SpanBeginning): Span {
    return this.#start(name, at, NO_OPTIONS, this.#options.scopeName, begin);
  }

  /** Never throws: code of the user's runs in here, and what it was given may be anything. */
  #start(name: string, at: Context, options: SpanOptions, scopeName: ScopeName, begin?: SpanBeginning): Span {
    try {
      return this.#record(typeof name === 'string' ? name : nameText(name), at, options, scopeName, begin);
    } catch (error) {
      warn('tracing:start', `A span could not be started: ${messageOf(error)}. What it stands for runs untraced.`);
      return trace.wrapSpanContext(NO_SPAN);
    }
  }

  #record(name: string, at: Context, options: SpanOptions, scopeName: ScopeName, begin?: SpanBeginning): Span {
    const core = this.#core;
    if (core === undefined || !core.recording || isSuppressed(at)) return trace.wrapSpanContext(NO_SPAN);
    const active = trace.getSpan(at);
    const parent = options.root === true ? undefined : parentFor(core, active);
    const kind = options.kind ?? SpanKind.INTERNAL;
    const spanContext: SpanContext = {
      traceId: parent === undefined ? newTraceId() : parent.traceId,
      spanId: newSpanId(),
      traceFlags: parent === undefined ? TraceFlags.SAMPLED : parent.traceFlags,
    };
    if (parent?.traceState !== undefined) spanContext.traceState = parent.traceState;
    const extra = this.#sample(spanContext, parent, at, name, kind, options.attributes);
    if (extra === false) return trace.wrapSpanContext(spanContext);

    const scope: Scope | undefined = scopeOf(at);
    const baggage = propagation.getBaggage(at);
    const from = begin ?? this.#plainBeginning(core);
    const outer = asRecordedSpan(active);
    if (outer !== undefined) leaveBehind(outer);
    const span = new RecordedSpan({
      core,
      sink: this,
      scopeName,
      name,
      kind,
      context: spanContext,
      parent,
      scope,
      outer,
      startTime: options.startTime,
      begin: from,
    });
    if (from.named === false) span.stamp(EVENT_NAME, span.name);
    if (scope !== undefined || baggage !== undefined) {
      stampContext(span, core, scope, baggage);
      for (const key in from.fixed) span.put(key, from.fixed[key] as AttributeScalar);
    }
    if (options.attributes) span.setAttributes(options.attributes);
    if (extra !== undefined) span.setAttributes(extra);
    if (options.links) span.addLinks(options.links);
    this.#remember(span);
    for (const processor of this.#options.processors) quietly(() => processor.onStart(span as never, at));
    return span;
  }

  #plainBeginning(core: TracerCore): SpanBeginning {
    if (this.#plain === undefined) {
      const attributes = tracerStamps(core);
      const names = new Set(Object.keys(attributes));
      this.#plain = { attributes, names, named: true, fixed: {}, counted: { attributes: 0, bytes: 0, dropped: 0 } };
    }
    return this.#plain;
  }

  /** Ids for a trace that is not recorded. */
  freshIds(): SpanContext {
    return { traceId: newTraceId(), spanId: newSpanId(), traceFlags: TraceFlags.NONE };
  }

  /** Called by a span that ended and is not held back. */
  finished(span: RecordedSpan): void {
    this.#forget(span);
    leaveBehind(span);
    if (!this.leaves(span)) return;
    stampEnd(span);
    this.#options.deliver(span);
    for (const processor of this.#options.processors) quietly(() => processor.onEnd(span));
  }

  /** Whether the span would leave the process if it ended now. */
  leaves(span: ReadableSpan): boolean {
    return (span.spanContext().traceFlags & TraceFlags.SAMPLED) !== 0 && this.#options.passes(span.name);
  }

  /** Every span that was started and has not left, oldest first. */
  openSpans(): RecordedSpan[] {
    const spans: RecordedSpan[] = [];
    for (let span = this.#oldest; span !== undefined; span = span.newer) spans.push(span);
    return spans;
  }

  /**
   * Decides by the parent, else by the sampler. Gives `false` for not recorded, else the sampler's attributes.
   * A parent that is not sampled costs its children nothing.
   */
  #sample(
    spanContext: SpanContext,
    parent: SpanContext | undefined,
    at: Context,
    name: string,
    kind: SpanKind,
    attributes: Attributes | undefined,
  ): Attributes | undefined | false {
    const { sampler } = this.#options;
    if (sampler === undefined) return (spanContext.traceFlags & TraceFlags.SAMPLED) === 0 ? false : undefined;
    if (sampler instanceof RateSampler) {
      const taken = parent === undefined ? sampler.takes(spanContext.traceId) : (parent.traceFlags & SAMPLED) !== 0;
      spanContext.traceFlags = taken ? spanContext.traceFlags | SAMPLED : spanContext.traceFlags & ~SAMPLED;
      return taken ? undefined : false;
    }
    const base = parent === undefined ? ROOT_CONTEXT : trace.setSpanContext(at, parent);
    const result = this.#ask(sampler, () =>
      sampler.shouldSample(base, spanContext.traceId, name, kind, attributes ?? {}, []),
    );
    if (result.traceState !== undefined) spanContext.traceState = result.traceState;
    const sampled = result.decision === SamplingDecision.RECORD_AND_SAMPLED;
    spanContext.traceFlags = sampled
      ? spanContext.traceFlags | TraceFlags.SAMPLED
      : spanContext.traceFlags & ~TraceFlags.SAMPLED;
    return result.decision === SamplingDecision.NOT_RECORD ? false : result.attributes;
  }

  /** A sampler that fails decides nothing: what it was asked for is recorded. */
  #ask(sampler: Sampler, decide: () => SamplingResult): SamplingResult {
    try {
      const result = decide();
      if (typeof result?.decision === 'number') return result;
      warn('tracing:sampler', `The sampler ${String(sampler)} gave no decision; spans are recorded.`);
    } catch (error) {
      warn('tracing:sampler', `The sampler threw (${messageOf(error)}); spans are recorded.`);
    }
    return { decision: SamplingDecision.RECORD_AND_SAMPLED };
  }

  #remember(span: RecordedSpan): void {
    span.older = this.#newest;
    if (this.#newest !== undefined) this.#newest.newer = span;
    else this.#oldest = span;
    this.#newest = span;
    if (++this.#open > MAX_OPEN && this.#oldest !== undefined) this.#forget(this.#oldest);
  }

  #forget(span: RecordedSpan): void {
    const { older, newer } = span;
    if (older === undefined && newer === undefined && this.#oldest !== span) return;
    if (older !== undefined) older.newer = newer;
    else this.#oldest = newer;
    if (newer !== undefined) newer.older = older;
    else this.#newest = older;
    span.older = undefined;
    span.newer = undefined;
    this.#open--;
  }
}

/** Names may come from anywhere, as plain JavaScript does. */
function scopeNameOf(name: unknown, version: unknown, schemaUrl: unknown): ScopeName {
  return {
    name: typeof name === 'string' ? name : '',
    ...(typeof version === 'string' ? { version } : {}),
    ...(typeof schemaUrl === 'string' ? { schemaUrl } : {}),
  };
}

const NO_SPAN: SpanContext = { traceId: '0'.repeat(32), spanId: '0'.repeat(16), traceFlags: 0 };
