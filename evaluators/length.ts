import { BaseEvaluator, type EvaluationContext, type EvaluatorOptions, type EvaluatorReturn } from './base.js';
import { countUnits, type LengthUnit } from './count-units.js';
import { rulesOf } from './option-rules.js';
import type { OptionShape } from './options.js';

export interface LengthOptions extends EvaluatorOptions {
  /** Default: none. */
  minLength?: number;
  /** Default: none. */
  maxLength?: number;
  /** What is counted. Default `grapheme`: what a reader takes for one character. */
  unit?: LengthUnit;
  /** Outside: `linear` (default) gives length / min or max / length, `hard` gives 0. */
  decay?: 'linear' | 'hard';
}

/** 1 if the output is between `minLength` and `maxLength` long, both included; the length is in `metrics`. */
export class LengthEvaluator extends BaseEvaluator {
  readonly #options: LengthOptions;

  constructor(options?: LengthOptions) {
    super(options, lengthOptions);
    this.#options = { ...options };
  }

  override evaluate(_input: unknown, output: unknown, _context: EvaluationContext): EvaluatorReturn {
    if (typeof output !== 'string')
      throw new TypeError(`the output is ${output === null ? 'null' : typeof output}, not a text`);
    const { minLength = 0, maxLength = Number.POSITIVE_INFINITY, unit = 'grapheme', decay = 'linear' } = this.#options;
    const length = countUnits(output, unit);
    if (length >= minLength && length <= maxLength) return { score: 1, metrics: { length } };
    const near = length < minLength ? length / minLength : maxLength / length;
    const bound = length < minLength ? `at least ${minLength}` : `at most ${maxLength}`;
    return {
      score: decay === 'hard' ? 0 : near,
      feedback: `length ${length} (${unit}), wanted ${bound}`,
      metrics: { length },
    };
  }
}

const lengthOptions: OptionShape = {
  build(cv, Common) {
    const is = rulesOf(cv);
    class LengthRules extends Common {
      @is.count(0) minLength?: number;
      @is.count(0) maxLength?: number;
      @is.oneOf('grapheme', 'codePoint', 'word', 'sentence', 'line') unit?: string;
      @is.oneOf('linear', 'hard') decay?: string;
    }
    return LengthRules;
  },
  check: ({ minLength, maxLength }) =>
    typeof minLength === 'number' && typeof maxLength === 'number' && minLength > maxLength
      ? [{ field: 'minLength', given: minLength, allowed: `at most maxLength (${maxLength})` }]
      : [],
};
