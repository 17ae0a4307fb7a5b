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
