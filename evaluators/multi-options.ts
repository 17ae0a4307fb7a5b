import type { OptionProblem } from '../src/base/errors.js';
import { isEvaluator } from './base.js';
import { rulesOf } from './option-rules.js';
import type { OptionShape } from './options.js';

const WAYS = ['mean', 'weighted', 'min', 'max', 'all', 'any'];

/** The options of a MultiEvaluator, as rules. */
export const multiOptions: OptionShape = {
  build(cv, Common) {
    const is = rulesOf(cv);
    class MultiRules extends Common {
      @is.fits(`${WAYS.map((way) => `'${way}'`).join(', ')} or a function`, isAggregate) aggregate?: unknown;
      @is.oneOf('exclude', 'zero', 'propagate') onError?: string;
      @is.count(1) concurrency?: number;
      @is.number(0, 1) minCoverage?: number;
    }
    return MultiRules;
  },
};

function isAggregate(value: unknown): boolean {
  return typeof value === 'function' || WAYS.some((way) => way === value);
}

/** What is wrong with the list of children. */
export function childProblems(evaluators: unknown): OptionProblem[] {
  if (!Array.isArray(evaluators)) return [{ field: 'evaluators', given: evaluators, allowed: 'a list of evaluators' }];
  if (evaluators.length === 0) return [{ field: 'evaluators', given: [], allowed: 'at least one evaluator' }];
  return evaluators.flatMap((evaluator: unknown, i) =>
    isEvaluator(evaluator) || typeof evaluator === 'string' || typeof evaluator === 'function'
      ? []
      : [{ field: `evaluators[${i}]`, given: evaluator, allowed: 'an evaluator, a function or a registered name' }],
  );
}
