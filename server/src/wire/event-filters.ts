import type { Filter } from '../query/ast.js';
import { InvalidBody, kindOf, objectBody } from './rest-bodies.js';

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

/** HoneyHive's filters, all of which must hold, as one filter of ours. */
export function eventFilter(filters: unknown): Filter {
  if (filters === undefined || filters === null) return { kind: 'all', items: [] };
  if (!Array.isArray(filters))
    throw new InvalidBody(
      'filters',
      `filters is ${kindOf(filters)}, not a list`,
      'a list of { field, operator, value, type }',
    );
  return { kind: 'all', items: filters.map(one) };
}

function one(entry: unknown, index: number): Filter {
  const filter = objectBody(entry, `filters[${index}]`);
  const { field, value } = filter;
  if (typeof field !== 'string' || field === '')
    throw new InvalidBody(`filters[${index}].field`, 'a filter names a field', 'for instance metadata.customer');
  const operator = String(filter.operator ?? 'is').toLowerCase();
  const not = (item: Filter): Filter => ({ kind: 'not', item });
  const compare = (as: '=' | 'contains' | '>' | '<' | 'exists'): Filter => ({
    kind: 'compare',
    field,
    operator: as,
    value: as === 'exists' ? true : literal(value, filter.type, index),
  });
  switch (operator) {
    case 'exists':
      return compare('exists');
    case 'not exists':
      return not(compare('exists'));
    case 'is':
      return value === null ? not(compare('exists')) : compare('=');
    case 'is not':
      return value === null ? compare('exists') : not(compare('='));
    case 'contains':
      return compare('contains');
    case 'not contains':
      return not(compare('contains'));
    case 'greater than':
    case 'after':
      return compare('>');
    case 'less than':
    case 'before':
      return compare('<');
    default:
      throw new InvalidBody(
        `filters[${index}].operator`,
        `there is no operator '${operator.slice(0, 40)}'`,
        OPERATORS.join(', '),
      );
  }
}

function literal(value: unknown, type: unknown, index: number): string | number | boolean {
  if (type === 'number' && typeof value === 'string' && value.trim() !== '' && Number.isFinite(Number(value)))
    return Number(value);
  if (type === 'boolean' && (value === 'true' || value === 'false')) return value === 'true';
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  throw new InvalidBody(`filters[${index}].value`, `value is ${kindOf(value)}`, 'text, a number or true/false');
}

/** The same filter for session rows, whose event type is always `session`. */
export function forSessions(filter: Filter): Filter {
  switch (filter.kind) {
    case 'all':
    case 'any':
      return { kind: filter.kind, items: filter.items.map(forSessions) };
    case 'not':
      return { kind: 'not', item: forSessions(filter.item) };
    case 'compare': {
      if (filter.field === 'event_type' || filter.field === 'type')
        return constant(filter.operator === 'exists' || compareText('session', filter.operator, String(filter.value)));
      if (filter.field === 'parent_id') return constant(false);
      if (filter.field === 'event_id') return { ...filter, field: 'id' };
      if (/^(inputs|outputs|config|metadata|metrics|feedback|user_properties)\./.test(filter.field))
        return { ...filter, field: `session.${filter.field}` };
      return filter;
    }
    default:
      return filter;
  }
}

function constant(value: boolean): Filter {
  return value ? { kind: 'all', items: [] } : { kind: 'any', items: [] };
}

function compareText(text: string, operator: string, value: string): boolean {
  if (operator === 'contains') return text.includes(value);
  if (operator === '=') return text === value;
  return operator === '!=' ? text !== value : false;
}
