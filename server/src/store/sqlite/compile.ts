import { type Filter, type Literal, type Operator, QueryError } from '../../query/ast.js';
import {
  type Field,
  type FieldType,
  resolveField,
  type SessionField,
  type SpanField,
  type Target,
} from '../../query/fields.js';
import type { SqlValue } from './driver.js';
import { COMMON_TEXTS } from './text-parts.js';

export interface Compiled {
  sql: string;
  values: SqlValue[];
}

const SESSION_SQL: Record<SessionField, string> = {
  id: 's.session_id',
  name: 's.name',
  project: '(SELECT name FROM projects WHERE projects.id = s.project_id)',
  source: 's.source',
  start: 's.start_ms',
  end: 'CASE WHEN s.end_ms > -8e18 THEN s.end_ms END',
  duration:
    'ifnull(s.given_duration_ms, max(0, ifnull(s.given_end_ms, CASE WHEN s.end_ms > -8e18 THEN s.end_ms ELSE s.start_ms END) - s.start_ms))',
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

const SPAN_SQL: Record<SpanField, string> = {
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

/**
 * A filter as SQL over `sessions s` or `spans x`; `texts` are the tables with texts of spans. Everything that came from outside is a bound value; the only texts
 * taken over into SQL are the ones in this file.
 */
export function compile(filter: Filter, target: Target, texts: readonly string[]): Compiled {
  const values: SqlValue[] = [];
  const bind = (value: SqlValue): string => {
    values.push(value);
    return '?';
  };
  const spansWith: SpansWith = (match) => spansSql(match, texts, bind);
  const walk = (node: Filter): string => {
    switch (node.kind) {
      case 'all':
        return node.items.length === 0 ? '1' : `(${node.items.map(walk).join(' AND ')})`;
      case 'any':
        return node.items.length === 0 ? '0' : `(${node.items.map(walk).join(' OR ')})`;
      case 'not':
        return `NOT ${walk(node.item)}`;
      case 'text':
        return textSql(node.text, node.prefix, target, bind, spansWith);
      default:
        return compareSql(node.field, node.operator, node.value, target, bind, spansWith);
    }
  };
  // NULL is neither true nor false in SQL; a condition on a missing value is false here, so that NOT of it is true.
  const sql = walk(filter);
  return { sql, values };
}

type Bind = (value: SqlValue) => string;
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
  if (target === 'span') return `(x.id IN (${spansWith(match)}))`;
  return `(s.id IN (SELECT session_pk FROM spans WHERE id IN (${spansWith(match)})) OR -s.id IN (SELECT rowid FROM ${COMMON_TEXTS} WHERE ${COMMON_TEXTS} MATCH ${bind(match)} AND rowid < 0))`;
}

function compareSql(
  name: string,
  operator: Operator,
  value: Literal,
  target: Target,
  bind: Bind,
  spansWith: SpansWith,
): string {
  const field = resolveField(name, target);
  if (field.kind === 'column') {
    const sql = field.of === 'session' ? SESSION_SQL[field.name as SessionField] : SPAN_SQL[field.name as SpanField];
    return across(columnSql(sql, field.type, operator, value, name, bind), field.of, target);
  }
  if (field.kind === 'score') return across(scoreSql(field, operator, value, name, bind), field.of, target);
  if (field.of !== 'either')
    return across(jsonSql(field.of === 'session' ? 's' : 'x', field, operator, value, bind), field.of, target);
  const other = operator === '!=' ? 'NOT' : '';
  const positive: Operator = operator === '!=' ? '=' : operator;
  const ofSession = jsonSql('s', field, positive, value, bind);
  return `${other} (${ofSession} OR ${someSpan(field, positive, value, target, bind, spansWith)})`;
}

/**
 * Some span of the session has the value. Where the value is plain words, the text index names the few spans to look
 * at; it holds every value that facets hold.
 */
function someSpan(
  field: Field & { kind: 'bucket' },
  operator: Operator,
  value: Literal,
  target: Target,
  bind: Bind,
  spansWith: SpansWith,
): string {
  if (operator !== '=' || typeof value !== 'string' || !/^[A-Za-z0-9][A-Za-z0-9 _.@:-]*$/.test(value)) {
    return across(jsonSql('x', field, operator, value, bind), 'span', target);
  }
  return `s.id IN (SELECT x.session_pk FROM spans x WHERE x.id IN (${spansWith(`"${value}"`)}) AND hh_tick(x.id) AND ${jsonSql('x', field, operator, value, bind)})`;
}

/** A condition on the other kind of row: some span of the session, or the session of the span. */
function across(sql: string, of: Target, target: Target): string {
  if (of === target) return sql;
  return of === 'span'
    ? `EXISTS (SELECT 1 FROM spans x WHERE x.session_pk = s.id AND hh_tick(x.id) AND ${sql})`
    : `EXISTS (SELECT 1 FROM sessions s WHERE s.id = x.session_pk AND ${sql})`;
}

function columnSql(sql: string, type: FieldType, operator: Operator, value: Literal, name: string, bind: Bind): string {
  if (operator === 'exists') return `(${sql}) IS NOT NULL`;
  if (type === 'text') return textCompare(`(${sql})`, operator, String(value), bind);
  if (operator === 'contains' || operator === 'prefix')
    throw new QueryError(`${name} is a ${type}; it can be compared with = != > >= < <=`);
  let wanted: number;
  if (type === 'boolean') {
    if (typeof value !== 'boolean') throw new QueryError(`${name} is true or false, not ${String(value)}`);
    wanted = Number(value);
  } else if (type === 'time') {
    wanted = timeOf(value, name);
  } else {
    if (typeof value !== 'number') throw new QueryError(`${name} is a number, not '${String(value)}'`);
    wanted = value;
  }
  return `ifnull((${sql}) ${operator} ${bind(wanted)}, ${operator === '!=' ? 1 : 0})`;
}

/** Unix milliseconds, an ISO time, or a span back from now such as `24h`, which the parser has made a number. */
function timeOf(value: Literal, name: string): number {
  if (typeof value === 'number') return value < 1e11 ? Date.now() - value : value;
  const parsed = Date.parse(String(value));
  if (Number.isNaN(parsed))
    throw new QueryError(
      `${name} is a time (2026-01-31, 2026-01-31T10:00, Unix milliseconds, or 24h for the last 24 hours), not '${String(value)}'`,
    );
  return parsed;
}

function textCompare(sql: string, operator: Operator, value: string, bind: Bind): string {
  switch (operator) {
    case 'contains':
      return `ifnull(instr(lower(${sql}), lower(${bind(value)})) > 0, 0)`;
    case 'prefix':
      return `ifnull(substr(lower(${sql}), 1, ${bind([...value].length)}) = lower(${bind(value)}), 0)`;
    case '=':
      return `ifnull(lower(${sql}) = lower(${bind(value)}), 0)`;
    case '!=':
      return `ifnull(lower(${sql}) != lower(${bind(value)}), 1)`;
    default:
      return `ifnull(${sql} ${operator} ${bind(value)}, 0)`;
  }
}

function scoreSql(
  field: Field & { kind: 'score' },
  operator: Operator,
  value: Literal,
  name: string,
  bind: Bind,
): string {
  const alias = field.of === 'session' ? 's' : 'x';
  const path = pathOf(field.evaluator);
  const at = (inner: string): string =>
    path === undefined ? '' : `json_extract(${alias}.scores, ${bind(path + inner)})`;
  if (path === undefined) return '0';
  if (operator === 'exists') return `${at('')} IS NOT NULL`;
  if (typeof value === 'boolean' || typeof value === 'string' || operator === 'contains' || operator === 'prefix')
    throw new QueryError(`${name} is a number; it can be compared with = != > >= < <=`);
  const score = field.of === 'session' ? `(${at('.sum')} / ${at('.count')})` : at('');
  return `ifnull(${score} ${operator} ${bind(value)}, ${operator === '!=' ? 1 : 0})`;
}

/** A JSON path of one quoted key; SQLite has no way to write a quotation mark inside one. */
function pathOf(key: string): string | undefined {
  return /["\\]/.test(key) ? undefined : `$."${key}"`;
}

/** The values of buckets are kept flat in `facets`, each with its own JSON type. */
function jsonSql(
  alias: string,
  field: Field & { kind: 'bucket' },
  operator: Operator,
  value: Literal,
  bind: Bind,
): string {
  if (field.path === '') {
    if (operator !== 'exists')
      throw new QueryError(
        `${field.bucket} holds several values; name one, as in ${field.bucket}.key, or ask ${field.bucket}:*`,
      );
    return `EXISTS (SELECT 1 FROM json_each(${alias}.facets) WHERE substr(key, 1, ${bind(field.bucket.length + 1)}) = ${bind(`${field.bucket}.`)})`;
  }
  const key = `${field.bucket}.${field.path}`;
  const path = pathOf(key);
  if (operator === 'exists') {
    // A whole branch is there when something below it is.
    return `EXISTS (SELECT 1 FROM json_each(${alias}.facets) WHERE key = ${bind(key)} OR substr(key, 1, ${bind(key.length + 1)}) = ${bind(`${key}.`)})`;
  }
  if (path === undefined) return '0';
  const type = (): string => `json_type(${alias}.facets, ${bind(path)})`;
  const extract = (): string => `json_extract(${alias}.facets, ${bind(path)})`;
  if (operator === 'contains' || operator === 'prefix')
    return `(${type()} = 'text' AND ${textCompare(extract(), operator, String(value), bind)})`;
  if (operator === '=' || operator === '!=') {
    const equal =
      typeof value === 'boolean'
        ? `ifnull(${type()} = ${bind(String(value))}, 0)`
        : typeof value === 'number'
          ? `(ifnull(${type()} IN ('integer', 'real'), 0) AND ${extract()} = ${bind(value)} OR ifnull(${type()} = 'text', 0) AND ${extract()} = ${bind(String(value))})`
          : `(ifnull(${type()} = 'text', 0) AND ${textCompare(extract(), '=', value, bind)})`;
    return operator === '=' ? equal : `NOT ${equal}`;
  }
  if (typeof value === 'number')
    return `(ifnull(${type()} IN ('integer', 'real'), 0) AND ${extract()} ${operator} ${bind(value)})`;
  return `(ifnull(${type()} = 'text', 0) AND ${extract()} ${operator} ${bind(String(value))})`;
}

/** The value of a field as one SQL expression, for grouping. */
export function columnExpression(field: Field, target: Target, name: string, bind: Bind): string {
  const alias = field.of === 'session' || (field.of === 'either' && target === 'session') ? 's' : 'x';
  let sql: string;
  if (field.kind === 'column')
    sql = field.of === 'session' ? SESSION_SQL[field.name as SessionField] : SPAN_SQL[field.name as SpanField];
  else if (field.kind === 'score') throw new QueryError('scores are what is averaged; group by another field');
  else {
    const path = field.path === '' ? undefined : pathOf(`${field.bucket}.${field.path}`);
    if (path === undefined)
      throw new QueryError(`${name} cannot be grouped by; name one value, as in ${field.bucket}.key`);
    sql = `json_extract(${alias}.facets, ${bind(path)})`;
  }
  if (alias === (target === 'session' ? 's' : 'x')) return sql;
  if (target === 'session')
    throw new QueryError(`${name} belongs to spans, of which a session has many; group spans by it instead`);
  return `(SELECT ${sql} FROM sessions s WHERE s.id = x.session_pk)`;
}
