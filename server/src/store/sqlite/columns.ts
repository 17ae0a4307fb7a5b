import type { EventField } from '../../query/event-fields.js';
import type { SessionField, SpanField, Target } from '../../query/fields.js';

/** `sessions s` or `spans x`. */
export type Alias = 's' | 'x';

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

/** The id that the API gives out for a span's event: its own, or the one that `eventIdOf` in `wire/ids.ts` makes. */
function eventIdOf(span: string): string {
  const [trace, id] = [`hex(${span}.trace_id)`, `hex(${span}.span_id)`];
  return `ifnull(${span}.event_id, lower(substr(${trace}, 1, 8) || '-' || substr(${trace}, 9, 4) || '-8' || substr(${id}, 1, 3)
    || '-8' || substr(${id}, 4, 3) || '-' || substr(${id}, 7) || substr(${trace}, 13, 2)))`;
}

const SESSION_OF_SPAN = '(SELECT session_id FROM sessions WHERE sessions.id = x.session_pk)';
/** What the API calls the parent: an event, also one that is not there, or else the session. */
const PARENT_EVENT_ID = `coalesce(x.parent_event_id, (SELECT ${eventIdOf('p')} FROM spans p
  WHERE p.project_id = x.project_id AND p.trace_id = x.trace_id AND p.span_id = x.parent_span_id), ${SESSION_OF_SPAN})`;

/** What a field is called in SQL over `spans x`. */
export const SPAN_SQL: Record<SpanField, string> = {
  id: 'lower(hex(x.span_id))',
  trace_id: 'lower(hex(x.trace_id))',
  parent_id: 'lower(hex(x.parent_span_id))',
  event_id: eventIdOf('x'),
  parent_event_id: PARENT_EVENT_ID,
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

type Column = { sql: string; type: string };
const number = (sql: string): Column => ({ sql, type: `CASE WHEN ${sql} IS NOT NULL THEN 'real' END` });

/** What events show as metadata over what was said there (`wire/honeyhive-event.ts`). */
const TOTALS: Record<Alias, Map<string, Column>> = {
  s: new Map([
    ['num_events', number('s.span_count')],
    ['num_model_events', number('s.model_count')],
    ['has_feedback', { sql: 's.has_feedback', type: "iif(s.has_feedback, 'true', 'false')" }],
    ['cost', number('s.cost_usd')],
    ['total_tokens', number('s.total_tokens')],
    ['prompt_tokens', number('s.prompt_tokens')],
    ['completion_tokens', number('s.completion_tokens')],
  ]),
  x: new Map([
    ['cost', number('x.cost_usd')],
    ['total_tokens', number('x.total_tokens')],
    ['prompt_tokens', number('x.prompt_tokens')],
    ['completion_tokens', number('x.completion_tokens')],
  ]),
};

export function totalOf(alias: Alias, key: string): Column | undefined {
  return TOTALS[alias].get(key);
}

/** An event's field in SQL, as the API shows it for a session or a span. */
export const EVENT_SQL: Record<Target, Record<EventField, string>> = {
  session: {
    event_id: 's.session_id',
    session_id: 's.session_id',
    parent_id: 'NULL',
    children_ids:
      '(SELECT 1 FROM spans c WHERE c.session_pk = s.id AND c.parent_span_id IS NULL AND c.parent_event_id IS NULL LIMIT 1)',
    project: SESSION_SQL.project,
    project_id: SESSION_SQL.project,
    source: "ifnull(s.source, 'unknown')",
    event_type: "'session'",
    event_name: "ifnull(s.name, 'unknown')",
    error: 's.error',
    start_time: 'round(s.start_ms)',
    end_time: `round(${SESSION_END})`,
    duration: SESSION_SQL.duration,
  },
  span: {
    event_id: SPAN_SQL.event_id,
    session_id: SESSION_OF_SPAN,
    parent_id: PARENT_EVENT_ID,
    // Looking for each span through its whole trace would take the square of the trace's length.
    children_ids: `nullif((x.session_pk, x.trace_id, x.span_id) IN
      (SELECT c.session_pk, c.trace_id, c.parent_span_id FROM spans c WHERE c.parent_span_id IS NOT NULL AND hh_tick(c.id)), 0)`,
    project: SPAN_SQL.project,
    project_id: SPAN_SQL.project,
    source: "ifnull(x.source, 'unknown')",
    event_type: 'x.event_type',
    event_name: 'x.name',
    error: "CASE WHEN x.error_message = '' THEN 'error' ELSE x.error_message END",
    start_time: 'round(x.start_ms)',
    end_time: 'round(x.end_ms)',
    duration: 'x.duration_ms',
  },
};
