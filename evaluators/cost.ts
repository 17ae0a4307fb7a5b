import { BaseEvaluator, type EvaluationContext, type EvaluatorOptions, type EvaluatorReturn } from './base.js';
import { skip } from './evaluator-return.js';
import { rulesOf } from './option-rules.js';
import type { OptionShape } from './options.js';

export interface CostOptions extends EvaluatorOptions {
  /** What the call may cost at most, in US dollars. */
  maxUsd?: number;
}

/**
 * 1 if the evaluated call cost at most `maxUsd`, else 0; skipped where `context.costUsd` is unknown. `@Evaluate` takes
 * it from `evaluationContext`, else from the span of the call as it ends: the first number among `gen_ai.usage.cost`,
 * `llm.cost.total` and what `enrichSpan` was given as `metadata.cost`, `metrics.cost`, `metrics.cost_usd` or
 * `metadata.cost_usd`. Spans inside the call do not count. The score is a metric of the evaluator's name: beside
 * `metrics.cost` give it another one.
 *
 * @example
 * ```ts
 * class Bot {
 *   @Evaluate(new CostEvaluator({ maxUsd: 0.05, name: 'cheap' }))
 *   async answer(question: string) {
 *     const { text, usd } = await ask(question);
 *     enrichSpan({ metrics: { cost: usd } });
 *     return text;
 *   }
 * }
 * ```
 */
export class CostEvaluator extends BaseEvaluator {
  readonly #maxUsd: number | undefined;

  constructor(options?: CostOptions) {
    super(options, costOptions);
    this.#maxUsd = options?.maxUsd;
  }

  override evaluate(_input: unknown, _output: unknown, context: EvaluationContext): EvaluatorReturn {
    const usd = context.costUsd;
    if (this.#maxUsd === undefined) return skip('no maxUsd to compare the cost with');
    if (usd === undefined) return skip('the cost is unknown');
    if (typeof usd !== 'number' || !(usd >= 0)) throw new TypeError('context.costUsd is not a number from 0');
    const score = usd <= this.#maxUsd ? 1 : 0;
    return { score, ...(score === 0 && { feedback: `cost $${usd}, allowed $${this.#maxUsd}` }), metrics: { usd } };
  }
}

const costOptions: OptionShape = {
  build(cv, Common) {
    const is = rulesOf(cv);
    class CostRules extends Common {
      @is.number(0) maxUsd?: number;
    }
    return CostRules;
  },
};
