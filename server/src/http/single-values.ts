import { HttpError } from './http-error.js';

/** A query string in which no name is given twice: Fastify makes a list of those. */
export function singleValues<T extends object>(query: T): T {
  for (const [field, value] of Object.entries(query) as [string, unknown][])
    if (Array.isArray(value))
      throw new HttpError(400, 'invalid_field', `${field.slice(0, 40)} is given ${value.length} times`, {
        field: field.slice(0, 40),
        allowed: 'one value',
      });
  return query;
}
