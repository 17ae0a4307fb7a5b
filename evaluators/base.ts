import type { OptionProblem } from '../src/base/errors.js';
import type { EvaluateArgs, EvaluationContext } from './evaluation-context.js';
import { EVALUATOR, type Evaluator } from './evaluator.js';
import type { EvaluatorReturn } from './evaluator-return.js';
import { checkOptions, type EvaluatorOptions, type OptionShape } from './options.js';
import type { EvaluationKind, EvaluationResult } from './result.js';
import { runEvaluator } from './run.js';
import { snakeName } from './snake-name.js';

export type { EvaluateArgs, EvaluationContext } from './evaluation-context.js';
export { optionsOf } from './evaluator.js';
export type { EvaluatorReport, EvaluatorReturn } from './evaluator-return.js';
export type { EvaluatorOptions } from './options.js';

/**
 * Judges one output. Subclasses say how in `evaluate`; `run` measures, bounds and normalises it.
 * Throws a ConfigError that lists every wrong option.
 */
export abstract class BaseEvaluator<I = unknown, O = unknown, E = O> implements Evaluator {
  readonly name: string;
  readonly kind: EvaluationKind = 'code';
  readonly #options: Readonly<EvaluatorOptions>;

  /** `shape` checks the options of a subclass together with the common ones; `problems` are faults found before. */
  constructor(options?: EvaluatorOptions, shape?: OptionShape, problems?: readonly OptionProblem[]) {
    checkOptions(new.target.name || 'Evaluator', options, shape, problems);
    this.#options = Object.freeze({ ...options });
    this.name = options?.name ?? snakeName(new.target.name);
  }

  abstract evaluate(input: I, output: O, context: EvaluationContext<E>): EvaluatorReturn | Promise<EvaluatorReturn>;

  /** Evaluates one output. Never rejects: what goes wrong is in the result's `status`, `error` and `feedback`. */
  run(args: EvaluateArgs<I, O, E>): Promise<EvaluationResult> {
    return runEvaluator(this, args);
  }

  /** The options it was made with; published, since the class would not fit its interface in the typings without. */
  get [EVALUATOR](): Readonly<EvaluatorOptions> {
    return this.#options;
  }
}

/** Whether `value` is an evaluator, from any copy of this package. */
export function isEvaluator(value: unknown): value is BaseEvaluator {
  return typeof value === 'object' && value !== null && EVALUATOR in value;
}

/** Whether `value` is an evaluator's class, from any copy of this package. */
export function isEvaluatorClass(value: unknown): value is new () => BaseEvaluator {
  if (typeof value !== 'function') return false;
  const prototype: unknown = value.prototype;
  return typeof prototype === 'object' && prototype !== null && EVALUATOR in prototype;
}
