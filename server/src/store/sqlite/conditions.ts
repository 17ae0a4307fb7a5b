import { type Condition, type Operator, QueryError } from '../../query/ast.js';
import type { BucketField, Field, FieldType } from '../../query/fields.js';
import { literalOf, momentOf } from '../../query/literal.js';
import type { Bind } from './bind.js';
import { type Alias, totalOf } from './columns.js';
import { foldCase, foldedSql } from './fold-case.js';

export function columnSql(sql: string, type: FieldType, condition: Condition, name: string, bind: Bind): string {
  let { operator } = condition;
  if (operator === 'exists') return `(${sql}) IS NOT NULL`;
  if (type === 'text') return textCompare(() => `(${sql})`, operator, textOf(condition), bind);
  if (operator === 'contains' || operator === 'prefix')
    throw new QueryError(`${name} is a ${type}; it can be compared with = != > >= < <=`);
  let wanted: number;
  if (type === 'boolean') {
    wanted = Number(booleanOf(condition, name));
  } else if (type === 'time') {
    const moment = momentIn(condition, name);
    wanted = moment.ms;
    // No row is of that very millisecond: `24h` by itself means since then.
    if (moment.ago) operator = operator === '=' ? '>=' : operator === '!=' ? '<' : operator;
  } else {
    wanted = numberOf(condition, name);
  }
  if (condition.operator === '!=') return `ifnull((${sql}) ${operator} ${bind(wanted)}, 1)`;
  const compared = `${sql} ${operator} ${bind(wanted)}`;
  // A column by itself lets SQLite use its index; a missing value has to be false all the same.
  return /^[sx]\.\w+$/.test(sql) ? `(${compared} AND ${sql} IS NOT NULL)` : `ifnull(${compared}, 0)`;
}

/** The value as text, as it was written. */
export function textOf({ value, text }: Condition): string {
  return text ?? String(value);
}

function numberOf(condition: Condition, name: string): number {
  const value = typeof condition.value === 'string' ? literalOf(condition.value.trim()) : condition.value;
  if (typeof value !== 'number') throw new QueryError(`${name} is a number, not '${textOf(condition)}'`);
  return value;
}

function booleanOf(condition: Condition, name: string): boolean {
  const value = typeof condition.value === 'string' ? literalOf(condition.value.trim()) : condition.value;
  if (typeof value !== 'boolean') throw new QueryError(`${name} is true or false, not '${textOf(condition)}'`);
  return value;
}

function momentIn(condition: Condition, name: string): { ms: number; ago: boolean } {
  const moment = momentOf(textOf(condition));
  if (moment === undefined)
    throw new QueryError(
      `${name} is a time (2026-01-31, 2026-01-31T10:00, Unix milliseconds, or 24h for the last 24 hours), not '${textOf(condition)}'`,
    );
  return moment;
}

function textCompare(text: () => string, operator: Operator, value: string, bind: Bind): string {
  const wanted = foldCase(value);
  switch (operator) {
    case 'contains':
      return foldedSql(text, wanted, (small) => `instr(${small}, ${bind(wanted)}) > 0`);
    case 'prefix':
      return foldedSql(text, wanted, (small) => `substr(${small}, 1, ${bind([...wanted].length)}) = ${bind(wanted)}`);
    case '=':
      return foldedSql(text, wanted, (small) => `${small} = ${bind(wanted)}`);
    case '!=':
      return `NOT ${textCompare(text, '=', value, bind)}`;
    default:
      return `ifnull(${text()} ${operator} ${bind(value)}, 0)`;
  }
}

