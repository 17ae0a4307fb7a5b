import { type Condition, type Filter, QueryError } from '../../query/ast.js';
import {
  type BucketField,
  type Field,
  resolveField,
  type SessionField,
  type SpanField,
  type Target,
} from '../../query/fields.js';
import { isUuid } from '../../wire/ids.js';
import type { Bind } from './bind.js';
import { type Alias, SESSION_SQL, SPAN_SQL } from './columns.js';
import { bucketValue, columnSql, jsonSql, scoreSql, textOf } from './conditions.js';
import type { SqlValue } from './driver.js';
import { eventSql } from './event-conditions.js';
import { type IdField, idSql } from './id-conditions.js';
import { COMMON_TEXTS } from './text-parts.js';

export interface Compiled {
  sql: string;
  values: SqlValue[];
}

/**
 * A filter as SQL over `sessions s` or `spans x`; `texts` are the tables with texts of spans. Everything that came from outside is a bound value; the only texts
 * taken over into SQL are the ones in this folder.
 */
export function compile(filter: Filter, target: Target, texts: readonly string[]): Compiled {
  const values: SqlValue[] = [];
  const bind = (value: SqlValue): string => {
    values.push(value);
    return '?';
  };
  const spansWith: SpansWith = (match) => spansSql(match, texts, bind);
  let conditions = 0;
  const walk = (node: Filter): string => {
    switch (node.kind) {
      case 'all':
        return node.items.length === 0 ? '1' : joined(node.items.map(walk), ' AND ');
      case 'any':
        return node.items.length === 0 ? '0' : joined(node.items.map(walk), ' OR ');
      case 'not':
        return `NOT ${walk(node.item)}`;
    }
    if (++conditions > MOST_CONDITIONS)
      throw new QueryError(`there are more than ${MOST_CONDITIONS} conditions; ask in parts`);
    switch (node.kind) {
      case 'text':
        return textSql(node.text, node.prefix, target, bind, spansWith);
      case 'event':
        return eventSql(node.field, node, target, bind);
      default:
        return compareSql(node, target, bind, spansWith);
    }
  };
  // NULL is neither true nor false in SQL; a condition on a missing value is false here, so that NOT of it is true.
  const sql = walk(filter);
  return { sql, values };
}

const MOST_CONDITIONS = 1000;
/** SQLite's trees are a level deeper for each condition that is joined, and at most 1,000 levels deep. */
const JOINED_AT_ONCE = 100;

function joined(parts: readonly string[], by: ' AND ' | ' OR '): string {
  if (parts.length <= JOINED_AT_ONCE) return `(${parts.join(by)})`;
  const middle = parts.length >> 1;
  return `(${joined(parts.slice(0, middle), by)}${by}${joined(parts.slice(middle), by)})`;
}

type Comparison = Filter & { kind: 'compare' };
/** The rows of spans whose text matches, as a list for `IN`. */
type SpansWith = (match: string) => string;

/** SQLite joins at most 500 selects in one. */
const TABLES_AT_ONCE = 400;

function spansSql(match: string, texts: readonly string[], bind: Bind): string {
  const lists: string[] = [];
  for (let first = 0; first < texts.length; first += TABLES_AT_ONCE) {
    const tables = texts.slice(first, first + TABLES_AT_ONCE);
    lists.push(
      tables.map((table) => `SELECT rowid FROM ${table} WHERE ${table} MATCH ${bind(match)}`).join(' UNION ALL '),
    );
  }
  return lists.length === 1 ? `${lists[0]}` : lists.map((list) => `SELECT * FROM (${list})`).join(' UNION ALL ');
}

function textSql(text: string, prefix: boolean, target: Target, bind: Bind, spansWith: SpansWith): string {
  // Only letters and digits are indexed: a search for other signs alone can find nothing.
  if (!/[\p{L}\p{N}]/u.test(text)) return '0';
  const match = `"${text.replaceAll('"', '""').replaceAll('\0', ' ')}"${prefix ? '*' : ''}`;
  const found =
    target === 'span'
      ? `x.id IN (${spansWith(match)})`
      : `s.id IN (SELECT session_pk FROM spans WHERE id IN (${spansWith(match)})) OR -s.id IN (SELECT rowid FROM ${COMMON_TEXTS} WHERE ${COMMON_TEXTS} MATCH ${bind(match)} AND rowid < 0)`;
  const named = prefix ? [] : idsLike(text).map(([id, of]) => byRow(idSql(id, text, bind), of, target));
  return `(${[found, ...named].join(' OR ')})`;
}

