import {
  BaseEvaluator,
  type EvaluationContext,
  type EvaluatorOptions,
  type EvaluatorReport,
  type EvaluatorReturn,
} from './base.js';
import { type FoundNumber, numbersIn } from './numbers-in-text.js';
import { rulesOf } from './option-rules.js';
import type { OptionShape } from './options.js';
import { bestOf, referencesOf } from './references.js';
import { relativeSimilarity } from './relative-similarity.js';

export interface NumericOptions extends EvaluatorOptions {
  /** Largest allowed difference. Default 0. */
  tolerance?: number;
  /** Largest allowed difference as a share of the expected number. Default 0. */
  relativeTolerance?: number;
  /** `match` (default): 1 or 0; `diff`: 1 - |e - o| / (|e| + |o|). */
  mode?: 'match' | 'diff';
  /** Which number of a text is meant. Default: `any` for `match`, `last` for `diff`. */
  position?: 'any' | 'first' | 'last';
}

/** Floating-point noise that is no difference: 0.1 + 0.2 is 0.3. */
const NOISE = 4 * Number.EPSILON;

/**
 * Compares numbers, given as such or found in text (see `numbersIn`); `60%` equals 0.6 and 60. An output without a
 * number scores 0; NaN and infinities are errors, and so is an expected value without a number.
 * `diff` is `relativeSimilarity`, 1 where both are 0.
 */
export class NumericEvaluator extends BaseEvaluator {
  readonly #options: NumericOptions;

  constructor(options?: NumericOptions) {
    super(options, numericOptions);
    this.#options = { ...options };
  }

  override evaluate(_input: unknown, output: unknown, context: EvaluationContext): EvaluatorReturn {
    return bestOf(referencesOf(context), (reference) => this.#compare(output, reference));
  }

  #compare(output: unknown, reference: unknown): EvaluatorReport & { score: number } {
    const wanted = numbersOf(reference, 'the expected value').at(-1);
    if (!wanted) throw new TypeError('the expected value holds no number');
    const { mode = 'match', position = mode === 'diff' ? 'last' : 'any' } = this.#options;
    const found = numbersOf(output, 'the output');
    const candidates = position === 'any' ? found : [found.at(position === 'first' ? 0 : -1)];
    const [first, ...rest] = candidates.filter((number) => number !== undefined);
    if (!first) return { score: 0, feedback: 'the output holds no number' };
    let best = this.#pair(first, wanted);
    for (const number of rest) {
      const report = this.#pair(number, wanted);
      if (report.score > best.score) best = report;
    }
    return best;
  }

  #pair(found: FoundNumber, wanted: FoundNumber): { score: number; metrics: { number: number } } {
    const readings = readingsOf(found, wanted).map(([got, expected]) => this.#score(got, expected));
    return { score: Math.max(...readings), metrics: { number: found.value } };
  }

  #score(got: number, expected: number): number {
    if (this.#options.mode === 'diff') return relativeSimilarity(got, expected);
    const difference = Math.abs(got - expected);
    const { tolerance = 0, relativeTolerance = 0 } = this.#options;
    const noise = NOISE * Math.max(Math.abs(got), Math.abs(expected));
    return difference <= Math.max(tolerance, relativeTolerance * Math.abs(expected)) + noise ? 1 : 0;
  }
}

/** Where only one side says percent, the other may have meant hundredths or the number itself. */
function readingsOf(found: FoundNumber, wanted: FoundNumber): [number, number][] {
  const plain: [number, number] = [found.value, wanted.value];
  if (found.percent === wanted.percent) return [plain];
  return [plain, found.percent ? [found.value / 100, wanted.value] : [found.value, wanted.value / 100]];
}

function numbersOf(value: unknown, what: string): FoundNumber[] {
  if (typeof value === 'bigint') return numbersOf(Number(value), what);
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new TypeError(`${what} is ${value}, not a finite number`);
    return [{ value, percent: false }];
  }
  if (typeof value === 'string') return numbersIn(value);
  throw new TypeError(`${what} is ${value === null ? 'null' : typeof value}, not a number or a text`);
}

const numericOptions: OptionShape = {
  build(cv, Common) {
    const is = rulesOf(cv);
    class NumericRules extends Common {
      @is.number(0) tolerance?: number;
      @is.number(0) relativeTolerance?: number;
      @is.oneOf('match', 'diff') mode?: string;
      @is.oneOf('any', 'first', 'last') position?: string;
    }
    return NumericRules;
  },
};
