export type { Aggregate } from './aggregate.js';
export {
  BaseEvaluator,
  type EvaluateArgs,
  type EvaluationContext,
  type EvaluatorOptions,
  type EvaluatorReport,
  type EvaluatorReturn,
  isEvaluator,
} from './base.js';
export { BleuEvaluator, type BleuOptions } from './bleu.js';
export type { Figure } from './calibrate/bootstrap.js';
export { type CalibrateOptions, type Calibration, type CalibrationRow, calibrate } from './calibrate/calibrate.js';
export type { Confusion } from './calibrate/confusion.js';
export { ContainsEvaluator, type ContainsOptions } from './contains.js';
export { CostEvaluator, type CostOptions } from './cost.js';
export { defineEvaluator, type EvaluatorFunction } from './define.js';
export { ExactMatchEvaluator, type ExactMatchOptions } from './exact-match.js';
export { F1ScoreEvaluator } from './f1-score.js';
export { FactualAccuracyEvaluator } from './factual-accuracy.js';
export { FaithfulnessEvaluator } from './faithfulness.js';
export { JsonMatchEvaluator, type JsonMatchOptions } from './json-match.js';
export { JsonValidEvaluator, type JsonValidOptions } from './json-valid.js';
export { type JudgeCache, memoryCache } from './judge/cache.js';
export type { JudgeClient, JudgeMessage, JudgeReply, JudgeRequest } from './judge/client.js';
export { configuredJudge, configureJudge, type JudgeConfig } from './judge/configure.js';
export { isJudgeError, type JudgeError, type JudgeFailure } from './judge/error.js';
export { type JudgePrice, type OpenAiJudgeOptions, openAiJudge } from './judge/openai-client.js';
export type { JudgeOptions } from './judge/options.js';
export type { JudgeSchema, ObjectSchema } from './judge/schema.js';
export { JudgeEvaluator, type JudgeEvaluatorOptions } from './judge.js';
export { LatencyEvaluator, type LatencyOptions } from './latency.js';
export { LengthEvaluator, type LengthOptions } from './length.js';
export { LevenshteinEvaluator, type LevenshteinOptions } from './levenshtein.js';
export { MultiEvaluator, type MultiEvaluatorOptions } from './multi.js';
export { NumericEvaluator, type NumericOptions } from './numeric.js';
export { PairwiseEvaluator } from './pairwise.js';
export { QualityScoreEvaluator, type QualityScoreOptions } from './quality-score.js';
export { RegexEvaluator, type RegexOptions } from './regex.js';
export { evaluatorNames, getEvaluator, type Registrable, registerEvaluator } from './registry.js';
export { RelevanceEvaluator } from './relevance.js';
export type { EvaluatorLike } from './resolve.js';
export type { EvaluationKind, EvaluationResult, EvaluationStatus, TokenUsage } from './result.js';
export { RougeEvaluator, type RougeOptions } from './rouge.js';
export { type Embedder, SemanticSimilarityEvaluator, type SemanticSimilarityOptions } from './semantic-similarity.js';
export { ToolCallEvaluator, type ToolCallOptions } from './tool-call.js';
export { ToxicityEvaluator } from './toxicity.js';
