import type { SessionField, SpanField } from '../../query/fields.js';

/** What was said of the session itself goes before what its spans tell, as in `sessionOf`. */
const SESSION_END = 'ifnull(s.given_end_ms, CASE WHEN s.end_ms > -8e18 THEN s.end_ms END)';

/** What a field is called in SQL over `sessions s`. */
export const SESSION_SQL: Record<SessionField, string> = {
  id: 's.session_id',
  name: 's.name',
  project: '(SELECT name FROM projects WHERE projects.id = s.project_id)',
  source: 's.source',
  start: 's.start_ms',
  end: SESSION_END,
  duration: `ifnull(s.given_duration_ms, max(0, ifnull(${SESSION_END}, s.start_ms) - s.start_ms))`,
  spans: 's.span_count',
  models: 's.model_count',
  errors: 's.error_count',
  tokens: 's.total_tokens',
  'tokens.prompt': 's.prompt_tokens',
  'tokens.completion': 's.completion_tokens',
  cost: 's.cost_usd',
  has_feedback: 's.has_feedback',
  run_id: 's.run_id',
  error: 's.error',
  input: 's.first_input',
  output: 's.last_output',
};

/** What a field is called in SQL over `spans x`. */
export const SPAN_SQL: Record<SpanField, string> = {
  id: 'lower(hex(x.span_id))',
  trace_id: 'lower(hex(x.trace_id))',
  parent_id: 'lower(hex(x.parent_span_id))',
  event_id: 'x.event_id',
  name: 'x.name',
  type: 'x.event_type',
  status: "CASE x.status WHEN 2 THEN 'error' WHEN 1 THEN 'ok' ELSE 'unset' END",
  error: 'x.error_message',
  model: 'x.model',
  source: 'x.source',
  project: '(SELECT name FROM projects WHERE projects.id = x.project_id)',
  start: 'x.start_ms',
  end: 'x.end_ms',
  duration: 'x.duration_ms',
  tokens: 'x.total_tokens',
  'tokens.prompt': 'x.prompt_tokens',
  'tokens.completion': 'x.completion_tokens',
  cost: 'x.cost_usd',
  preview: 'x.preview',
};
