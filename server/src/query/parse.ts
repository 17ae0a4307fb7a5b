import { type Filter, type Literal, type Operator, QueryError } from './ast.js';
import { literalOf } from './literal.js';
import { type Token, tokenize } from './tokens.js';

const MAX_DEPTH = 32;

/**
 * Reads the filter language: words and "phrases" search text; `field:value`, `field!=value`, `field>5`, `field>=2s`,
 * `field:a..b`, `field:begin*`, `field~part`, `field:*` (is there at all); AND (or a blank), OR, NOT or `-`, brackets.
 */
export function parseQuery(query: string): Filter {
  const tokens = tokenize(query);
  let at = 0;
  const peek = (): Token => tokens[at] as Token;
  const isWord = (text: string): boolean => peek().kind === 'word' && peek().text === text;

  const any = (depth: number): Filter => {
    if (depth > MAX_DEPTH) throw new QueryError(`brackets nest deeper than ${MAX_DEPTH}`, peek().at);
    const items = [all(depth)];
    while (isWord('OR')) {
      at++;
      items.push(all(depth));
    }
    return items.length === 1 ? (items[0] as Filter) : { kind: 'any', items };
  };
  const all = (depth: number): Filter => {
    const items = [one(depth)];
    for (;;) {
      if (isWord('AND')) at++;
      else if (peek().kind === 'end' || peek().kind === 'close' || isWord('OR')) break;
      items.push(one(depth));
    }
    return items.length === 1 ? (items[0] as Filter) : { kind: 'all', items };
  };
  const one = (depth: number): Filter => {
    let negated = false;
    while (isWord('NOT') || isWord('-')) {
      at++;
      negated = !negated;
    }
    const item = atom(depth);
    return negated ? { kind: 'not', item } : item;
  };
  const atom = (depth: number): Filter => {
    const token = peek();
    if (token.kind === 'end') throw new QueryError('the query ends where a word or a condition is expected', token.at);
    if (token.kind === 'close') throw new QueryError('a bracket is closed that was not opened', token.at);
    if (token.kind === 'operator')
      throw new QueryError(
        `'${token.text}' needs a field name before it; a text with '${token.text}' in it stands in quotation marks`,
        token.at,
      );
    at++;
    if (token.kind === 'open') {
      const inner = any(depth + 1);
      if (peek().kind !== 'close') throw new QueryError('a bracket is never closed', token.at);
      at++;
      return inner;
    }
    if (peek().kind === 'operator') return condition(token);
    if (token.kind === 'word' && (token.text === 'AND' || token.text === 'OR'))
      throw new QueryError(`${token.text} stands between two conditions`, token.at);
    const negated = token.kind === 'word' && token.text.length > 1 && token.text.startsWith('-');
    const text = negated ? token.text.slice(1) : token.text;
    const prefix = token.kind === 'word' && text.length > 1 && text.endsWith('*');
    const item: Filter = { kind: 'text', text: prefix ? text.slice(0, -1) : text, prefix };
    return negated ? { kind: 'not', item } : item;
  };
  const condition = (name: Token): Filter => {
    const operator = peek();
    at++;
    const value = peek();
    if (value.kind !== 'word' && value.kind !== 'quoted')
      throw new QueryError(noValue(name, operator, value), value.at);
    at++;
    const negated = name.kind === 'word' && name.text.length > 1 && name.text.startsWith('-');
    const field = negated ? name.text.slice(1) : name.text;
    const item = compare(field, operator.text, value);
    return negated ? { kind: 'not', item } : item;
  };

  if (peek().kind === 'end') throw new QueryError('the query is empty', 0);
  const filter = any(0);
  if (peek().kind !== 'end') throw new QueryError('a bracket is closed that was not opened', peek().at);
  return filter;
}

function compare(field: string, operator: string, value: Token): Filter {
  const { text } = value;
  const quoted = value.kind === 'quoted';
  const make = (as: Operator, literal: Literal): Filter => ({ kind: 'compare', field, operator: as, value: literal });
  const read = (as: Operator, written: string): Filter => {
    const literal = literalOf(written);
    return { kind: 'compare', field, operator: as, value: literal, ...(literal === written ? {} : { text: written }) };
  };
  if (operator === '~') return make('contains', text);
  if (operator === ':' && !quoted) {
    if (text === '*') return make('exists', true);
    const range = rangeOf(text);
    if (range !== undefined) {
      const items: Filter[] = [];
      const [low, high] = range;
      if (low !== '') items.push(read('>=', low));
      if (high !== '') items.push(read('<=', high));
      return items.length === 1 ? (items[0] as Filter) : { kind: 'all', items };
    }
    if (text.length > 1 && text.endsWith('*')) return make('prefix', text.slice(0, -1));
  }
  const as = operator === ':' ? '=' : (operator as Operator);
  return quoted ? make(as, text) : read(as, text);
}

function noValue(name: Token, operator: Token, value: Token): string {
  const needs = `'${name.text}${operator.text}' needs a value`;
  if (value.kind === 'open') return `${needs}; one with brackets stands in quotation marks`;
  if (value.kind !== 'operator') return needs;
  const instead = operator.text === ':' && value.touches ? `write '${name.text}${value.text}', or put ` : 'put ';
  return `${needs}; ${instead}one that begins with '${value.text}' in quotation marks`;
}

/** The ends of `a..b`, one of which may be left out. Dots of paths, addresses and unfinished sentences are no range. */
function rangeOf(text: string): [low: string, high: string] | undefined {
  const [low = '', high, more] = text.split('..');
  if (high === undefined || more !== undefined || low + high === '' || text.includes('://')) return undefined;
  return low.endsWith('/') || /^[./]/.test(high) ? undefined : [low, high];
}
