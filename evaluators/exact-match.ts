import { foldCase } from './as-text.js';
import { BaseEvaluator, type EvaluationContext, type EvaluatorOptions, type EvaluatorReturn } from './base.js';
import { removeBounded } from './bounded-regex.js';
import { deepEqual } from './deep-equal.js';
import { rulesOf } from './option-rules.js';
import type { OptionShape } from './options.js';
import { bestOf, structuresOf } from './references.js';
import { squadText } from './squad.js';

export interface ExactMatchOptions extends EvaluatorOptions {
  /** Default false. */
  ignoreCase?: boolean;
  /** `trim` (default): NFC and trimmed; `none`: as they are; `squad`: SQuAD's answer normalisation. */
  normalize?: 'trim' | 'none' | 'squad';
  /** Removed from both texts before anything else, wherever they are found: punctuation, units, boilerplate. */
  ignorePatterns?: readonly RegExp[];
}

/**
 * 1 if the output equals the expected value, or one of several, else 0. Texts are compared after `normalize`;
 * objects, lists, Map, Set, Date and the like by content, key order ignored; instances of different classes differ, and
 * so do two without a field to read, unless they are the same one. A text that is compared with a number, a boolean
 * or a structure is read as JSON; null equals only null. `squad` is the exact match of SQuAD's official scripts.
 */
export class ExactMatchEvaluator extends BaseEvaluator {
  readonly #prepare: (text: string) => string;

  constructor(options?: ExactMatchOptions) {
    super(options, exactMatchOptions);
    const { normalize = 'trim', ignoreCase = false, ignorePatterns = [] } = options ?? {};
    this.#prepare = (text) => {
      const bare = ignorePatterns.reduce((rest, pattern) => removeBounded(pattern, rest), text);
      const normal = NORMALIZERS[normalize](bare);
      return ignoreCase ? foldCase(normal) : normal;
    };
  }

  override evaluate(_input: unknown, output: unknown, context: EvaluationContext): EvaluatorReturn {
    return bestOf(structuresOf(context), (reference) => ({ score: this.#equal(output, reference) ? 1 : 0 }));
  }

  #equal(output: unknown, reference: unknown): boolean {
    const same = (a: string, b: string): boolean => this.#prepare(a) === this.#prepare(b);
    if (typeof output === 'string' && typeof reference !== 'string')
      return deepEqual(read(output, reference), reference, same);
    if (typeof reference === 'string' && typeof output !== 'string')
      return deepEqual(output, read(reference, output), same);
    return deepEqual(output, reference, same);
  }
}

const NORMALIZERS = {
  trim: (text: string) => text.normalize('NFC').trim(),
  none: (text: string) => text,
  squad: squadText,
} as const;

/** `text` as the JSON that `other` could be; the text itself where it is none, or where null would be meant. */
function read(text: string, other: unknown): unknown {
  if (other === null || other === undefined) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

const exactMatchOptions: OptionShape = {
  build(cv, Common) {
    const is = rulesOf(cv);
    class ExactMatchRules extends Common {
      @is.flag() ignoreCase?: boolean;
      @is.oneOf('trim', 'none', 'squad') normalize?: string;
      @is.fits('a list of RegExp', isPatterns) ignorePatterns?: RegExp[];
    }
    return ExactMatchRules;
  },
};

function isPatterns(value: unknown): boolean {
  return Array.isArray(value) && value.every((pattern) => pattern instanceof RegExp);
}
