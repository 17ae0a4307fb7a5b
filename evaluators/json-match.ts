import {
  BaseEvaluator,
  type EvaluationContext,
  type EvaluatorOptions,
  type EvaluatorReport,
  type EvaluatorReturn,
} from './base.js';
import { jsonEqual, jsonSimilarity } from './json-similarity.js';
import { readJson } from './json-text.js';
import { rulesOf } from './option-rules.js';
import type { OptionShape } from './options.js';
import { bestOf, structuresOf } from './references.js';

export interface JsonMatchOptions extends EvaluatorOptions {
  /** `partial` (default): the mean over the union of keys, on every level; `strict`: 1 if equal, else 0. */
  mode?: 'partial' | 'strict';
  /** `any`: the elements of lists may stand in another order. Default `ordered`. */
  listOrder?: 'ordered' | 'any';
  /** In `partial`, `similar` compares texts by edit distance and numbers by relative difference. Default `exact`. */
  leaves?: 'exact' | 'similar';
  /** Whether the output may stand in a Markdown code fence. Default false. */
  stripFences?: boolean;
}

/**
 * How well the output agrees with the expected JSON; texts are parsed first. Key order does not count, two empty
 * containers are equal, an object and a list are not. A text that is no JSON is equal only to the same text in
 * `partial`, and scores 0 in `strict`.
 */
export class JsonMatchEvaluator extends BaseEvaluator {
  readonly #options: JsonMatchOptions;

  constructor(options?: JsonMatchOptions) {
    super(options, jsonMatchOptions);
    this.#options = { ...options };
  }

  override evaluate(_input: unknown, output: unknown, context: EvaluationContext): EvaluatorReturn {
    return bestOf(structuresOf(context), (reference) => this.#compare(output, reference));
  }

  #compare(output: unknown, reference: unknown): EvaluatorReport & { score: number } {
    const { mode = 'partial', listOrder = 'ordered', leaves = 'exact', stripFences = false } = this.#options;
    const got = readJson(output, stripFences);
    const wanted = readJson(reference, stripFences);
    if (mode === 'strict') {
      if (!got.ok) return { score: 0, feedback: `the output is ${got.reason}` };
      if (!wanted.ok) return { score: 0, feedback: `the expected value is ${wanted.reason}` };
      return { score: jsonEqual(got.value, wanted.value, listOrder) ? 1 : 0 };
    }
    const score = jsonSimilarity(got.ok ? got.value : output, wanted.ok ? wanted.value : reference, {
      listOrder,
      leaves,
    });
    return { score, ...(!got.ok && { feedback: `the output is ${got.reason}` }) };
  }
}

const jsonMatchOptions: OptionShape = {
  build(cv, Common) {
    const is = rulesOf(cv);
    class JsonMatchRules extends Common {
      @is.oneOf('partial', 'strict') mode?: string;
      @is.oneOf('ordered', 'any') listOrder?: string;
      @is.oneOf('exact', 'similar') leaves?: string;
      @is.flag() stripFences?: boolean;
    }
    return JsonMatchRules;
  },
};
