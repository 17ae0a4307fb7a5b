import { type Context, type Span, SpanStatusCode, TraceFlags, trace } from '@opentelemetry/api';
import type { AttributeScalar } from '../attributes/capture.js';
import { describeError } from '../attributes/error.js';
import { DURATION_MS, ERROR, ERROR_TYPE } from '../attributes/keys.js';
import { cut, wellFormed } from '../attributes/text.js';
import { asRecordedSpan } from './as-recorded.js';
import { captureInputs, captureOutput } from './call-data.js';
import type { TracerCore } from './core.js';
import type { LateRecord, PendingEvaluation } from './options.js';
import type { SpanPlan } from './plan.js';
import type { RecordedSpan } from './recorded-span.js';
import { isEvaluating } from './scope.js';
import { contextWith } from './span-context.js';
import { newSpanId } from './span-ids.js';

/**
 * One call of a traced place, from its start to its one end. Nothing in here throws: what fails while describing the
 * call costs the description, never the call.
 */
export class SpanCall {
  /** The context in which the user's code runs. */
  readonly context: Context;
  /** Undefined where the trace is not sampled: the call only carries ids then. */
  readonly span: RecordedSpan | undefined;
  readonly #at: Context;
  readonly #plan: SpanPlan;
  readonly #evaluation: PendingEvaluation | undefined;
  /** Set while the user's summary of the inputs is promised. */
  readonly #tooLate: (() => void) | undefined;
  #done = false;

  constructor(core: TracerCore, plan: SpanPlan, self: unknown, args: readonly unknown[], at: Context) {
    this.#at = at;
    this.#plan = plan;
    const started = sampledOut(plan, at)
      ? unsampled(core, at)
      : core.recorder.start(plan.name(self), at, plan.beginning(core));
    this.context = contextWith(at, started);
    const span = asRecordedSpan(started);
    this.span = span;
    if (span === undefined) return;
    if (plan.evaluation !== undefined && !isEvaluating(at)) {
      this.#evaluation = plan.evaluation({ core, traceId: span.spanContext().traceId, self, args, at: this.context });
    }
    if (plan.includeInputs) this.#tooLate = captureInputs(span, plan, args);
    core.announce?.(span);
  }

  /** The span of ours that it was started in. */
  get outer(): RecordedSpan | undefined {
    return this.span === undefined ? asRecordedSpan(trace.getSpan(this.#at)) : this.span.outer;
  }

  /** Stands for the traced place in whatever is remembered of it. */
  get place(): object {
    return this.#plan;
  }

  get isDone(): boolean {
    return this.#done;
  }

  /** The work ended well. `scored` is what evaluators see, if it is not the output itself. */
  succeed(output: unknown): void {
    if (this.#done) return;
    this.#done = true;
    const { span } = this;
    if (span === undefined) return;
    const latencyMs = span.elapsedMs();
    if (this.#plan.includeOutputs) captureOutput(span, this.#plan, output);
    this.#evaluate(span, output, latencyMs);
    this.#finish(span, latencyMs);
  }

  /** The work ended with `thrown`. */
  fail(thrown: unknown): void {
    if (this.#done) return;
    this.#done = true;
    const { span } = this;
    if (span === undefined) return;
    recordError(span, thrown);
    this.#finish(span, span.elapsedMs());
  }

  /** A lazy result that ended; what was collected of it is described by the caller of this. */
  end(describe: (span: RecordedSpan) => void, scored?: { output: unknown }): void {
    if (this.#done) return;
    this.#done = true;
    const { span } = this;
    if (span === undefined) return;
    const latencyMs = span.elapsedMs();
    guarded(() => describe(span));
    if (scored !== undefined) this.#evaluate(span, scored.output, latencyMs);
    this.#finish(span, latencyMs);
  }

  get includeOutputs(): boolean {
    return this.#plan.includeOutputs;
  }

  get isEvaluated(): boolean {
    return this.#evaluation !== undefined;
  }

  /** Output as the plan wants it on the span. */
  describeOutput(span: RecordedSpan, output: unknown): void {
    if (this.#plan.includeOutputs) captureOutput(span, this.#plan, output);
  }

  #evaluate(span: RecordedSpan, output: unknown, latencyMs: number): void {
    const evaluation = this.#evaluation;
    if (evaluation === undefined) return;
    const { held } = span.core;
    if (!held.admit()) {
      apply(span, evaluation.skipped('too many evaluations are waiting'));
      return;
    }
    span.hold();
    held.hold(
      span,
      evaluation.score(output, { latencyMs }).then(
        (record) => apply(span, record),
        () => undefined,
      ),
    );
  }

  #finish(span: RecordedSpan, elapsedMs: number): void {
    this.#tooLate?.();
    try {
      span.stamp(DURATION_MS, elapsedMs);
      span.endAfter(elapsedMs);
    } catch {
      // A processor of the user's, or a delivery that fails, is not the program's concern.
    }
  }
}

/** Error, its type and one exception event on the span itself. */
export function recordError(span: RecordedSpan, thrown: unknown): void {
  guarded(() => {
    const facts = describeError(thrown, span.core.capture);
    span.stamp(ERROR, facts.message);
    span.stamp(ERROR_TYPE, facts.type);
    span.recordFacts(facts);
    span.setStatus({ code: SpanStatusCode.ERROR, message: `${facts.type}: ${facts.message}` });
  });
}

function apply(span: RecordedSpan, record: LateRecord): void {
  const { limits, redactor } = span.core.capture;
  for (const key of Object.keys(record.attributes)) {
    const value = record.attributes[key] as AttributeScalar;
    const kept = typeof value === 'string' ? cut(redactor.text(wellFormed(value)), limits.valueLength) : value;
    span.put(redactor.key(key).name, kept);
  }
  for (const event of record.events) span.addEvent(event.name, event.attributes);
}

/** Runs a piece of description; what it throws is nobody's business but ours. */
function guarded(action: () => void): void {
  try {
    action();
  } catch {
    // A value that cannot be described must not cost the call that it belongs to.
  }
}

function sampledOut(plan: SpanPlan, at: Context): boolean {
  const { sampleRate } = plan.options;
  if (sampleRate === undefined || sampleRate >= 1) return false;
  // Inside a trace that is already left out there is nothing to decide.
  return trace.getSpan(at)?.spanContext().traceFlags !== TraceFlags.NONE && chance() >= sampleRate;
}

/** Between 0 and 1; not `Math.random`, whose sequence belongs to the program. */
function chance(): number {
  return Number.parseInt(newSpanId().slice(0, 8), 16) / 0x1_0000_0000;
}

/** Carries the trace on, marked as not sampled, so that everything inside stays out as well. */
function unsampled(core: TracerCore, at: Context): Span {
  const parent = trace.getSpan(at)?.spanContext() ?? core.recorder.freshIds();
  return trace.wrapSpanContext({ ...parent, traceFlags: parent.traceFlags & ~TraceFlags.SAMPLED });
}
