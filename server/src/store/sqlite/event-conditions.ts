import type { Condition } from '../../query/ast.js';
import { QueryError } from '../../query/ast.js';
import { type EventField, eventField, eventFieldType } from '../../query/event-fields.js';
import { bucketField, type Target } from '../../query/fields.js';
import type { Bind } from './bind.js';
import { EVENT_SQL } from './columns.js';
import { columnSql, jsonSql, textOf } from './conditions.js';
import { idSql } from './id-conditions.js';

/** A condition on an event as HoneyHive's API shows it: a session's own, or a span's. */
export function eventSql(name: string, condition: Condition, target: Target, bind: Bind): string {
  const field = eventField(name);
  if (field === undefined) {
    const inBucket = bucketField(name, target);
    if (!inBucket) throw new QueryError(`there is no field ${name}`);
    return jsonSql(target === 'session' ? 's' : 'x', inBucket, condition, bind);
  }
  if (condition.operator === '=') {
    const byId = eventIdSql(field, textOf(condition), target, bind);
    if (byId !== undefined) return byId;
  }
  if (condition.operator === '!=') return `NOT ${eventSql(name, { ...condition, operator: '=' }, target, bind)}`;
  const type = eventFieldType(field) === 'text' ? 'text' : 'number';
  const sql = (): string => columnSql(EVENT_SQL[target][field], type, condition, name, bind);
  return field === 'start_time' ? `(${nearStart(condition, target, bind)} AND ${sql()})` : sql();
}

/** Times are shown rounded, and the index has them as they are. */
function nearStart({ operator, value }: Condition, target: Target, bind: Bind): string {
  const start = target === 'session' ? 's.start_ms' : 'x.start_ms';
  if (typeof value !== 'number' || operator === 'exists') return '1';
  return operator === '<' ? `${start} <= ${bind(value + 1)}` : `${start} >= ${bind(value - 1)}`;
}

function eventIdSql(field: EventField, id: string, target: Target, bind: Bind): string | undefined {
  if (target === 'session')
    return field === 'event_id' || field === 'session_id' ? idSql('session', id, bind) : undefined;
  if (field === 'event_id') return idSql('event', id, bind);
  if (field === 'parent_id') return idSql('parent event', id, bind);
  return field === 'session_id'
    ? `x.session_pk IN (SELECT s.id FROM sessions s WHERE ${idSql('session', id, bind)})`
    : undefined;
}
