import { messageOf } from '../base/errors.js';
import { errorText, isError, isObject } from './line.js';

/** What a call of `exception` gives to the line. */
export interface ExceptionParts {
  /** `{ err }`; empty where only a message and fields were given. */
  readonly err: { readonly err?: unknown };
  readonly message: string;
  readonly fields: object | undefined;
}

/**
 * The arguments of `exception`, in the order of pino's users (error, message, fields) or of the docs' (message, error,
 * fields). A message alone, and the first of two texts, is what was thrown.
 */
export function readException(args: readonly unknown[]): ExceptionParts {
  const [first, second, third] = args;
  if (typeof first === 'string' && second !== undefined && typeof second !== 'string') {
    // A message with an object that is no error: its fields, unless the error comes last or is what that object is.
    const isFields = isObject(second) && !isError(second) && (third === undefined || isError(third));
    if (!isFields) return { err: { err: described(second) }, message: first, fields: asFields(third) };
    return { err: third === undefined ? {} : { err: third }, message: first, fields: second };
  }
  const [message, fields] = isObject(second) ? [third, second] : [second, third];
  return {
    err: { err: described(first) },
    message: typeof message === 'string' ? message : (errorText(first) ?? messageOf(first)),
    fields: asFields(fields),
  };
}

/** Anything can be thrown; a line's `err` is an object. */
function described(thrown: unknown): unknown {
  return isError(thrown) ? thrown : { type: typeof thrown, message: thrown };
}

function asFields(value: unknown): object | undefined {
  return isObject(value) ? value : undefined;
}
