import { eventIdOf } from '../../wire/ids.js';
import type { Session, ThinSpan } from '../../wire/records.js';
import { emptyObject } from '../../wire/value.js';
import type { Row } from './driver.js';
import { parseMap } from './session-rows.js';

const STATUS = ['unset', 'ok', 'error'] as const;

export const SESSION_COLUMNS = 's.*, p.name AS project';

export function sessionOf(row: Row): Session {
  const start = Number(row.given_start_ms ?? row.start_ms ?? 0);
  const lastEnd = row.end_ms === null || Number(row.end_ms) < -8e18 ? null : Number(row.end_ms);
  const end = row.given_end_ms === null ? lastEnd : Number(row.given_end_ms);
  const earliest = row.start_ms === null ? start : Math.min(start, Number(row.start_ms));
  return {
    sessionId: String(row.session_id),
    sessionName: String(row.name ?? 'unknown'),
    project: String(row.project),
    source: String(row.source ?? 'unknown'),
    startTime: earliest,
    endTime: end,
    durationMs:
      row.given_duration_ms === null ? Math.max(0, (end ?? earliest) - earliest) : Number(row.given_duration_ms),
    spanCount: Number(row.span_count),
    modelCount: Number(row.model_count),
    errorCount: Number(row.error_count),
    tokens: {
      prompt: Number(row.prompt_tokens),
      completion: Number(row.completion_tokens),
      total: Number(row.total_tokens),
    },
    costUsd: Number(row.cost_usd),
    metadata: parseMap(row.metadata),
    metrics: parseMap(row.metrics),
    feedback: parseMap(row.feedback),
    inputs: parseMap(row.inputs),
    outputs: parseMap(row.outputs),
    config: parseMap(row.config),
    userProperties: parseMap(row.user_properties),
    scores: scoresOf(row.scores),
    firstInput: String(row.first_input ?? ''),
    lastOutput: String(row.last_output ?? ''),
    error: row.error === null ? null : String(row.error),
    hasFeedback: Number(row.has_feedback) === 1,
    runId: row.run_id === null ? null : String(row.run_id),
    seq: Number(row.seq),
  };
}

function scoresOf(text: unknown): Session['scores'] {
  const scores = emptyObject() as unknown as Session['scores'];
  for (const [name, value] of Object.entries(parseMap(text))) {
    const { sum, count } = value as { sum: number; count: number };
    scores[name] = { mean: sum / count, count };
  }
  return scores;
}

export const SPAN_COLUMNS = `x.id, x.seq, x.trace_id, x.span_id, x.parent_span_id, x.event_id, x.event_type, x.name, x.start_ms, x.end_ms, x.duration_ms, x.status, x.error_message,
  x.model, x.prompt_tokens, x.completion_tokens, x.total_tokens, x.cost_usd, x.scores, x.preview`;

export function hex(value: unknown): string {
  const bytes = value as Uint8Array;
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex');
}

export function thinSpanOf(row: Row, sessionId: string): ThinSpan {
  const traceId = hex(row.trace_id);
  const spanId = hex(row.span_id);
  const span: ThinSpan = {
    traceId,
    spanId,
    parentSpanId: row.parent_span_id === null ? null : hex(row.parent_span_id),
    eventId: row.event_id === null ? eventIdOf(traceId, spanId) : String(row.event_id),
    eventType: String(row.event_type),
    name: String(row.name),
    startTime: Number(row.start_ms),
    endTime: row.end_ms === null ? null : Number(row.end_ms),
    durationMs: row.duration_ms === null ? null : Number(row.duration_ms),
    status: STATUS[Number(row.status)] ?? 'unset',
    running: row.end_ms === null,
    preview: String(row.preview ?? ''),
    sessionId,
    seq: Number(row.seq),
  };
  if (row.error_message !== null) span.errorMessage = String(row.error_message);
  if (row.model !== null) span.model = String(row.model);
  if (row.total_tokens !== null)
    span.tokens = {
      prompt: Number(row.prompt_tokens),
      completion: Number(row.completion_tokens),
      total: Number(row.total_tokens),
    };
  if (row.cost_usd !== null) span.costUsd = Number(row.cost_usd);
  if (row.scores !== null) span.scores = JSON.parse(String(row.scores)) as Record<string, number>;
  return span;
}
