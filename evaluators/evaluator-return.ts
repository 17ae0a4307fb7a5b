import type { TokenUsage } from './result.js';

/** The long form of what `evaluate` may return; scalars under other names become metrics. */
export interface EvaluatorReport {
  score?: number | boolean | string | null;
  /** Why. `explanation` means the same. */
  feedback?: unknown;
  explanation?: unknown;
  label?: unknown;
  passed?: boolean;
  threshold?: number;
  metrics?: Record<string, unknown>;
  metadata?: Record<string, unknown>;
  /** Says that the evaluation failed, and how; the result is then unscored. */
  error?: { type: string; message: string };
  usage?: TokenUsage;
  costUsd?: number;
  [extra: string]: unknown;
}

/**
 * What `evaluate` may return: a score; true or false (1 or 0); a text (a label, unscored); null or undefined
 * (skipped); a report; or any of these as the only element of an array.
 */
export type EvaluatorReturn =
  | number
  | boolean
  | string
  | null
  | undefined
  | EvaluatorReport
  | readonly [EvaluatorReturn];

/** The answer of an evaluator that cannot judge this one: no score, and the reason. */
export function skip(reason: string, more: EvaluatorReport = {}): EvaluatorReport {
  return { ...more, score: null, feedback: reason };
}
