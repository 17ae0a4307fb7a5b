import { context } from '@opentelemetry/api';
import type { BaseEvaluator } from '../evaluators/base.js';
import { evaluateAll } from '../evaluators/evaluate-all.js';
import { HIDES_MATERIAL } from '../evaluators/judge/hidden.js';
import { type EvaluatorLike, resolveOrFailing } from '../evaluators/resolve.js';
import type { EvaluationResult } from '../evaluators/result.js';
import { evaluationRecord } from '../evaluators/wire.js';
import { captureValue } from '../src/attributes/capture.js';
import { snapshot } from '../src/attributes/snapshot.js';
import { messageOf } from '../src/base/errors.js';
import { warn } from '../src/base/warn.js';
import type { TracerCore } from '../src/tracing/core.js';
import type { EvaluationHook, LateRecord } from '../src/tracing/options.js';
import { asEvaluation } from '../src/tracing/scope.js';
import type { Parameters } from './site.js';
import type { EvaluateOptions } from './types.js';

const TIMEOUT_MS = 10_000;

interface Prepared {
  readonly options: EvaluateOptions;
  readonly input: unknown;
  readonly expected: unknown;
  readonly context: Readonly<Record<string, unknown>>;
}

/**
 * What `@Evaluate` adds to the calls of a method. Input, reference and context are taken when the method is called,
 * since it may change its arguments; the evaluators run after it has returned.
 */
export function evaluationHook(all: readonly EvaluateOptions[], parameters: Parameters): EvaluationHook {
  return ({ core, traceId, self, args, at }) => {
    const chosen = all.filter((options) => sampled(options.sampleRate, traceId));
    if (chosen.length === 0) return undefined;
    const prepared = chosen.map((options) => prepare(options, core, self, args, parameters));
    return {
      score: (output, facts) => {
        const frozen = copy(output, core);
        return soon(() => context.with(asEvaluation(at), () => scoreAll(prepared, frozen, facts.latencyMs)));
      },
      skipped: (reason) =>
        evaluationRecord(
          prepared.flatMap(({ options }) => evaluatorsOf(options).map(({ name }) => skippedResult(name, reason))),
        ),
    };
  };
}

/** By the trace id's random part, as OpenTelemetry's ratio sampler: a trace is evaluated as a whole or not at all. */
function sampled(rate: number | undefined, traceId: string): boolean {
  if (rate === undefined || rate >= 1) return true;
  return Number.parseInt(traceId.slice(-8), 16) < rate * 0x1_0000_0000;
}

function prepare(
  options: EvaluateOptions,
  core: TracerCore,
  self: unknown,
  args: readonly unknown[],
  parameters: Parameters,
): Prepared {
  const input =
    options.includeInputs === false
      ? undefined
      : quietly('input', () =>
          options.input === undefined ? inputOf(args, parameters, core) : options.input(args, self),
        );
  const given = options.evaluationContext;
  return {
    options,
    input: copy(input, core),
    expected: reference(
      quietly('expected', () => options.expected?.(args, self)),
      core,
    ),
    context: (quietly('evaluationContext', () => (typeof given === 'function' ? given(self, args) : given)) ??
      {}) as Prepared['context'],
  };
}

/** The only argument, or an object by parameter name where there are several; what is sensitive is masked here too. */
function inputOf(args: readonly unknown[], parameters: Parameters, core: TracerCore): unknown {
  const names = parameters.names();
  const nameOf = (index: number): string => names[index] ?? `arg${index}`;
  const visible = args.map((arg, index) => {
    const hidden = parameters.sensitive(nameOf(index), index);
    return hidden === undefined ? arg : masked(arg, hidden, core);
  });
  return visible.length <= 1 ? visible[0] : Object.fromEntries(visible.map((arg, index) => [nameOf(index), arg]));
}

function masked(arg: unknown, hidden: readonly string[] | true, core: TracerCore): unknown {
  if (hidden === true) return core.capture.redactor.replacement;
  const text = captureValue(arg, '', core.capture, hidden);
  return typeof text === 'string' && typeof arg === 'object' ? (JSON.parse(text) as unknown) : text;
}

async function scoreAll(prepared: readonly Prepared[], output: unknown, latencyMs: number): Promise<LateRecord> {
  const results = await Promise.all(prepared.map((one) => scoreOne(one, output, latencyMs)));
  return evaluationRecord(results.flat());
}

async function scoreOne(prepared: Prepared, output: unknown, latencyMs: number): Promise<EvaluationResult[]> {
  const { options, input } = prepared;
  const evaluators = evaluatorsOf(options);
  const expected = await Promise.resolve(prepared.expected).catch(() => undefined);
  const results = await evaluateAll(evaluators, {
    input,
    output: options.output === undefined ? output : quietly('output', () => options.output?.(output as never)),
    ...(expected === undefined ? {} : { expected }),
    context: {
      latencyMs,
      ...prepared.context,
      ...(options.includeOutputs === false ? { [HIDES_MATERIAL]: true } : {}),
    },
    timeoutMs: options.timeoutMs ?? TIMEOUT_MS,
  });
  for (const result of results) quietly('onResult', () => options.onResult?.(result));
  return results;
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

/** The reference may be promised. It is awaited later; until then a rejection must not count as unhandled. */
function reference(value: unknown, core: TracerCore): unknown {
  if (!(value instanceof Promise)) return copy(value, core);
  value.catch(() => undefined);
  return value;
}

/** As it is now: what the program changes later does not reach the evaluator. Types such as Map and Date stay. */
function copy(value: unknown, core: TracerCore): unknown {
  if (typeof value !== 'object' || value === null) return value;
  try {
    return structuredClone(value);
  } catch {
    return snapshot(value, core.capture);
  }
}

function quietly(what: string, make: () => unknown): unknown {
  try {
    return make();
  } catch (thrown) {
    warn(`evaluate:${what}`, `@Evaluate: the function given as ${what} threw "${messageOf(thrown)}"`);
    return undefined;
  }
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
