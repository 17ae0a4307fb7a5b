import type { Condition, Filter, Literal } from '../query/ast.js';
import { EVENT_FIELD_NAMES, type EventFieldType, eventField, eventFieldType } from '../query/event-fields.js';
import { bucketField, type Field, resolveField } from '../query/fields.js';
import { literalOf } from '../query/literal.js';
import { suggest } from '../query/suggest.js';
import { InvalidBody, kindOf, objectBody } from './rest-bodies.js';
import { BUCKETS } from './span-record.js';

const OPERATORS = [
  'exists',
  'not exists',
  'is',
  'is not',
  'contains',
  'not contains',
  'greater than',
  'less than',
  'after',
  'before',
] as const;
const COMPARED: Record<string, '=' | 'contains' | '>' | '<'> = {
  is: '=',
  'is not': '=',
  contains: 'contains',
  'not contains': 'contains',
  'greater than': '>',
  after: '>',
  'less than': '<',
  before: '<',
};
const FIELDS = [...EVENT_FIELD_NAMES, ...BUCKETS.map((bucket) => `${bucket}.<key>`)].join(', ');

/** HoneyHive's filters, all of which must hold, as one filter of ours. */
export function eventFilter(filters: unknown): Filter {
  if (filters === undefined || filters === null) return { kind: 'all', items: [] };
  if (!Array.isArray(filters))
    throw new InvalidBody(
      'filters',
      `filters is ${kindOf(filters)}, not a list`,
      'a list of { field, operator, value, type }',
    );
  return { kind: 'all', items: filters.map((entry, index) => one(entry, `filters[${index}]`)) };
}

/** One entry of the list, and where it stands. */
interface Entry {
  at: string;
  field: string;
  operator: string;
  value: unknown;
  /** What the sender says the value is: string, number, boolean or datetime. */
  type: unknown;
}

function one(given: unknown, at: string): Filter {
  const filter = objectBody(given, at);
  const { field } = filter;
  if (typeof field !== 'string' || field === '')
    throw new InvalidBody(`${at}.field`, 'a filter names a field', 'for instance metadata.customer');
  const operator = String(filter.operator ?? 'is').toLowerCase();
  if (!(OPERATORS as readonly string[]).includes(operator))
    throw new InvalidBody(`${at}.operator`, `there is no operator '${operator.slice(0, 40)}'`, OPERATORS.join(', '));
  const entry: Entry = { at, field, operator, value: filter.value, type: filter.type };
  const kind = kindOfField(entry);
  const condition = (condition: Condition): Filter => ({ kind: kind.filter, field, ...condition });
  const exists = condition({ operator: 'exists', value: true });
  const not = (item: Filter): Filter => ({ kind: 'not', item });
  const compared = COMPARED[operator];
  if (compared === undefined) return operator === 'exists' ? exists : not(exists);
  if (kind.type === 'list')
    throw new InvalidBody(`${at}.operator`, `${field} holds several values`, 'exists, not exists');
  if (compared === 'contains' && kind.type !== 'text' && kind.type !== 'any')
    throw new InvalidBody(
      `${at}.operator`,
      `${field} is a ${kind.type}`,
      OPERATORS.filter((one) => !one.endsWith('contains')).join(', '),
    );
  const isNot = operator === 'is not';
  if (filter.value === null && compared === '=') return isNot ? exists : not(exists);
  const values = valuesFor(entry, kind).map((value) => condition({ operator: compared, ...value }));
  const found: Filter = values.length === 1 ? (values[0] as Filter) : { kind: 'any', items: values };
  return isNot || operator === 'not contains' ? not(found) : found;
}

/** `any`: the value of a bucket, which is what it was sent as. */
type Kind = { filter: 'event' | 'compare'; type: EventFieldType | 'boolean' | 'any' };

function kindOfField({ at, field }: Entry): Kind {
  const own = eventField(field);
  if (own !== undefined) return { filter: 'event', type: eventFieldType(own) };
  const bucket = bucketField(field, 'span');
  if (bucket) return { filter: 'event', type: bucket.path === '' ? 'list' : 'any' };
  // What else both sessions and spans have: `tokens`, `score.accuracy`, `session.name`.
  const known = resolved(field, 'span');
  if (known && resolved(field, 'session')) return { filter: 'compare', type: typeOf(known) };
  const near = suggest(
    field,
    EVENT_FIELD_NAMES.map((name) => ({ name })),
  );
  throw new InvalidBody(
    `${at}.field`,
    `there is no field ${field.slice(0, 100)}${near.length > 0 ? `; did you mean ${near.join(' or ')}?` : ''}`,
    FIELDS,
  );
}

function resolved(field: string, target: 'session' | 'span'): Field | undefined {
  try {
    return resolveField(field, target);
  } catch {
    return undefined;
  }
}

function typeOf(field: Field): Kind['type'] {
  if (field.kind === 'column') return field.type;
  return field.kind === 'score' ? 'number' : 'any';
}

type Value = { value: Literal; text?: string };

/** What the value may be, of which one has to hold. */
function valuesFor({ at, field, value, type }: Entry, kind: Kind): Value[] {
  const refuse = (what: string): InvalidBody =>
    new InvalidBody(`${at}.value`, `${field} is compared with ${describe(value)}`, what);
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean')
    throw new InvalidBody(`${at}.value`, `value is ${kindOf(value)}`, 'text, a number or true/false');
  const text = String(value);
  switch (kind.type) {
    case 'text':
      return [{ value: text }];
    case 'number': {
      const number = numberOf(value);
      if (number === undefined) throw refuse('a number');
      return [{ value: number }];
    }
    case 'boolean':
      if (text !== 'true' && text !== 'false') throw refuse('true or false');
      return [{ value: text === 'true' }];
    case 'time': {
      const ms = unixMs(value);
      if (ms === undefined) throw refuse('Unix milliseconds or an ISO 8601 text');
      // Few milliseconds are a span back from now in the query language.
      return [{ value: kind.filter === 'compare' ? new Date(ms).toISOString() : ms }];
    }
    default:
      return bucketValues(value, text, type);
  }
}

function bucketValues(value: string | number | boolean, text: string, type: unknown): Value[] {
  if (typeof value !== 'string') return [{ value, text }];
  if (type === 'datetime') {
    const ms = unixMs(value);
    // Times are kept as numbers or as texts, which ISO 8601 puts in their order.
    return ms === undefined ? [{ value }] : [{ value: ms }, ...(numberOf(value) === undefined ? [{ value }] : [])];
  }
  if (type === 'string') return [{ value }];
  const number = numberOf(value);
  if (number !== undefined) return [{ value: number, text }];
  const literal = literalOf(value);
  return typeof literal === 'boolean' ? [{ value: literal, text }] : [{ value }];
}

function numberOf(value: Literal): number | undefined {
  if (typeof value === 'boolean' || String(value).trim() === '') return undefined;
  const number = Number(value);
  return Number.isFinite(number) ? number : undefined;
}

/** As far as JavaScript's dates go. */
function unixMs(value: Literal): number | undefined {
  const ms = numberOf(value) ?? (typeof value === 'string' ? Date.parse(value) : Number.NaN);
  return Math.abs(ms) <= 8.64e15 ? ms : undefined;
}

function describe(value: unknown): string {
  return typeof value === 'string' ? `'${value.slice(0, 40)}'` : String(value);
}
