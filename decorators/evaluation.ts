import { type Context, context } from '@opentelemetry/api';
import type { BaseEvaluator } from '../evaluators/base.js';
import { costOnSpan } from '../evaluators/cost-on-span.js';
import { evaluateAll } from '../evaluators/evaluate-all.js';
import { HIDES_MATERIAL } from '../evaluators/judge/hidden.js';
import { type EvaluatorLike, resolveOrFailing } from '../evaluators/resolve.js';
import type { EvaluationResult } from '../evaluators/result.js';
import { runEvaluator } from '../evaluators/run.js';
import { evaluationRecord } from '../evaluators/wire.js';
import { messageOf } from '../src/base/errors.js';
import { isThenable } from '../src/base/thenable.js';
import { warn } from '../src/base/warn.js';
import { activeRecordedSpan } from '../src/tracing/active.js';
import type { TracerCore } from '../src/tracing/core.js';
import type { EvaluationHook, LateRecord } from '../src/tracing/options.js';
import { asEvaluation } from '../src/tracing/scope.js';
import { Copies, inputOf } from './evaluation-input.js';
import { ask, failureOf, type Given, settled, take } from './given.js';
import type { Parameters } from './site.js';
import type { EvaluateOptions } from './types.js';
import { isFull, whileWaiting } from './waiting.js';

const TIMEOUT_MS = 10_000;

interface Prepared {
  readonly options: EvaluateOptions;
  readonly given: Given<'input' | 'expected' | 'evaluationContext'>;
}

/**
 * What `@Evaluate` adds to the calls of a method. Input, reference and context are taken when the method is called,
 * since it may change its arguments; the evaluators run after it has returned.
 */
export function evaluationHook(all: readonly EvaluateOptions[], parameters: Parameters): EvaluationHook {
  return ({ core, traceId, self, args, at }) => {
    const chosen = all.filter((options) => sampled(options.sampleRate, traceId));
    if (chosen.length === 0) return undefined;
    const copies = new Copies();
    const prepared = chosen.map((options) => prepare(options, core, copies, self, args, parameters));
    const skipped = (reason: string): LateRecord =>
      evaluationRecord(
        prepared.flatMap(({ options }) => evaluatorsOf(options).map(({ name }) => skippedResult(name, reason))),
      );
    return {
      score: (output, facts) => {
        if (isFull(core)) return Promise.resolve(skipped('evaluations that are waiting hold too much data'));
        const frozen = copies.take(output);
        const known = { ...facts, ...costAt(at) };
        const scored = soon(() => context.with(asEvaluation(at), () => scoreAll(prepared, frozen, known)));
        return whileWaiting(core, copies.bytes, scored);
      },
      skipped,
    };
  };
}

/** What is known of a call when it has ended. */
interface Facts {
  readonly latencyMs: number;
  readonly costUsd?: number;
}

/** Read before any score is there: one of the name `cost` is no cost. */
function costAt(at: Context): { costUsd?: number } {
  const costUsd = costOnSpan(activeRecordedSpan(at)?.attributes ?? {});
  return costUsd === undefined ? {} : { costUsd };
}

/** By the trace id's random part, as OpenTelemetry's ratio sampler: a trace is evaluated as a whole or not at all. */
function sampled(rate: number | undefined, traceId: string): boolean {
  if (rate === undefined || rate >= 1) return true;
  return Number.parseInt(traceId.slice(-8), 16) < rate * 0x1_0000_0000;
}

/** Functions of the user's get lists of their own: the method shall have its arguments as they came. */
function prepare(
  options: EvaluateOptions,
  core: TracerCore,
  copies: Copies,
  self: unknown,
  args: readonly unknown[],
  parameters: Parameters,
): Prepared {
  const { includeInputs, input, expected, evaluationContext } = options;
  const keep = (value: unknown): unknown => copies.take(value);
  return {
    options,
    given: {
      input:
        includeInputs === false
          ? { value: undefined }
          : input === undefined
            ? take(() => keep(inputOf(args, parameters, core)))
            : ask(() => input([...args], self), keep),
      expected: ask(() => expected?.([...args], self), keep),
      evaluationContext: ask(
        () => (typeof evaluationContext === 'function' ? evaluationContext(self, [...args]) : evaluationContext),
        asContext,
      ),
    },
  };
}

function asContext(value: unknown): Record<string, unknown> {
  if (value === undefined || value === null) return {};
  if (typeof value !== 'object' || Array.isArray(value))
    throw new TypeError(`it gave ${Array.isArray(value) ? 'a list' : `a ${typeof value}`}, not an object`);
  return { ...value };
}

async function scoreAll(prepared: readonly Prepared[], output: unknown, facts: Facts): Promise<LateRecord> {
  const results = await Promise.all(prepared.map((one) => scoreOne(one, output, facts)));
  return evaluationRecord(results.flat());
}

async function scoreOne({ options, given }: Prepared, output: unknown, facts: Facts): Promise<EvaluationResult[]> {
  const { timeoutMs = TIMEOUT_MS, includeOutputs, output: mapper } = options;
  const evaluators = evaluatorsOf(options);
  let results: EvaluationResult[];
  try {
    const seen = mapper === undefined ? { value: output } : ask(() => mapper(output as never));
    const { input, expected, evaluationContext, ...rest } = await settled({ ...given, output: seen }, timeoutMs);
    results = await evaluateAll(evaluators, {
      input,
      output: rest.output,
      ...(expected === undefined ? {} : { expected }),
      context: {
        ...facts,
        ...(evaluationContext as Record<string, unknown>),
        ...(includeOutputs === false ? { [HIDES_MATERIAL]: true } : {}),
      },
      timeoutMs,
    });
  } catch (thrown) {
    // A score of what was not meant to be scored would be made up.
    const fail = (): never => {
      throw thrown;
    };
    const nothing = { input: undefined, output: undefined };
    results = await Promise.all(evaluators.map((evaluator) => runEvaluator(evaluator, nothing, fail)));
  }
  for (const result of results) tell(options, result);
  return results;
}

/** Nobody waits for what `onResult` promises: the score is there, and what the user does with it is another matter. */
function tell({ onResult }: EvaluateOptions, result: EvaluationResult): void {
  try {
    const promised: unknown = onResult?.(result);
    if (isThenable(promised)) promised.then(undefined, (thrown: unknown) => failureOf('onResult', thrown));
  } catch (thrown) {
    failureOf('onResult', thrown);
  }
}

/** Starts after the method's caller has had its turn. */
function soon<T>(work: () => Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    setImmediate(() => {
      try {
        work().then(resolve, reject);
      } catch (thrown) {
        reject(thrown);
      }
    });
  });
}

/** Looked up one by one, at each call: a name that nobody registered costs its own score. */
function evaluatorsOf({ evaluator }: EvaluateOptions): BaseEvaluator[] {
  const list = Array.isArray(evaluator) ? evaluator : [evaluator];
  return list.map((like: EvaluatorLike) =>
    resolveOrFailing(like, (thrown) => warn(`evaluator:${messageOf(thrown)}`, `@Evaluate: ${messageOf(thrown)}`)),
  );
}

function skippedResult(name: string, reason: string): EvaluationResult {
  return { name, kind: 'code', status: 'skipped', score: null, feedback: reason, metrics: {}, durationMs: 0 };
}
