import { type Fields, fieldsOf, isFields, numberOr, textOf, textOrNull } from './read.js';

export interface Tokens {
  readonly prompt: number;
  readonly completion: number;
  readonly total: number;
}

export interface MeanScore {
  readonly name: string;
  readonly mean: number | null;
  readonly count: number;
}

export interface Session {
  readonly sessionId: string;
  readonly sessionName: string;
  readonly project: string | null;
  readonly source: string | null;
  readonly startTime: number;
  readonly endTime: number | null;
  readonly durationMs: number | null;
  readonly spanCount: number;
  readonly modelCount: number;
  readonly errorCount: number;
  readonly tokens: Tokens | null;
  readonly costUsd: number | null;
  readonly inputs: Fields;
  readonly outputs: Fields;
  readonly metadata: Fields;
  readonly metrics: Fields;
  readonly feedback: Fields;
  readonly config: Fields;
  readonly userProperties: Fields;
  readonly scores: readonly MeanScore[];
  /** The first root span's inputs and the last one's outputs, in a line. */
  readonly firstInput: string;
  readonly lastOutput: string;
  readonly error: string | null;
  /** The ingest sequence of its last change. */
  readonly seq: number;
}

export function readTokens(value: unknown): Tokens | null {
  if (typeof value === 'number') return { prompt: 0, completion: 0, total: value };
  if (!isFields(value)) return null;
  const prompt = numberOr(value.prompt, 0);
  const completion = numberOr(value.completion, 0);
  const total = numberOr(value.total, prompt + completion);
  return total > 0 ? { prompt, completion, total } : null;
}

function readMeans(value: unknown): MeanScore[] {
  return Object.entries(fieldsOf(value)).map(([name, entry]) => {
    const { mean, count } = fieldsOf(entry);
    return { name, mean: numberOr(mean, null), count: numberOr(count, 0) };
  });
}

export function readSession(value: unknown): Session {
  const raw = fieldsOf(value);
  return {
    sessionId: textOf(raw.sessionId),
    sessionName: textOf(raw.sessionName),
    project: textOrNull(raw.project),
    source: textOrNull(raw.source),
    startTime: numberOr(raw.startTime, Number.NaN),
    endTime: numberOr(raw.endTime, null),
    durationMs: numberOr(raw.durationMs, null),
    spanCount: numberOr(raw.spanCount, 0),
    modelCount: numberOr(raw.modelCount, 0),
    errorCount: numberOr(raw.errorCount, 0),
    tokens: readTokens(raw.tokens),
    costUsd: numberOr(raw.costUsd, null),
    inputs: fieldsOf(raw.inputs),
    outputs: fieldsOf(raw.outputs),
    metadata: fieldsOf(raw.metadata),
    metrics: fieldsOf(raw.metrics),
    feedback: fieldsOf(raw.feedback),
    config: fieldsOf(raw.config),
    userProperties: fieldsOf(raw.userProperties),
    scores: readMeans(raw.scores),
    firstInput: textOf(raw.firstInput),
    lastOutput: textOf(raw.lastOutput),
    error: textOrNull(raw.error),
    seq: numberOr(raw.seq, 0),
  };
}

const userKeys = ['user_id', 'userId', 'id', 'email', 'username', 'user_name', 'userName', 'name', 'user'];

/** Who the session belongs to, by the usual spellings. */
export function userOf(session: Session): string | null {
  for (const key of userKeys) {
    const user = textOf(Object.hasOwn(session.userProperties, key) ? session.userProperties[key] : undefined);
    if (user) return user;
  }
  return null;
}

/** Some span has begun, and none has ended yet. */
export function isRunning(session: Session): boolean {
  return session.endTime === null && session.spanCount > 0;
}

export function sessionTitle(session: Session): string {
  return session.sessionName || session.sessionId;
}
