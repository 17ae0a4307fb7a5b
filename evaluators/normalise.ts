import { debug, warn } from '../src/base/warn.js';
import type { EvaluationResult, TokenUsage } from './result.js';

/** What can be read from a returned value alone; name, kind, threshold and time are the evaluator's. */
export type Normalised = Pick<EvaluationResult, 'status' | 'score' | 'metrics'> &
  Partial<
    Pick<
      EvaluationResult,
      | 'label'
      | 'passed'
      | 'threshold'
      | 'feedback'
      | 'metadata'
      | 'value'
      | 'children'
      | 'coverage'
      | 'error'
      | 'usage'
      | 'costUsd'
    >
  >;

/** Where a MultiEvaluator hands over its children; a symbol, so that no user's field can be taken for it. */
export const PARTS: unique symbol = Symbol.for('honeyhive-decorators.evaluation.parts');

export interface Parts {
  readonly children: EvaluationResult[];
  readonly coverage: { scored: number; total: number };
}

type Scalar = number | boolean | string;

/** Fields of a report that have a meaning of their own; every other scalar is a metric. */
const FIELDS = new Set([
  'score',
  'feedback',
  'explanation',
  'label',
  'passed',
  'threshold',
  'metrics',
  'metadata',
  'error',
  'usage',
  'costUsd',
]);

/**
 * Turns what `evaluate` returned into the fields of a result. Wrong types are errors with a message, never a 0.
 * Same rules as HoneyHive's Python SDK (tests/unit/test_evaluator_metric_normalization.py), which sends
 * booleans and texts as they are: they stay in `value`.
 */
export function normalise(name: string, returned: unknown): Normalised {
  const raw = Array.isArray(returned) && returned.length === 1 ? returned[0] : returned;
  if (raw === null || raw === undefined)
    return { ...empty(), status: 'skipped', feedback: 'the evaluator gave no score' };
  if (Array.isArray(raw)) return invalid(`evaluate() returned a list of ${raw.length} elements, which is no score`);
  if (typeof raw === 'object') return fromReport(name, raw as Record<string, unknown>);
  return fromScore(raw);
}

function fromScore(raw: unknown): Normalised {
  switch (typeof raw) {
    case 'number':
      return Number.isFinite(raw)
        ? { ...empty(), score: raw }
        : invalid(`the score is ${raw}, which is no finite number`);
    case 'bigint':
      return fromScore(Number(raw));
    case 'boolean':
      return { ...empty(), score: raw ? 1 : 0, passed: raw, value: raw };
    case 'string':
      return { ...empty(), label: raw, value: raw };
    default:
      return invalid(`the score is a ${Array.isArray(raw) ? 'list' : typeof raw}, not a number, boolean or text`);
  }
}

function fromReport(name: string, report: Record<string | symbol, unknown>): Normalised {
  const dropped: string[] = [];
  const result = { ...scoreOf(report), metrics: metricsOf(report, dropped) };
  const feedback = textOf(report['feedback']) ?? textOf(report['explanation']);
  if (feedback !== undefined) result.feedback = feedback;
  const label = textOf(report['label']);
  if (label !== undefined) result.label = label;
  const { passed, threshold, costUsd } = report;
  if (typeof passed === 'boolean') result.passed = passed;
  if (typeof threshold === 'number' && Number.isFinite(threshold)) result.threshold = threshold;
  if (typeof costUsd === 'number' && Number.isFinite(costUsd)) result.costUsd = costUsd;
  const usage = usageOf(report['usage']);
  if (usage) result.usage = usage;
  if (isObject(report['metadata'])) result.metadata = { ...report['metadata'] };
  const parts = report[PARTS] as Parts | undefined;
  if (parts) Object.assign(result, parts);
  tell(name, report, result, dropped);
  return result;
}

function scoreOf(report: Record<string | symbol, unknown>): Normalised {
  const error = report['error'];
  if (isObject(error) && typeof error['message'] === 'string') {
    const type = textOf(error['type']) ?? 'Error';
    return { ...invalid(error['message']), status: statusOf(type), error: { type, message: error['message'] } };
  }
  if (!('score' in report)) return empty();
  const score = report['score'];
  if (score === null) return { ...empty(), status: 'skipped', feedback: 'the evaluator gave no score' };
  return score === undefined ? empty() : fromScore(score);
}

/** Other scalars of the report, and those in its `metrics`. What is no scalar is named in `dropped`. */
function metricsOf(report: Record<string, unknown>, dropped: string[]): Record<string, Scalar> {
  const metrics: Record<string, Scalar> = {};
  const take = (key: string, value: unknown): void => {
    if (value === null || value === undefined) return;
    const scalar = typeof value === 'bigint' ? Number(value) : value;
    if (isScalar(scalar))
      Object.defineProperty(metrics, key, { value: scalar, enumerable: true, writable: true, configurable: true });
    else dropped.push(key);
  };
  for (const key of Object.keys(report)) if (!FIELDS.has(key)) take(key, report[key]);
  const own = report['metrics'];
  if (isObject(own)) for (const key of Object.keys(own)) take(key, own[key]);
  else take('metrics', own);
  return metrics;
}

function tell(name: string, report: Record<string, unknown>, result: Normalised, dropped: readonly string[]): void {
  if (dropped.length > 0) {
    warn(
      `evaluator:${name}:dropped`,
      `evaluator "${name}": ${dropped.join(', ')} left out, only numbers, booleans and texts are kept`,
    );
  }
  if (result.status === 'ok' && !('score' in report) && result.label === undefined) {
    warn(`evaluator:${name}:unscored`, `evaluator "${name}" returned an object without a score`);
  }
  if (result.status === 'error') debug(`evaluator "${name}": ${result.error?.message ?? 'failed'}`);
}

/** The status of an evaluation that failed with an error of this name. */
export function statusOf(errorType: string): 'error' | 'timeout' {
  return errorType === 'TimeoutError' ? 'timeout' : 'error';
}

function empty(): Normalised {
  return { status: 'ok', score: null, metrics: {} };
}

function invalid(message: string): Normalised {
  return { ...empty(), status: 'error', feedback: message, error: { type: 'InvalidScore', message } };
}

function usageOf(value: unknown): TokenUsage | undefined {
  if (!isObject(value)) return undefined;
  const { inputTokens, outputTokens } = value;
  return typeof inputTokens === 'number' && typeof outputTokens === 'number'
    ? { inputTokens, outputTokens }
    : undefined;
}

function textOf(value: unknown): string | undefined {
  if (value === null || value === undefined) return undefined;
  if (typeof value === 'string') return value;
  try {
    return isObject(value) ? JSON.stringify(value) : String(value);
  } catch {
    return undefined;
  }
}

function isScalar(value: unknown): value is Scalar {
  return typeof value === 'number' || typeof value === 'boolean' || typeof value === 'string';
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
