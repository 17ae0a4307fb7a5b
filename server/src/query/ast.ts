export type Literal = string | number | boolean;
export type Operator = '=' | '!=' | '>' | '>=' | '<' | '<=' | 'contains' | 'prefix' | 'exists';

/** What a field is held against. */
export interface Condition {
  operator: Operator;
  value: Literal;
  /** How a number, duration, true or false was written: a field of texts compares `007` and `5m` as they stand. */
  text?: string;
}

/** A filter, from whichever language it was written in. */
export type Filter =
  | { kind: 'all'; items: Filter[] }
  | { kind: 'any'; items: Filter[] }
  | { kind: 'not'; item: Filter }
  | { kind: 'text'; text: string; prefix: boolean }
  | ({ kind: 'compare'; field: string } & Condition)
  /** A field as HoneyHive's API names and shows it. */
  | ({ kind: 'event'; field: string } & Condition);

/** A query that cannot be understood: where, and what would be right. */
export class QueryError extends Error {
  readonly position: number | undefined;
  readonly suggestions: string[];
  constructor(message: string, position?: number, suggestions: string[] = []) {
    super(suggestions.length > 0 ? `${message}; did you mean ${suggestions.join(' or ')}?` : message);
    this.name = 'QueryError';
    this.position = position;
    this.suggestions = suggestions;
  }
}
