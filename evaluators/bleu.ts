import { asText } from './as-text.js';
import { BaseEvaluator, type EvaluationContext, type EvaluatorOptions, type EvaluatorReturn } from './base.js';
import { type BleuSmoothing, bleuScore } from './bleu-score.js';
import { skip } from './evaluator-return.js';
import { rulesOf } from './option-rules.js';
import type { OptionShape } from './options.js';
import { referencesOf } from './references.js';

export interface BleuOptions extends EvaluatorOptions {
  /** Longest n-gram. Default 4. */
  maxOrder?: number;
  /** What stands for an n-gram order without a match. Default `exp`. */
  smoothing?: BleuSmoothing;
  /** Default true: a text shorter than `maxOrder` words is not 0 for that alone. */
  effectiveOrder?: boolean;
}

/**
 * sacrebleu's sentence BLEU (tokenizer 13a) divided by 100. Several references are used together, as BLEU defines it:
 * an n-gram counts as often as in the reference that has most of it. The brevity penalty is in `metrics`.
 */
export class BleuEvaluator extends BaseEvaluator {
  readonly #options: BleuOptions;

  constructor(options?: BleuOptions) {
    super(options, bleuOptions);
    this.#options = { ...options };
  }

  override evaluate(_input: unknown, output: unknown, context: EvaluationContext): EvaluatorReturn {
    const references = referencesOf(context).map((reference) => asText(reference, 'the expected value'));
    if (references.length === 0) return skip('no expected value to compare with');
    const { maxOrder = 4, smoothing = 'exp', effectiveOrder = true } = this.#options;
    const segment = { output: asText(output, 'the output'), references };
    const { score, brevityPenalty } = bleuScore([segment], { maxOrder, smoothing, effectiveOrder });
    return { score: score / 100, metrics: { brevity_penalty: brevityPenalty } };
  }
}

const bleuOptions: OptionShape = {
  build(cv, Common) {
    const is = rulesOf(cv);
    class BleuRules extends Common {
      @is.count(1, 9) maxOrder?: number;
      @is.oneOf('exp', 'floor', 'add-k', 'none') smoothing?: string;
      @is.flag() effectiveOrder?: boolean;
    }
    return BleuRules;
  },
};
