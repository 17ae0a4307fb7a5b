import { BaseEvaluator, type EvaluationContext, type EvaluatorReport } from '../base.js';
import { skip } from '../evaluator-return.js';
import type { OptionShape } from '../options.js';
import { Asking, BudgetSpent } from './ask.js';
import { type Budget, newBudget } from './budget.js';
import { type JudgeCache, memoryCache } from './cache.js';
import { configuredJudge, NO_JUDGE } from './configure.js';
import { isJudgeError } from './error.js';
import { hidesMaterial } from './hidden.js';
import { type JudgeOptions, judgeShape } from './options.js';

const ANY_JUDGE = judgeShape();

/**
 * An evaluator that asks a judge: finds it, hands `judge` someone to ask, and reports what that cost. Skipped where
 * no judge is configured, unscored where the judge gave no usable answer; it never makes a number up.
 */
export abstract class LlmEvaluator<I = unknown, O = unknown, E = O> extends BaseEvaluator<I, O, E> {
  override readonly kind = 'llm' as const;
  readonly #options: JudgeOptions;
  readonly #cache: JudgeCache | undefined;
  readonly #budget: Budget;

  /** `shape` must come from `judgeShape`. */
  constructor(options: JudgeOptions = {}, shape: OptionShape = ANY_JUDGE) {
    super(options, shape);
    this.#options = options;
    this.#cache = options.cache === true ? memoryCache() : options.cache || undefined;
    this.#budget = newBudget(this.name, options.maxCostUsd);
  }

  /**
   * Judges by asking; what it returns is completed with tokens, cost and the judge's model.
   * @internal
   */
  protected abstract judge(
    asking: Asking,
    input: I,
    output: O,
    context: EvaluationContext<E>,
  ): Promise<EvaluatorReport>;

  override async evaluate(input: I, output: O, context: EvaluationContext<E>): Promise<EvaluatorReport> {
    const { judge, model, temperature = 0, samples = 1, version } = this.#options;
    const client = judge ?? configuredJudge();
    if (client === undefined) return skip(NO_JUDGE);
    const { name } = this;
    const { trialIndex, signal } = context ?? {};
    const asking = new Asking({
      ...{ name, version, client, model, temperature, samples, trialIndex, signal },
      cache: this.#cache,
      budget: this.#budget,
      hidden: context !== undefined && hidesMaterial(context),
    });
    try {
      return withTally(await this.judge(asking, input, output, context), asking);
    } catch (thrown) {
      if (thrown instanceof BudgetSpent) return withTally(skip(thrown.message), asking);
      if (isJudgeError(thrown)) return withTally({ error: { type: thrown.name, message: thrown.message } }, asking);
      throw thrown;
    }
  }
}

function withTally(report: EvaluatorReport, { tally }: Asking): EvaluatorReport {
  const { usage, costUsd, model, calls, repaired, cached, failedSamples } = tally;
  return {
    ...report,
    ...(usage === undefined ? {} : { usage }),
    ...(costUsd === undefined ? {} : { costUsd }),
    metadata: {
      ...report.metadata,
      ...(model === undefined ? {} : { judgeModel: model }),
      calls,
      repaired,
      cached,
      failedSamples,
    },
  };
}
