import { HttpError } from './http-error.js';

/** A whole number of a query string; undefined where there is none. */
export function numberOf(text: string | undefined, field: string, low: number, high: number): number | undefined {
  if (text === undefined || text === '') return undefined;
  const value = Number(text);
  if (!Number.isInteger(value) || value < low || value > high)
    throw new HttpError(400, 'invalid_field', `${field} is ${text.slice(0, 40)}`, {
      field,
      allowed: `a whole number from ${low} to ${high}`,
    });
  return value;
}
