export {
  BaseEvaluator,
  type EvaluateArgs,
  type EvaluationContext,
  type EvaluatorOptions,
  type EvaluatorReport,
  type EvaluatorReturn,
  isEvaluator,
} from './base.js';
export { defineEvaluator, type EvaluatorFunction } from './define.js';
export { ExactMatchEvaluator, type ExactMatchOptions } from './exact-match.js';
export { F1ScoreEvaluator } from './f1-score.js';
export { LengthEvaluator, type LengthOptions } from './length.js';
export type { Aggregate } from './aggregate.js';
export { MultiEvaluator, type MultiEvaluatorOptions } from './multi.js';
export { evaluatorNames, getEvaluator, registerEvaluator, type Registrable } from './registry.js';
export type { EvaluatorLike } from './resolve.js';
export type { EvaluationKind, EvaluationResult, EvaluationStatus, TokenUsage } from './result.js';
export { type CalibrateOptions, type Calibration, type CalibrationRow, calibrate } from './calibrate/calibrate.js';
export type { Figure } from './calibrate/bootstrap.js';
export type { Confusion } from './calibrate/confusion.js';
export { FactualAccuracyEvaluator } from './factual-accuracy.js';
export { FaithfulnessEvaluator } from './faithfulness.js';
export { JudgeEvaluator, type JudgeEvaluatorOptions } from './judge.js';
export { type JudgeCache, memoryCache } from './judge/cache.js';
export type { JudgeClient, JudgeMessage, JudgeReply, JudgeRequest } from './judge/client.js';
export { configuredJudge, configureJudge, type JudgeConfig } from './judge/configure.js';
export { isJudgeError, type JudgeError, type JudgeFailure } from './judge/error.js';
export { type JudgePrice, openAiJudge, type OpenAiJudgeOptions } from './judge/openai-client.js';
export type { JudgeOptions } from './judge/options.js';
export type { JudgeSchema, ObjectSchema } from './judge/schema.js';
export { PairwiseEvaluator } from './pairwise.js';
export { QualityScoreEvaluator, type QualityScoreOptions } from './quality-score.js';
export { RelevanceEvaluator } from './relevance.js';
export { ToxicityEvaluator } from './toxicity.js';
