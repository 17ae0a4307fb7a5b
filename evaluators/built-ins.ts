import type { BaseEvaluator } from './base.js';
import { ExactMatchEvaluator } from './exact-match.js';
import { F1ScoreEvaluator } from './f1-score.js';
import { LengthEvaluator } from './length.js';

/** The evaluators that are known by name from the start: an explicit list, so that what is not imported is not shipped. */
export const builtIns: ReadonlyMap<string, () => BaseEvaluator> = new Map<string, () => BaseEvaluator>([
  ['exact_match', () => new ExactMatchEvaluator()],
  ['f1_score', () => new F1ScoreEvaluator()],
  ['length', () => new LengthEvaluator()],
]);
