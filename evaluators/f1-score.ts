import { asText } from './as-text.js';
import { BaseEvaluator, type EvaluationContext, type EvaluatorOptions, type EvaluatorReturn } from './base.js';
import type { OptionShape } from './options.js';
import { bestOf, referencesOf } from './references.js';
import { overlap, squadTokens } from './squad.js';

/**
 * Token F1 of SQuAD 2.0: 2PR / (P + R), where P and R are the shared tokens (as multisets, after SQuAD's answer
 * normalisation) over those of the output and of the reference. No tokens on either side: 1 if both have none,
 * else 0. Several references: the best counts. Precision and recall are in `metrics`.
 * Source: the official SQuAD 2.0 script (copy: huggingface/evaluate, metrics/squad_v2/compute_score.py).
 */
export class F1ScoreEvaluator extends BaseEvaluator {
  constructor(options?: EvaluatorOptions) {
    super(options, f1Options);
  }

  override evaluate(_input: unknown, output: unknown, context: EvaluationContext): EvaluatorReturn {
    return bestOf(referencesOf(context), (reference) => {
      const got = squadTokens(asText(output, 'the output'));
      const wanted = squadTokens(asText(reference, 'the expected value'));
      if (got.length === 0 || wanted.length === 0) {
        const both = got.length === wanted.length ? 1 : 0;
        return { score: both, metrics: { precision: both, recall: both } };
      }
      const shared = overlap(got, wanted);
      const precision = shared / got.length;
      const recall = shared / wanted.length;
      return {
        score: (2 * shared) / (got.length + wanted.length),
        metrics: { precision, recall },
      };
    });
  }
}

const f1Options: OptionShape = { build: (_cv, Common) => class F1Options extends Common {} };