export function scoreSql(field: Field & { kind: 'score' }, condition: Condition, name: string, bind: Bind): string {
  const { operator } = condition;
  const alias = field.of === 'session' ? 's' : 'x';
  const path = pathOf(field.evaluator);
  const at = (inner: string): string =>
    path === undefined ? '' : `json_extract(${alias}.scores, ${bind(path + inner)})`;
  if (path === undefined) return '0';
  if (operator === 'exists') return `${at('')} IS NOT NULL`;
  if (operator === 'contains' || operator === 'prefix')
    throw new QueryError(`${name} is a number; it can be compared with = != > >= < <=`);
  const wanted = numberOf(condition, name);
  const score = field.of === 'session' ? `(${at('.sum')} / ${at('.count')})` : at('');
  return `ifnull(${score} ${operator} ${bind(wanted)}, ${operator === '!=' ? 1 : 0})`;
}

/** A JSON path of one quoted key; SQLite has no way to write a quotation mark inside one. */
export function pathOf(key: string): string | undefined {
  return /["\\]/.test(key) ? undefined : `$."${key}"`;
}

/** The values of buckets are kept flat in `facets`, each with its own JSON type. */
export function jsonSql(alias: Alias, field: BucketField, condition: Condition, bind: Bind): string {
  const { operator, value } = condition;
  if (field.path === '') {
    if (operator !== 'exists')
      throw new QueryError(
        `${field.bucket} holds several values; name one, as in ${field.bucket}.key, or ask ${field.bucket}:*`,
      );
    return `EXISTS (SELECT 1 FROM json_each(${alias}.facets) WHERE substr(key, 1, ${bind(field.bucket.length + 1)}) = ${bind(`${field.bucket}.`)})`;
  }
  const look = bucketValue(alias, field, bind);
  if (operator === 'exists') return look.exists();
  if (operator === '!=') return `NOT ${jsonSql(alias, field, { ...condition, operator: '=' }, bind)}`;
  const isText = (): string => `ifnull(${look.type()} = 'text', 0)`;
  const isNumber = (): string => `ifnull(${look.type()} IN ('integer', 'real'), 0)`;
  if (operator === 'contains' || operator === 'prefix')
    return `(${isText()} AND ${textCompare(look.value, operator, textOf(condition), bind)})`;
  if (typeof value === 'number' && operator !== '=')
    return `(${isNumber()} AND ${look.value()} ${operator} ${bind(value)})`;
  const asText = `(${isText()} AND ${textCompare(look.value, operator, textOf(condition), bind)})`;
  if (operator !== '=' || typeof value === 'string') return asText;
  // What was written without quotation marks may be stored either way.
  const asItself =
    typeof value === 'number'
      ? `(${isNumber()} AND ${look.value()} = ${bind(value)})`
      : `ifnull(${look.type()} = ${bind(String(value))}, 0)`;
  return `(${asText} OR ${asItself})`;
}

interface BucketValue {
  value(): string;
  /** As SQLite's `json_type` names it; NULL where there is no value. */
  type(): string;
  /** It is there, or something below it is. */
  exists(): string;
}

/** The value under a path of a bucket, in SQL. */
export function bucketValue(alias: Alias, field: BucketField, bind: Bind): BucketValue {
  const key = `${field.bucket}.${field.path}`;
  const path = pathOf(key);
  // A path cannot name every key; looking through all of them can.
  const look = (what: 'atom' | 'type'): string =>
    path === undefined
      ? `(SELECT ${what} FROM json_each(${alias}.facets) WHERE key = ${bind(key)})`
      : `${what === 'atom' ? 'json_extract' : 'json_type'}(${alias}.facets, ${bind(path)})`;
  const exists = (): string =>
    `EXISTS (SELECT 1 FROM json_each(${alias}.facets) WHERE key = ${bind(key)} OR substr(key, 1, ${bind(key.length + 1)}) = ${bind(`${key}.`)})`;
  const column = field.bucket === 'metadata' ? totalOf(alias, field.path) : undefined;
  if (column === undefined) return { value: () => look('atom'), type: () => look('type'), exists };
  return {
    value: () => `ifnull(${column.sql}, ${look('atom')})`,
    type: () => `ifnull(${column.type}, ${look('type')})`,
    exists: () => `(${column.sql} IS NOT NULL OR ${exists()})`,
  };
}
