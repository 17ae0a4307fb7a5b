/** How an evaluator comes to its score: by a rule, by asking a model, by comparing embeddings, or from other evaluators. */
export type EvaluationKind = 'code' | 'llm' | 'embedding' | 'composite';

/** `ok` has been judged; `error`, `timeout` and `skipped` have not, and carry no score. */
export type EvaluationStatus = 'ok' | 'error' | 'timeout' | 'skipped';

/** Tokens a model was charged for. */
export interface TokenUsage {
  inputTokens: number;
  outputTokens: number;
}

/** What one evaluator found. Unscored is `score: null`, never 0. */
export interface EvaluationResult {
  name: string;
  kind: EvaluationKind;
  status: EvaluationStatus;
  /** Finite, or null where there is none. Built-ins give 0 to 1, higher is better. */
  score: number | null;
  label?: string;
  /** Decided here from `threshold` where one is set, otherwise as the evaluator said. */
  passed?: boolean;
  threshold?: number;
  /** The evaluator's explanation; where it gave no score, the reason. */
  feedback?: string;
  /** Further scalars that the evaluator reported. */
  metrics: Record<string, number | boolean | string>;
  metadata?: Record<string, unknown>;
  /** A boolean or text that `evaluate` returned: on the wire it stays as it is. */
  value?: boolean | string;
  /** Results of the evaluators inside a MultiEvaluator, in their order. */
  children?: EvaluationResult[];
  coverage?: { scored: number; total: number };
  error?: { type: string; message: string };
  /** Wall time of `evaluate`, in ms. */
  durationMs: number;
  usage?: TokenUsage;
  costUsd?: number;
  /** The `version` option of the evaluator. */
  version?: string;
}

/** A result with a number in it. */
export type ScoredResult = EvaluationResult & { score: number };

/** Whether the evaluator came to a number. */
export function isScored(result: EvaluationResult): result is ScoredResult {
  return result.status === 'ok' && typeof result.score === 'number';
}
