import { asText } from './as-text.js';
import { BaseEvaluator, type EvaluationContext, type EvaluatorOptions, type EvaluatorReturn } from './base.js';
import { testBounded } from './bounded-regex.js';
import { rulesOf } from './option-rules.js';
import type { OptionShape } from './options.js';
import { bestOf, referencesOf } from './references.js';

export interface RegexOptions extends EvaluatorOptions {
  /** Default: `expected`, as a pattern. */
  pattern?: RegExp | string;
  /** Default: those of the pattern. */
  flags?: string;
}

/**
 * 1 if the pattern is found in the output, else 0. Anchor it with `^` and `$` to match the whole. A pattern that takes
 * longer than a second is stopped (`timeout`); outputs beyond a million characters are errors.
 */
export class RegexEvaluator extends BaseEvaluator {
  readonly #pattern: RegExp | undefined;
  readonly #flags: string | undefined;

  constructor(options?: RegexOptions) {
    super(options, regexOptions);
    this.#flags = options?.flags;
    this.#pattern = options?.pattern === undefined ? undefined : compile(options.pattern, this.#flags);
  }

  override evaluate(_input: unknown, output: unknown, context: EvaluationContext): EvaluatorReturn {
    const text = asText(output, 'the output');
    const patterns = this.#pattern ? [this.#pattern] : referencesOf(context);
    return bestOf(patterns, (pattern) => {
      // A copy: a pattern with the flags g or y remembers where it stopped.
      const own = compile(pattern instanceof RegExp ? pattern : asText(pattern, 'the expected value'), this.#flags);
      return { score: testBounded(own, text) ? 1 : 0 };
    });
  }
}

function compile(pattern: RegExp | string, flags: string | undefined): RegExp {
  return typeof pattern === 'string' ? new RegExp(pattern, flags) : new RegExp(pattern.source, flags ?? pattern.flags);
}

const regexOptions: OptionShape = {
  build(cv, Common) {
    const is = rulesOf(cv);
    class RegexRules extends Common {
      @is.fits('a RegExp or a text', isPattern) pattern?: unknown;
      @is.fits('letters of dgimsuvy, each once', isFlags) flags?: string;
    }
    return RegexRules;
  },
  check({ pattern, flags }) {
    try {
      if (isPattern(pattern) && (flags === undefined || isFlags(flags))) compile(pattern, flags);
      return [];
    } catch (error) {
      return [{ field: 'pattern', given: pattern, allowed: `a valid pattern (${(error as Error).message})` }];
    }
  },
};

function isPattern(value: unknown): value is RegExp | string {
  return typeof value === 'string' || value instanceof RegExp;
}

function isFlags(value: unknown): value is string {
  return typeof value === 'string' && /^(?!.*(.).*\1)[dgimsuvy]*$/.test(value);
}
