import { isThenable } from '../src/base/thenable.js';
import { onAbort } from './abort-relay.js';
import { type Aggregate, aggregateOf, type Vote, voteOf } from './aggregate.js';
import {
  BaseEvaluator,
  type EvaluationContext,
  type EvaluatorOptions,
  type EvaluatorReturn,
  optionsOf,
} from './base.js';
import { runSafely } from './evaluate-all.js';
import { type EvaluatorReport, skip } from './evaluator-return.js';
import { childProblems, multiOptions } from './multi-options.js';
import { PARTS, type Parts } from './normalise.js';
import { type EvaluatorLike, resolveOrFailing } from './resolve.js';
import { type EvaluationKind, type EvaluationResult, isScored } from './result.js';
import { errorOf, SETTLES_ON_ABORT } from './run.js';

export interface MultiEvaluatorOptions extends EvaluatorOptions {
  /** Default: `weighted` where a child has a weight, else `mean`. A function that fails leaves the whole unscored. */
  aggregate?: Aggregate;
  /** What a failed child does: left out (default), counted as 0, or the whole fails. Skipped ones are always left out. */
  onError?: 'exclude' | 'zero' | 'propagate';
  /** Children at a time. Default: all at once. */
  concurrency?: number;
  /** Share of children, 0 to 1, that must have a score; with fewer there is no aggregate. Default 0. */
  minCoverage?: number;
}

/**
 * Several evaluators as one: all run, side by side, and the scores of those that have one are aggregated.
 * `children` holds every result, `coverage` how many were scored; the ones that failed are named in `feedback`.
 * Each child has input, output and reference as lists and plain objects of its own, so that one that sorts them
 * disturbs nobody; instances of classes and what is in `context` they share. Children may be evaluators, functions, names of registered evaluators, and MultiEvaluators.
 */
export class MultiEvaluator<I = unknown, O = unknown, E = O> extends BaseEvaluator<I, O, E> {
  override readonly kind: EvaluationKind = 'composite';
  /** Children are told when the time is over, so that the scores that are there by then still count. */
  readonly [SETTLES_ON_ABORT] = true;
  readonly #evaluators: readonly EvaluatorLike[];
  readonly #options: MultiEvaluatorOptions;

  constructor(evaluators: readonly EvaluatorLike[], options?: MultiEvaluatorOptions) {
    super(options, multiOptions, childProblems(evaluators));
    this.#evaluators = [...evaluators];
    this.#options = { ...options };
  }

  override async evaluate(input: I, output: O, context: EvaluationContext<E>): Promise<EvaluatorReturn> {
    const evaluators = this.#evaluators.map((like) => resolveOrFailing(like));
    const args = { input, output, expected: context.expected, context, signal: context.signal };
    const run = (evaluator: BaseEvaluator): Promise<EvaluationResult> => runSafely(evaluator, args);
    const children = await mapBounded(evaluators, this.#options.concurrency ?? evaluators.length, run);
    const scored = children.filter(isScored).length;
    const parts: Parts = { children, coverage: { scored, total: children.length } };
    const report: EvaluatorReport & { [PARTS]: Parts } = {
      ...spent(children),
      ...(await this.#verdict(evaluators, parts, context.signal)),
      [PARTS]: parts,
    };
    return report;
  }

  async #verdict(
    evaluators: readonly BaseEvaluator[],
    { children, coverage }: Parts,
    signal: AbortSignal,
  ): Promise<EvaluatorReport> {
    const { onError = 'exclude', minCoverage = 0, direction = 'maximize' } = this.#options;
    const failed = children.filter((child) => child.status === 'error' || child.status === 'timeout');
    const feedback = describe(children);
    if (onError === 'propagate' && failed.length > 0) return unscored('ChildFailed', feedback, failed);
    if (coverage.scored < minCoverage * coverage.total) {
      return unscored('LowCoverage', `${feedback}; at least ${minCoverage * 100} % are needed`, failed);
    }
    const votes = evaluators.map((evaluator, i) =>
      voteOf(evaluator, children[i] as EvaluationResult, direction, onError),
    );
    const counted = votes.filter((vote) => vote !== undefined);
    if (counted.length === 0) return unscored('NothingScored', feedback, failed);
    try {
      const score = await untilAborted(this.#aggregate(evaluators, children, counted), signal);
      return { score, ...(coverage.scored < coverage.total && { feedback }) };
    } catch (thrown) {
      // What the children found is found all the same.
      return { error: errorOf(thrown) };
    }
  }

  #aggregate(
    evaluators: readonly BaseEvaluator[],
    children: readonly EvaluationResult[],
    votes: readonly Vote[],
  ): number | null | Promise<number | null> {
    const { aggregate } = this.#options;
    if (typeof aggregate === 'function') return aggregate([...children]);
    const weighs = evaluators.some((evaluator) => optionsOf(evaluator).weight !== undefined);
    return aggregateOf(aggregate ?? (weighs ? 'weighted' : 'mean'), votes);
  }
}

/** The value, or the promised one unless the time is over first. */
function untilAborted<T>(value: T | Promise<T>, signal: AbortSignal): T | Promise<T> {
  if (!isThenable(value)) return value;
  return new Promise<T>((resolve, reject) => {
    const unfollow = onAbort(signal, reject);
    // Handles also a rejection that comes after the end.
    Promise.resolve(value).then(resolve, reject).finally(unfollow);
  });
}

/** No aggregate: an error where children failed, skipped where they only had nothing to say. */
function unscored(type: string, message: string, failed: readonly EvaluationResult[]): EvaluatorReport {
  return failed.length > 0 ? { error: { type, message } } : skip(message);
}

/** `7 of 10 scored; slow: timeout (no answer within 50 ms), ...` */
function describe(children: readonly EvaluationResult[]): string {
  const missing = children.filter((child) => child.status !== 'ok');
  const reasons = missing.map((child) => `${child.name}: ${child.status} (${child.feedback ?? 'no reason given'})`);
  const summary = `${children.filter(isScored).length} of ${children.length} scored`;
  return reasons.length > 0 ? `${summary}; ${reasons.join(', ')}` : summary;
}

/** Tokens and money of all children together, where any of them reported some. */
function spent(children: readonly EvaluationResult[]): Pick<EvaluatorReport, 'usage' | 'costUsd'> {
  const usages = children.flatMap((child) => child.usage ?? []);
  const costs = children.flatMap((child) => child.costUsd ?? []);
  return {
    ...(usages.length > 0 && {
      usage: {
        inputTokens: usages.reduce((sum, usage) => sum + usage.inputTokens, 0),
        outputTokens: usages.reduce((sum, usage) => sum + usage.outputTokens, 0),
      },
    }),
    ...(costs.length > 0 && { costUsd: costs.reduce((sum, cost) => sum + cost, 0) }),
  };
}

/** Results in the order of `items`; at most `limit` at a time. */
async function mapBounded<T, R>(items: readonly T[], limit: number, run: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = new Array(items.length);
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < items.length) {
      const index = next++;
      results[index] = await run(items[index] as T);
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
  return results;
}