/** What a text may be the whole id of, by its form: ids are no part of the texts that are indexed. */
function idsLike(text: string): readonly [IdField, Target][] {
  if (/^[0-9a-f]{16}$/i.test(text)) return [['span', 'span']];
  if (/^[0-9a-f]{32}$/i.test(text)) return [['trace', 'span']];
  if (!isUuid(text.toLowerCase())) return [];
  return [
    ['session', 'session'],
    ['event', 'span'],
  ];
}

function compareSql(condition: Comparison, target: Target, bind: Bind, spansWith: SpansWith): string {
  const { field: name, operator } = condition;
  const field = resolveField(name, target);
  if (field.kind === 'column') {
    const id = ID_FIELDS[field.of].get(field.name);
    // A session that has a span with another id is not one that has none with this id.
    const negated = operator === '!=' && (field.of === target || field.of === 'session');
    if (id !== undefined && (operator === '=' || negated))
      return `${negated ? 'NOT ' : ''}${byRow(idSql(id, textOf(condition), bind), field.of, target)}`;
    const sql = field.of === 'session' ? SESSION_SQL[field.name as SessionField] : SPAN_SQL[field.name as SpanField];
    return across(columnSql(sql, field.type, condition, name, bind), field.of, target);
  }
  if (field.kind === 'score') return across(scoreSql(field, condition, name, bind), field.of, target);
  if (field.of !== 'either')
    return across(jsonSql(field.of === 'session' ? 's' : 'x', field, condition, bind), field.of, target);
  const positive: Condition = operator === '!=' ? { ...condition, operator: '=' } : condition;
  const ofSession = jsonSql('s', field, positive, bind);
  return `${operator === '!=' ? 'NOT' : ''} (${ofSession} OR ${someSpan(field, positive, target, bind, spansWith)})`;
}

const ID_FIELDS: Record<Target, ReadonlyMap<string, IdField>> = {
  session: new Map([['id', 'session']]),
  span: new Map([
    ['id', 'span'],
    ['trace_id', 'trace'],
    ['parent_id', 'parent'],
    ['event_id', 'event'],
    ['parent_event_id', 'parent event'],
  ]),
};

/** The same as `across`, where few rows are meant and finding them first is best. */
function byRow(sql: string, of: Target, target: Target): string {
  if (of === target) return sql;
  return of === 'span'
    ? `s.id IN (SELECT x.session_pk FROM spans x WHERE hh_tick(x.id) AND ${sql})`
    : `x.session_pk IN (SELECT s.id FROM sessions s WHERE ${sql})`;
}

/**
 * Some span of the session has the value. Where the value is plain words, the text index names the few spans to look
 * at; it holds every text that facets hold.
 */
function someSpan(field: BucketField, condition: Condition, target: Target, bind: Bind, spansWith: SpansWith): string {
  const { operator, value } = condition;
  if (operator !== '=' || typeof value !== 'string' || !/^[A-Za-z0-9][A-Za-z0-9 _.@:-]*$/.test(value)) {
    return across(jsonSql('x', field, condition, bind), 'span', target);
  }
  return `s.id IN (SELECT x.session_pk FROM spans x WHERE x.id IN (${spansWith(`"${value}"`)}) AND hh_tick(x.id) AND ${jsonSql('x', field, condition, bind)})`;
}

/** A condition on the other kind of row: some span of the session, or the session of the span. */
function across(sql: string, of: Target, target: Target): string {
  if (of === target) return sql;
  return of === 'span'
    ? `EXISTS (SELECT 1 FROM spans x WHERE x.session_pk = s.id AND hh_tick(x.id) AND ${sql})`
    : `EXISTS (SELECT 1 FROM sessions s WHERE s.id = x.session_pk AND ${sql})`;
}

/** The value of a field as one SQL expression, for grouping. */
export function columnExpression(field: Field, target: Target, name: string, bind: Bind): string {
  const own: Alias = target === 'session' ? 's' : 'x';
  const alias: Alias = field.of === 'either' ? own : field.of === 'session' ? 's' : 'x';
  let sql: string;
  if (field.kind === 'column')
    sql = field.of === 'session' ? SESSION_SQL[field.name as SessionField] : SPAN_SQL[field.name as SpanField];
  else if (field.kind === 'score') throw new QueryError('scores are what is averaged; group by another field');
  else if (field.path === '')
    throw new QueryError(`${name} cannot be grouped by; name one value, as in ${field.bucket}.key`);
  else sql = bucketValue(alias, field, bind).value();
  if (alias === own) return sql;
  if (target === 'session')
    throw new QueryError(`${name} belongs to spans, of which a session has many; group spans by it instead`);
  return `(SELECT ${sql} FROM sessions s WHERE s.id = x.session_pk)`;
}
