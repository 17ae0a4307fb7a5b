import { isEvaluator } from '../evaluators/base.js';
import type { EvaluatorLike } from '../evaluators/resolve.js';
import { HoneyHiveError } from '../src/base/errors.js';
import { evaluationHook } from './evaluation.js';
import { decorate } from './install.js';
import type { EvaluateOptions, SpanDecorator } from './types.js';

/**
 * Scores what a method gives, after it has given it: the caller never waits, and nothing an evaluator does reaches the
 * method. Scores land on the method's span. Takes one evaluator, a registered name, a function, several of these, or
 * options. Traces the method too; the order with `@Trace` does not matter.
 *
 * @example
 * class Desk {
 *   @Evaluate({ evaluator: new ExactMatchEvaluator(), expected: ([question]) => answers.get(question) })
 *   answer(question: string) { return lookUp(question); }
 * }
 */
// biome-ignore lint/suspicious/noExplicitAny: without a type argument `(self) => self.tracer` compiles for every class
export function Evaluate<Self = any>(
  what: EvaluatorLike | readonly EvaluatorLike[] | EvaluateOptions<Self>,
): SpanDecorator {
  const evaluate = readOptions(what);
  return ((...member: unknown[]) =>
    decorate({ decorator: '@Evaluate', evaluate, hookMaker: evaluationHook }, member)) as SpanDecorator;
}

function readOptions(what: unknown): EvaluateOptions {
  if (typeof what === 'string' || typeof what === 'function' || Array.isArray(what) || isEvaluator(what)) {
    return { evaluator: what as EvaluatorLike };
  }
  if (typeof what === 'object' && what !== null && (what as Partial<EvaluateOptions>).evaluator !== undefined)
    return what as EvaluateOptions;
  throw new HoneyHiveError(
    'evaluator',
    `@Evaluate needs an evaluator, got ${typeof what}. Give an evaluator, a registered name, a function, an array of these, or { evaluator }.`,
  );
}
