import { type Evaluator, optionsOf } from './evaluator.js';
import { mean } from './mean.js';
import { type EvaluationResult, isScored } from './result.js';

/** How a MultiEvaluator makes one score of several. `all` and `any` give 1 or 0. A promised score is waited for. */
export type Aggregate =
  | 'mean'
  | 'weighted'
  | 'min'
  | 'max'
  | 'all'
  | 'any'
  | ((results: readonly EvaluationResult[]) => number | null | Promise<number | null>);

/** What enters the aggregate: a child's score, its weight and whether it passed. */
export interface Vote {
  readonly score: number;
  readonly weight: number;
  readonly passed: boolean;
}

/** Where neither threshold nor evaluator says whether a score passes. */
const PASSING = 0.5;

/**
 * The child's vote, or undefined where it has none. A child whose `direction` is the other one is turned round
 * within its range (default 0 to 1), so that a low toxicity counts as a high score.
 */
export function voteOf(
  child: Evaluator,
  result: EvaluationResult,
  direction: string,
  onError: string,
): Vote | undefined {
  const { weight = 1, direction: own = 'maximize', range = [0, 1] } = optionsOf(child);
  if (isScored(result)) {
    const score = own === direction ? result.score : range[0] + range[1] - result.score;
    const passes = direction === 'minimize' ? score <= PASSING : score >= PASSING;
    return { score, weight, passed: result.passed ?? passes };
  }
  const broken = result.status === 'error' || result.status === 'timeout';
  return broken && onError === 'zero' ? { score: 0, weight, passed: false } : undefined;
}

/** One score of at least one vote; null where the weights add up to nothing. */
export function aggregateOf(
  how: Exclude<Aggregate, (...args: never[]) => unknown>,
  votes: readonly Vote[],
): number | null {
  const scores = votes.map((vote) => vote.score);
  switch (how) {
    case 'mean':
      return mean(scores);
    case 'weighted': {
      const weights = votes.map((vote) => vote.weight);
      return weights.some((weight) => weight > 0) ? mean(scores, weights) : null;
    }
    case 'min':
      return Math.min(...scores);
    case 'max':
      return Math.max(...scores);
    case 'all':
      return votes.every((vote) => vote.passed) ? 1 : 0;
    case 'any':
      return votes.some((vote) => vote.passed) ? 1 : 0;
  }
}
