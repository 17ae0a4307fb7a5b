import type { BaseEvaluator } from './base.js';
import { BleuEvaluator } from './bleu.js';
import { ContainsEvaluator } from './contains.js';
import { CostEvaluator } from './cost.js';
import { ExactMatchEvaluator } from './exact-match.js';
import { F1ScoreEvaluator } from './f1-score.js';
import { FactualAccuracyEvaluator } from './factual-accuracy.js';
import { FaithfulnessEvaluator } from './faithfulness.js';
import { JsonMatchEvaluator } from './json-match.js';
import { JsonValidEvaluator } from './json-valid.js';
import { LatencyEvaluator } from './latency.js';
import { LengthEvaluator } from './length.js';
import { LevenshteinEvaluator } from './levenshtein.js';
import { NumericEvaluator } from './numeric.js';
import { PairwiseEvaluator } from './pairwise.js';
import { QualityScoreEvaluator } from './quality-score.js';
import { RegexEvaluator } from './regex.js';
import { RelevanceEvaluator } from './relevance.js';
import { RougeEvaluator } from './rouge.js';
import { SemanticSimilarityEvaluator } from './semantic-similarity.js';
import { ToolCallEvaluator } from './tool-call.js';
import { ToxicityEvaluator } from './toxicity.js';

/** The evaluators that are known by name from the start: an explicit list, so that what is not imported is not shipped. */
export const builtIns: ReadonlyMap<string, () => BaseEvaluator> = new Map<string, () => BaseEvaluator>([
  ['exact_match', () => new ExactMatchEvaluator()],
  ['f1_score', () => new F1ScoreEvaluator()],
  ['length', () => new LengthEvaluator()],
  ['bleu', () => new BleuEvaluator()],
  ['contains', () => new ContainsEvaluator()],
  ['cost', () => new CostEvaluator()],
  ['json_match', () => new JsonMatchEvaluator()],
  ['json_valid', () => new JsonValidEvaluator()],
  ['latency', () => new LatencyEvaluator()],
  ['levenshtein', () => new LevenshteinEvaluator()],
  ['numeric', () => new NumericEvaluator()],
  ['regex', () => new RegexEvaluator()],
  ['rouge', () => new RougeEvaluator()],
  ['semantic_similarity', () => new SemanticSimilarityEvaluator()],
  ['tool_call', () => new ToolCallEvaluator()],
  ['factual_accuracy', () => new FactualAccuracyEvaluator()],
  ['faithfulness', () => new FaithfulnessEvaluator()],
  ['pairwise', () => new PairwiseEvaluator()],
  ['quality_score', () => new QualityScoreEvaluator()],
  ['relevance', () => new RelevanceEvaluator()],
  ['toxicity', () => new ToxicityEvaluator()],
]);
