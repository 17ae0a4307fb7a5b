import { asText, foldCase } from './as-text.js';
import { BaseEvaluator, type EvaluationContext, type EvaluatorOptions, type EvaluatorReturn } from './base.js';
import { editDistance } from './edit-distance.js';
import { rulesOf } from './option-rules.js';
import type { OptionShape } from './options.js';
import { bestOf, referencesOf } from './references.js';

export interface LevenshteinOptions extends EvaluatorOptions {
  /** Default false. */
  ignoreCase?: boolean;
}

/**
 * 1 - distance / longer length, in code points after NFC; two empty texts are equal. The distance is Levenshtein's
 * and stands in `metrics`. Several references: the best counts.
 */
export class LevenshteinEvaluator extends BaseEvaluator {
  readonly #ignoreCase: boolean;

  constructor(options?: LevenshteinOptions) {
    super(options, levenshteinOptions);
    this.#ignoreCase = options?.ignoreCase ?? false;
  }

  override evaluate(_input: unknown, output: unknown, context: EvaluationContext): EvaluatorReturn {
    return bestOf(referencesOf(context), (reference) => {
      const got = this.#symbols(asText(output, 'the output'));
      const wanted = this.#symbols(asText(reference, 'the expected value'));
      const distance = editDistance(got, wanted);
      return { score: similarity(distance, got.length, wanted.length), metrics: { distance } };
    });
  }

  #symbols(text: string): string[] {
    const composed = text.normalize('NFC');
    return [...(this.#ignoreCase ? foldCase(composed) : composed)];
  }
}

/** How alike two texts are whose edit distance is known. */
export function similarity(distance: number, lengthA: number, lengthB: number): number {
  const longer = Math.max(lengthA, lengthB);
  return longer === 0 ? 1 : (longer - distance) / longer;
}

const levenshteinOptions: OptionShape = {
  build(cv, Common) {
    const is = rulesOf(cv);
    class LevenshteinRules extends Common {
      @is.flag() ignoreCase?: boolean;
    }
    return LevenshteinRules;
  },
};
