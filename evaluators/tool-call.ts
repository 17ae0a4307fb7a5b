import { bestAssignment } from './assignment.js';
import {
  BaseEvaluator,
  type EvaluationContext,
  type EvaluatorOptions,
  type EvaluatorReport,
  type EvaluatorReturn,
} from './base.js';
import { deepEqual } from './deep-equal.js';
import { skip } from './evaluator-return.js';
import { isPlain, kindOf } from './kind-of.js';
import { rulesOf } from './option-rules.js';
import type { OptionShape } from './options.js';
import { bestOf } from './references.js';
import { type ToolCall, toolCallsOf } from './tool-calls-of.js';

export interface ToolCallOptions extends EvaluatorOptions {
  /**
   * `strict` (default): the expected calls in their order; `unordered`: in any order; `subset`: only expected calls,
   * though some may be missing; `superset`: all expected calls, and maybe more.
   */
  mode?: 'strict' | 'unordered' | 'subset' | 'superset';
  /** `exact` (default): equal; `subset`: the expected arguments are among those of the call; `ignore`: names alone. */
  arguments?: 'exact' | 'ignore' | 'subset';
}

/**
 * 1 if the output calls the expected tools, else 0; for the forms that are read see `toolCallsOf`. The shares of
 * calls that were expected (precision) and of expected ones that were made (recall) are in `metrics`.
 */
export class ToolCallEvaluator extends BaseEvaluator {
  readonly #options: ToolCallOptions;

  constructor(options?: ToolCallOptions) {
    super(options, toolCallOptions);
    this.#options = { ...options };
  }

  override evaluate(_input: unknown, output: unknown, context: EvaluationContext): EvaluatorReturn {
    const references = expectations(context);
    if (references.length === 0) return skip('no expected tool calls to compare with');
    const calls = toolCallsOf(output);
    if (!calls) return { score: 0, feedback: 'the output holds no tool calls' };
    return bestOf(references, (wanted) => this.#compare(calls, wanted));
  }

  #compare(calls: readonly ToolCall[], wanted: readonly ToolCall[]): EvaluatorReport & { score: number } {
    const { mode = 'strict' } = this.#options;
    const matched = Math.round(
      bestAssignment(calls.length, wanted.length, (i, j) => (this.#same(calls[i], wanted[j]) ? 1 : 0)),
    );
    const fits = {
      strict: () => calls.length === wanted.length && calls.every((call, i) => this.#same(call, wanted[i])),
      unordered: () => matched === calls.length && matched === wanted.length,
      subset: () => matched === calls.length,
      superset: () => matched === wanted.length,
    }[mode]();
    const feedback = `called ${names(calls)}, expected ${names(wanted)} (${mode})`;
    const metrics = { precision: share(matched, calls.length), recall: share(matched, wanted.length) };
    return { score: fits ? 1 : 0, metrics, ...(!fits && { feedback }) };
  }

  #same(call: ToolCall | undefined, wanted: ToolCall | undefined): boolean {
    if (!call || !wanted || call.name !== wanted.name) return false;
    const { arguments: how = 'exact' } = this.#options;
    if (how === 'ignore') return true;
    return how === 'subset' ? contains(call.arguments, wanted.arguments) : deepEqual(call.arguments, wanted.arguments);
  }
}

/** `expected` is one list of calls, or a list of such lists; `context.references` holds more of them. */
function expectations(context: EvaluationContext): ToolCall[][] {
  const { expected, references = [] } = context;
  const several = Array.isArray(expected) && expected.length > 0 && expected.every((item) => Array.isArray(item));
  const all: unknown[] = several ? [...(expected as unknown[]), ...references] : [expected, ...references];
  return all
    .filter((each) => each !== undefined)
    .map((each) => {
      const calls = toolCallsOf(each);
      if (!calls) throw new TypeError('the expected value holds no tool calls');
      return calls;
    });
}

/** Whether every expected field is there with an equal value, on every level. */
function contains(whole: unknown, part: unknown): boolean {
  if (!isFields(whole) || !isFields(part)) return deepEqual(whole, part);
  return Object.keys(part).every((key) => Object.hasOwn(whole, key) && contains(whole[key], part[key]));
}

/** Objects that have, or may have, fields. A Date or a URL has none, and holds something all the same. */
function isFields(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  return isPlain(value) || (kindOf(value) === 'fields' && Object.keys(value).length > 0);
}

function share(part: number, whole: number): number {
  return whole === 0 ? 1 : part / whole;
}

function names(calls: readonly ToolCall[]): string {
  return calls.length === 0 ? 'nothing' : calls.map((call) => call.name).join(', ');
}

const toolCallOptions: OptionShape = {
  build(cv, Common) {
    const is = rulesOf(cv);
    class ToolCallRules extends Common {
      @is.oneOf('strict', 'unordered', 'subset', 'superset') mode?: string;
      @is.oneOf('exact', 'ignore', 'subset') arguments?: string;
    }
    return ToolCallRules;
  },
};
