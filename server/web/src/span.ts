import { type Fields, fieldsOf, isFields, listOf, numberOr, textOf, textOrNull } from './read.js';
import { readTokens, type Tokens } from './session.js';

export type SpanStatus = 'ok' | 'error' | 'unset';

/** One evaluator's score on a span, as the tree shows it. */
export interface SpanScore {
  readonly name: string;
  readonly score: number | null;
  readonly passed: boolean | null;
}

/** What the tree needs to know of a span. */
export interface ThinSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | null;
  readonly eventType: string;
  readonly name: string;
  readonly startTime: number;
  /** The start itself while the span is running. */
  readonly endTime: number;
  readonly durationMs: number | null;
  readonly running: boolean;
  readonly status: SpanStatus;
  readonly preview: string;
  readonly errorMessage: string | null;
  readonly model: string | null;
  readonly tokens: Tokens | null;
  readonly costUsd: number | null;
  readonly scores: readonly SpanScore[];
}

export interface Evaluation extends SpanScore {
  readonly label: string | null;
  readonly explanation: string | null;
  /** Why there is no score: `error`, `timeout`, `skipped`. */
  readonly status: string | null;
  readonly errorType: string | null;
}

export interface SpanError {
  readonly type: string | null;
  readonly message: string | null;
  readonly stack: string | null;
}

/** Everything that is known of a span. */
export interface WholeSpan extends ThinSpan {
  readonly eventId: string | null;
  readonly statusMessage: string | null;
  readonly inputs: Fields;
  readonly outputs: Fields;
  readonly config: Fields;
  readonly metadata: Fields;
  readonly metrics: Fields;
  readonly feedback: Fields;
  readonly userProperties: Fields;
  readonly error: SpanError | null;
  readonly evaluations: readonly Evaluation[];
  readonly events: readonly unknown[];
  readonly attributes: Fields;
  readonly resource: Fields;
  readonly scope: Fields;
  readonly links: readonly unknown[];
  /** What cannot be right about the span's times, in words. */
  readonly flags: readonly string[];
}

export function spanKey(span: { readonly traceId: string; readonly spanId: string }): string {
  return `${span.traceId}/${span.spanId}`;
}

export function isScored(score: SpanScore): boolean {
  return score.score !== null || score.passed !== null;
}

const scoreSuffixes = ['', '_passed', '_label', '_explanation', '_status'];

/** The metrics without those that say in other words what the evaluations say. */
export function ownMetrics(metrics: Fields, evaluations: readonly Evaluation[]): Fields {
  const said = new Set(evaluations.flatMap(({ name }) => scoreSuffixes.map((suffix) => name + suffix)));
  return Object.fromEntries(Object.entries(metrics).filter(([name]) => !said.has(name)));
}

function readStatus(value: unknown): SpanStatus {
  return value === 'error' || value === 'ok' ? value : 'unset';
}

function readScore(name: string, value: unknown): SpanScore {
  const raw = isFields(value) ? value : { score: value };
  const flag = typeof raw.score === 'boolean' ? raw.score : raw.passed;
  return { name, score: numberOr(raw.score, null), passed: typeof flag === 'boolean' ? flag : null };
}

function readScores(value: unknown): SpanScore[] {
  if (Array.isArray(value)) return value.map((entry) => readScore(textOf(fieldsOf(entry).name), entry));
  return Object.entries(fieldsOf(value)).map(([name, entry]) => readScore(name, entry));
}

export function readThinSpan(value: unknown): ThinSpan {
  const raw = fieldsOf(value);
  const startTime = numberOr(raw.startTime, 0);
  const endTime = numberOr(raw.endTime, startTime + numberOr(raw.durationMs, 0));
  const running = raw.running === true;
  return {
    traceId: textOf(raw.traceId),
    spanId: textOf(raw.spanId),
    parentSpanId: textOrNull(raw.parentSpanId),
    eventType: textOf(raw.eventType),
    name: textOf(raw.name),
    startTime,
    endTime,
    durationMs: running ? null : numberOr(raw.durationMs, endTime - startTime),
    running,
    status: readStatus(raw.status),
    preview: textOf(raw.preview),
    errorMessage: textOrNull(raw.errorMessage),
    model: textOrNull(raw.model),
    tokens: readTokens(raw.tokens),
    costUsd: numberOr(raw.costUsd, null),
    scores: readScores(raw.scores),
  };
}

function readEvaluation(value: unknown): Evaluation {
  const raw = fieldsOf(value);
  return {
    ...readScore(textOf(raw.name), raw),
    label: textOrNull(raw.label),
    explanation: textOrNull(raw.explanation),
    status: textOrNull(raw.status),
    errorType: textOrNull(raw.errorType),
  };
}

function readError(value: unknown): SpanError | null {
  if (typeof value === 'string') return { type: null, message: value, stack: null };
  if (!isFields(value)) return null;
  return { type: textOrNull(value.type), message: textOrNull(value.message), stack: textOrNull(value.stack) };
}

export function readWholeSpan(value: unknown): WholeSpan {
  const raw = fieldsOf(value);
  const evaluations = listOf(raw.evaluations).map(readEvaluation);
  return {
    ...readThinSpan(raw),
    scores: evaluations,
    eventId: textOrNull(raw.eventId),
    statusMessage: textOrNull(raw.statusMessage),
    inputs: fieldsOf(raw.inputs),
    outputs: fieldsOf(raw.outputs),
    config: fieldsOf(raw.config),
    metadata: fieldsOf(raw.metadata),
    metrics: fieldsOf(raw.metrics),
    feedback: fieldsOf(raw.feedback),
    userProperties: fieldsOf(raw.userProperties),
    error: readError(raw.error),
    evaluations,
    events: listOf(raw.events),
    attributes: fieldsOf(raw.attributes),
    resource: fieldsOf(raw.resource),
    scope: fieldsOf(raw.scope),
    links: listOf(raw.links),
    flags: listOf(raw.flags).map(textOf).filter(Boolean),
  };
}
