import type { TokenUsage } from './result.js';

/** The fields of a report that have a meaning. */
interface ReportFields {
  score?: number | boolean | string | null;
  /** Why. `explanation` means the same. */
  feedback?: unknown;
  explanation?: unknown;
  label?: unknown;
  passed?: boolean;
  threshold?: number;
  metrics?: object;
  metadata?: object;
  /** Says that the evaluation failed, and how; the result is then unscored. */
  error?: { type: string; message: string };
  usage?: TokenUsage;
  costUsd?: number;
}

/** The long form of what `evaluate` may return; scalars under other names become metrics. */
export interface EvaluatorReport extends ReportFields {
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
  // Values of an interface of the user's own have no index signature; lists are none.
  | (object & ReportFields & { readonly [Symbol.iterator]?: never })
  | readonly [EvaluatorReturn];

/** The answer of an evaluator that cannot judge this one: no score, and the reason. */
export function skip(reason: string, more: EvaluatorReport = {}): EvaluatorReport {
  return { ...more, score: null, feedback: reason };
}
