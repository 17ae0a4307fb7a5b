import { type Context, type Span, SpanStatusCode, TraceFlags, trace } from '@opentelemetry/api';
import { type AttributeScalar, captureLater } from '../attributes/capture.js';
import { describeError } from '../attributes/error.js';
import { captureLeaf, flatten } from '../attributes/flatten.js';
import { DURATION_MS, ERROR, ERROR_TYPE, INPUTS, OUTPUTS, RESULT } from '../attributes/keys.js';
import { cut, wellFormed } from '../attributes/text.js';
import { messageOf } from '../base/errors.js';
import { isThenable } from '../base/thenable.js';
import { asRecordedSpan } from './as-recorded.js';
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
    if (plan.includeInputs) captureInputs(span, plan, args);
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
    finish(span, latencyMs);
  }

  /** The work ended with `thrown`. */
  fail(thrown: unknown): void {
    if (this.#done) return;
    this.#done = true;
    const { span } = this;
    if (span === undefined) return;
    recordError(span, thrown);
    finish(span, span.elapsedMs());
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
    finish(span, latencyMs);
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
}

/** Error, its type and one exception event on the span itself. */
export function recordError(span: RecordedSpan, thrown: unknown): void {
  guarded(() => {
    const facts = describeError(thrown, span.core.capture);
    span.stamp(ERROR, facts.message);
    span.stamp(ERROR_TYPE, facts.type);
    span.recordException(thrown as Error);
    span.setStatus({ code: SpanStatusCode.ERROR, message: `${facts.type}: ${facts.message}` });
  });
}

function finish(span: RecordedSpan, elapsedMs: number): void {
  try {
    span.stamp(DURATION_MS, elapsedMs);
    span.endAfter(elapsedMs);
  } catch {
    // A processor of the user's, or a delivery that fails, is not the program's concern.
  }
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

function captureInputs(span: RecordedSpan, plan: SpanPlan, args: readonly unknown[]): void {
  try {
    if (plan.options.captureInputs !== undefined) {
      describe(span, INPUTS, `${INPUTS}.value`, () => plan.options.captureInputs?.([...args]));
      return;
    }
    const { names, rest, defaults } = plan.argNames();
    const { capture } = span.core;
    const least = plan.leastInputs();
    const count = Math.max(args.length, least);
    for (let index = 0; index < count; index++) {
      const name = names[index] ?? `arg${index}`;
      const isRest = index === rest;
      let value = isRest ? args.slice(index) : args[index];
      if (value === undefined && defaults.has(index)) value = defaults.get(index);
      if (value === undefined || (isRest && (value as unknown[]).length === 0)) continue;
      const hidden = plan.sensitive(name, index);
      const captured =
        hidden === true ? capture.redactor.replacement || '[REDACTED]' : captureLater(value, name, capture, hidden);
      if (captured !== undefined) span.put(plan.inputKey(index), captured);
      if (isRest) break;
    }
  } catch {
    // A value that cannot be described must not cost the call that it belongs to.
  }
}

function captureOutput(span: RecordedSpan, plan: SpanPlan, output: unknown): void {
  try {
    const summary = plan.options.captureOutput;
    if (summary === undefined) putFlat(span, RESULT, output);
    else describe(span, OUTPUTS, RESULT, () => summary(output as never));
  } catch {
    // As above.
  }
}

/** Puts the user's own summary on the span: an object under `prefix`, anything else under `scalarKey`. */
function describe(span: RecordedSpan, prefix: string, scalarKey: string, summarise: () => unknown): void {
  const put = (summary: unknown): void => {
    const nested = prefix === INPUTS && typeof summary === 'object' && summary !== null && !Array.isArray(summary);
    putFlat(span, nested ? prefix : scalarKey, summary);
  };
  const failed = (thrown: unknown): void =>
    span.put(scalarKey, `[Throws: ${span.core.capture.redactor.text(messageOf(thrown))}]`);
  try {
    const summary = summarise();
    if (isThenable(summary)) summary.then(put, failed);
    else put(summary);
  } catch (thrown) {
    failed(thrown);
  }
}

export function putFlat(span: RecordedSpan, prefix: string, value: unknown): void {
  if (value === undefined || value === null) return;
  if (typeof value !== 'object') {
    const scalar = captureLeaf(value, prefix, span.core.capture);
    if (scalar !== undefined) {
      span.put(prefix, scalar);
      return;
    }
  }
  const { written, leftOut } = flatten(prefix, value, span.core.capture);
  span.droppedAttributesCount += leftOut;
  for (let i = 0; i < written.length; i += 2) span.put(written[i] as string, written[i + 1] as AttributeScalar);
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
