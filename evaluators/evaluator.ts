import type { EvaluateArgs, EvaluationContext } from './evaluation-context.js';
import type { EvaluatorReturn } from './evaluator-return.js';
import type { EvaluatorOptions } from './options.js';
import type { EvaluationKind, EvaluationResult } from './result.js';

/** Marks evaluators of every copy of this package, and holds the options they were made with. */
export const EVALUATOR: unique symbol = Symbol.for('honeyhive-decorators.evaluator');

/** What running an evaluator needs to know of it; `BaseEvaluator` is what users extend. */
export interface Evaluator {
  readonly name: string;
  readonly kind: EvaluationKind;
  readonly [EVALUATOR]: Readonly<EvaluatorOptions>;
  evaluate(input: unknown, output: unknown, context: EvaluationContext): EvaluatorReturn | Promise<EvaluatorReturn>;
  run(args: EvaluateArgs): Promise<EvaluationResult>;
}

/** The options an evaluator was made with. */
export function optionsOf(evaluator: Evaluator): Readonly<EvaluatorOptions> {
  return evaluator[EVALUATOR];
}
