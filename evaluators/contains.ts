import { asText, foldCase } from './as-text.js';
import { BaseEvaluator, type EvaluationContext, type EvaluatorOptions, type EvaluatorReturn } from './base.js';
import { skip } from './evaluator-return.js';
import { rulesOf } from './option-rules.js';
import type { OptionShape } from './options.js';
import { referencesOf } from './references.js';

export interface ContainsOptions extends EvaluatorOptions {
  /** What is looked for. Default: `expected`. */
  values?: readonly string[];
  /** `all` (default): the share that was found; `any`: 1 if one was found, else 0. */
  mode?: 'all' | 'any';
  /** Default false. */
  ignoreCase?: boolean;
}

/** Whether the output contains the given texts, both in NFC. How many were found is in `metrics`. */
export class ContainsEvaluator extends BaseEvaluator {
  readonly #options: ContainsOptions;

  constructor(options?: ContainsOptions) {
    super(options, containsOptions);
    this.#options = { ...options };
  }

  override evaluate(_input: unknown, output: unknown, context: EvaluationContext): EvaluatorReturn {
    const { values, mode = 'all', ignoreCase = false } = this.#options;
    const wanted = values ?? referencesOf(context).map((reference) => asText(reference, 'the expected value'));
    if (wanted.length === 0) return skip('no values and no expected value to look for');
    const prepare = (text: string): string => (ignoreCase ? foldCase(text.normalize('NFC')) : text.normalize('NFC'));
    const text = prepare(asText(output, 'the output'));
    const missing = wanted.filter((value) => !text.includes(prepare(value)));
    const found = wanted.length - missing.length;
    const score = mode === 'any' ? Math.min(found, 1) : found / wanted.length;
    const feedback = score < 1 ? `not found: ${missing.map((value) => JSON.stringify(value)).join(', ')}` : undefined;
    return { score, feedback, metrics: { found, total: wanted.length } };
  }
}

const containsOptions: OptionShape = {
  build(cv, Common) {
    const is = rulesOf(cv);
    class ContainsRules extends Common {
      @is.fits('a list of texts, none of them empty', isTexts) values?: string[];
      @is.oneOf('all', 'any') mode?: string;
      @is.flag() ignoreCase?: boolean;
    }
    return ContainsRules;
  },
};

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0 && value.every((text) => typeof text === 'string' && text !== '');
}
