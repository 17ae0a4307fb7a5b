import { type Literal, type Operator, QueryError } from '../../query/ast.js';
import type { Field, FieldType } from '../../query/fields.js';
import type { SqlValue } from './driver.js';

/** Takes a value for SQL and answers with what stands for it. */
export type Bind = (value: SqlValue) => string;

export function columnSql(
  sql: string,
  type: FieldType,
  operator: Operator,
  value: Literal,
  name: string,
  bind: Bind,
): string {
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

export function scoreSql(
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
export function pathOf(key: string): string | undefined {
  return /["\\]/.test(key) ? undefined : `$."${key}"`;
}

/** The values of buckets are kept flat in `facets`, each with its own JSON type. */
export function jsonSql(
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
