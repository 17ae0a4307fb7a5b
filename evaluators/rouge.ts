import { asText } from './as-text.js';
import { BaseEvaluator, type EvaluationContext, type EvaluatorOptions, type EvaluatorReturn } from './base.js';
import { rulesOf } from './option-rules.js';
import type { OptionShape } from './options.js';
import { bestOf, referencesOf } from './references.js';
import { type RougeScore, type RougeVariant, rougeScore } from './rouge-scores.js';

export interface RougeOptions extends EvaluatorOptions {
  /** Which F measure is the score. Default `rougeL`. `rougeLsum` takes lines for sentences. */
  variant?: RougeVariant;
  /** Whether words are stemmed (Porter, English). Default false. */
  stemmer?: boolean;
  /** `unicode` (default) knows every script; `rouge_score` drops what is not a-z or 0-9, as Google's package does. */
  tokenizer?: 'unicode' | 'rouge_score';
}

const VARIANTS = ['rouge1', 'rouge2', 'rougeL', 'rougeLsum'] as const;

/**
 * ROUGE as Google's `rouge_score` computes it (equal to ROUGE 1.5.5 there): F = 2PR / (P + R) of shared n-grams or of
 * the longest common subsequence. Precision, recall and F of all variants are in `metrics`, those that
 * very long texts (`rougeLsum`: a line of some 7,000 words) are too long for left out. Empty texts score 0. Several
 * references: the best counts. Source: C.-Y. Lin, 2004; google-research/google-research, rouge/.
 */
export class RougeEvaluator extends BaseEvaluator {
  readonly #options: RougeOptions;

  constructor(options?: RougeOptions) {
    super(options, rougeOptions);
    this.#options = { ...options };
  }

  override evaluate(_input: unknown, output: unknown, context: EvaluationContext): EvaluatorReturn {
    const { variant = 'rougeL', stemmer = false, tokenizer = 'unicode' } = this.#options;
    return bestOf(referencesOf(context), (reference) => {
      const texts = [asText(output, 'the output'), asText(reference, 'the expected value')] as const;
      const metrics: Record<string, number> = {};
      let score = 0;
      for (const each of VARIANTS) {
        const measure = (): RougeScore => rougeScore(each, ...texts, { stemmer, tokenizer });
        const found = each === variant ? measure() : unlessTooLong(measure);
        if (found === undefined) continue;
        metrics[`${each}_precision`] = found.precision;
        metrics[`${each}_recall`] = found.recall;
        metrics[`${each}_f`] = found.f;
        if (each === variant) score = found.f;
      }
      return { score, metrics };
    });
  }
}

/** What nobody asked for must not cost the score. */
function unlessTooLong(measure: () => RougeScore): RougeScore | undefined {
  try {
    return measure();
  } catch (thrown) {
    if (thrown instanceof RangeError) return undefined;
    throw thrown;
  }
}

const rougeOptions: OptionShape = {
  build(cv, Common) {
    const is = rulesOf(cv);
    class RougeRules extends Common {
      @is.oneOf(...VARIANTS) variant?: string;
      @is.flag() stemmer?: boolean;
      @is.oneOf('unicode', 'rouge_score') tokenizer?: string;
    }
    return RougeRules;
  },
};
