import type { OptionProblem } from '../src/base/errors.js';
import { isEvaluator } from './base.js';
import type { ClassValidator, OptionShape } from './options.js';

const WAYS = ['mean', 'weighted', 'min', 'max', 'all', 'any'];

export const multiOptions: OptionShape = {
  build(cv: ClassValidator, Common) {
    class MultiOptions extends Common {
      @cv.IsOptional()
      @cv.ValidateBy({
        name: 'aggregate',
        validator: {
          validate: (value) => typeof value === 'function' || WAYS.includes(value as string),
          defaultMessage: () => `${WAYS.map((way) => `'${way}'`).join(', ')} or a function`,
        },
      })
      aggregate?: unknown;

      @cv.IsOptional()
      @cv.IsIn(['exclude', 'zero', 'propagate'], { message: "'exclude', 'zero' or 'propagate'" })
      onError?: string;

      @cv.IsOptional()
      @cv.IsInt({ message: 'a whole number from 1' })
      @cv.Min(1, { message: 'a whole number from 1' })
      concurrency?: number;

      @cv.IsOptional()
      @cv.IsNumber({ allowNaN: false, allowInfinity: false }, { message: 'a number from 0 to 1' })
      @cv.Min(0, { message: 'a number from 0 to 1' })
      @cv.Max(1, { message: 'a number from 0 to 1' })
      minCoverage?: number;
    }
    return MultiOptions;
  },
};

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
