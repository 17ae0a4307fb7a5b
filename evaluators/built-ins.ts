import type { BaseEvaluator } from './base.js';
import { ExactMatchEvaluator } from './exact-match.js';
import { F1ScoreEvaluator } from './f1-score.js';
import { FactualAccuracyEvaluator } from './factual-accuracy.js';
import { FaithfulnessEvaluator } from './faithfulness.js';
import { LengthEvaluator } from './length.js';
import { PairwiseEvaluator } from './pairwise.js';
import { QualityScoreEvaluator } from './quality-score.js';
import { RelevanceEvaluator } from './relevance.js';
import { ToxicityEvaluator } from './toxicity.js';

/** The evaluators that are known by name from the start: an explicit list, so that what is not imported is not shipped. */
export const builtIns: ReadonlyMap<string, () => BaseEvaluator> = new Map<string, () => BaseEvaluator>([
  ['exact_match', () => new ExactMatchEvaluator()],
  ['f1_score', () => new F1ScoreEvaluator()],
  ['length', () => new LengthEvaluator()],
  ['factual_accuracy', () => new FactualAccuracyEvaluator()],
  ['faithfulness', () => new FaithfulnessEvaluator()],
  ['pairwise', () => new PairwiseEvaluator()],
  ['quality_score', () => new QualityScoreEvaluator()],
  ['relevance', () => new RelevanceEvaluator()],
  ['toxicity', () => new ToxicityEvaluator()],
]);
