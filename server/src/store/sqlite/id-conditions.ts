import { canonicalId, spanOfEventId } from '../../wire/ids.js';
import type { Bind } from './bind.js';

/** Fields that hold ids, each in `sessions s` or `spans x`. */
export type IdField = 'session' | 'span' | 'trace' | 'parent' | 'event' | 'parent event';

/** That an id is the one asked for: found by an index, where there is one, and by what is stored instead of by its text. */
export function idSql(field: IdField, id: string, bind: Bind): string {
  switch (field) {
    case 'session':
      return `s.session_id = ${bind(canonicalId(id))}`;
    case 'span':
      return withBytes(id, 8, (bytes) => `x.span_id = ${bind(bytes)}`);
    case 'parent':
      return withBytes(id, 8, (bytes) => `ifnull(x.parent_span_id = ${bind(bytes)}, 0)`);
    case 'trace':
      return withBytes(
        id,
        16,
        (bytes) => `x.id IN (SELECT id FROM spans WHERE ${ANY_PROJECT} AND trace_id = ${bind(bytes)})`,
      );
    case 'event':
      return `x.id IN (${rowsOfEvent(canonicalId(id), bind)})`;
    default:
      return `x.id IN (${rowsBelow(canonicalId(id), bind)})`;
  }
}

/** The index of ids begins with the project. */
const ANY_PROJECT = 'project_id IN (SELECT id FROM projects)';

function withBytes(id: string, length: number, then: (bytes: Uint8Array) => string): string {
  const hex = id.trim();
  return hex.length === 2 * length && /^[0-9a-f]+$/i.test(hex) ? then(Buffer.from(hex, 'hex')) : '0';
}

function rowsOfEvent(eventId: string, bind: Bind): string {
  const given = `SELECT id FROM spans WHERE event_id = ${bind(eventId)}`;
  const derived = spanOfEventId(eventId);
  if (!derived) return given;
  const end = (digit: string): string => bind(Buffer.from(derived.tracePrefix.padEnd(32, digit), 'hex'));
  return `${given} UNION ALL SELECT id FROM spans WHERE event_id IS NULL AND ${ANY_PROJECT}
    AND trace_id BETWEEN ${end('0')} AND ${end('f')} AND span_id = ${bind(Buffer.from(derived.spanId, 'hex'))}`;
}

/** Spans whose parent is the event or, where they have none, the session of this id. */
function rowsBelow(id: string, bind: Bind): string {
  return `SELECT id FROM spans WHERE hh_tick(id) AND parent_event_id = ${bind(id)}
    UNION ALL SELECT c.id FROM spans p CROSS JOIN spans c ON c.project_id = p.project_id AND c.trace_id = p.trace_id
      AND c.parent_span_id = p.span_id WHERE p.id IN (${rowsOfEvent(id, bind)}) AND c.parent_event_id IS NULL
    UNION ALL SELECT c.id FROM sessions r CROSS JOIN spans c ON c.session_pk = r.id
      WHERE r.session_id = ${bind(id)} AND c.parent_event_id IS NULL AND NOT EXISTS (SELECT 1 FROM spans p
        WHERE p.project_id = c.project_id AND p.trace_id = c.trace_id AND p.span_id = c.parent_span_id)`;
}
