import { BaseEvaluator, type EvaluationContext, type EvaluatorOptions, type EvaluatorReturn } from './base.js';

/** A function that judges one output. Written as a method, so that narrower parameter types are accepted. */
export type EvaluatorFunction<I = unknown, O = unknown, E = O> = {
  call(input: I, output: O, context: EvaluationContext<E>): EvaluatorReturn | Promise<EvaluatorReturn>;
}['call'];

/**
 * A function as an evaluator: `defineEvaluator('short', (input, output) => output.length < 80)`.
 * Throws a ConfigError for wrong options.
 */
// `any` lets the parameters of an inline function be used without writing their types.
// biome-ignore lint/suspicious/noExplicitAny: see above
export function defineEvaluator<I = any, O = any, E = O>(
  name: string,
  evaluate: EvaluatorFunction<I, O, E>,
  options?: EvaluatorOptions,
): BaseEvaluator<I, O, E> {
  return new FunctionEvaluator(evaluate, { ...options, name });
}

class FunctionEvaluator<I, O, E> extends BaseEvaluator<I, O, E> {
  readonly #evaluate: EvaluatorFunction<I, O, E>;

  constructor(evaluate: EvaluatorFunction<I, O, E>, options: EvaluatorOptions) {
    super(options);
    this.#evaluate = evaluate;
  }

  override evaluate(input: I, output: O, context: EvaluationContext<E>): EvaluatorReturn | Promise<EvaluatorReturn> {
    return this.#evaluate(input, output, context);
  }
}
