import { QueryError } from './ast.js';

export interface Token {
  kind: 'word' | 'quoted' | 'operator' | 'open' | 'close' | 'end';
  text: string;
  at: number;
  /** No blank before it: `name:x` binds, `name : x` does too, `a (b)` does not. */
  touches: boolean;
}

const OPERATORS = ['!=', '>=', '<=', ':', '=', '>', '<', '~'];

export const MAX_QUERY = 4096;

export function tokenize(query: string): Token[] {
  if (query.length > MAX_QUERY) throw new QueryError(`the query is longer than ${MAX_QUERY} characters`);
  const tokens: Token[] = [];
  let at = 0;
  let touches = false;
  while (at < query.length) {
    const char = query[at] as string;
    if (/\s/.test(char)) {
      at++;
      touches = false;
      continue;
    }
    const token = read(query, at, touches, touches && tokens.at(-1)?.kind === 'operator');
    tokens.push(token.token);
    at = token.end;
    touches = true;
  }
  tokens.push({ kind: 'end', text: '', at, touches: false });
  return tokens;
}

function read(query: string, at: number, touches: boolean, isValue: boolean): { token: Token; end: number } {
  const char = query[at] as string;
  if (char === '(' || char === ')')
    return { token: { kind: char === '(' ? 'open' : 'close', text: char, at, touches }, end: at + 1 };
  const operator = OPERATORS.find((one) => query.startsWith(one, at));
  if (operator) return { token: { kind: 'operator', text: operator, at, touches }, end: at + operator.length };
  if (char === '"') {
    let text = '';
    let end = at + 1;
    while (end < query.length && query[end] !== '"') {
      if (query[end] === '\\' && end + 1 < query.length) end++;
      text += query[end];
      end++;
    }
    if (end >= query.length) throw new QueryError('a quotation mark is never closed', at);
    return { token: { kind: 'quoted', text, at, touches }, end: end + 1 };
  }
  let end = at;
  // A value is as long as no blank or bracket ends it: a second operator in it (`url:http://x?a=b`) can mean nothing else.
  while (
    end < query.length &&
    !/[\s()"]/.test(query[end] as string) &&
    (isValue || !OPERATORS.some((one) => query.startsWith(one, end) && !insideTime(query, at, end)))
  )
    end++;
  return { token: { kind: 'word', text: query.slice(at, end), at, touches }, end };
}

/** The colons of `2026-01-05T10:30` are no operators. */
function insideTime(query: string, from: number, at: number): boolean {
  return (
    query[at] === ':' && /^\d{4}-\d\d-\d\dT\d\d(:\d\d)?$/.test(query.slice(from, at)) && /\d/.test(query[at + 1] ?? '')
  );
}
