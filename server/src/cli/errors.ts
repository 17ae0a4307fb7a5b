import { asHttpError } from '../http/http-error.js';
import { StoreFileError } from '../store/sqlite/store-file.js';
import { printable } from './sizes.js';

interface Details {
  field?: string;
  allowed?: string;
}

/** Something the command line cannot go on after; told without a stack. */
export class CliError extends Error {
  readonly code: string;
  readonly details: Details;
  constructor(message: string, code = 'usage', details: Details = {}) {
    super(message);
    this.name = 'CliError';
    this.code = code;
    this.details = details;
  }
}

/** A flag whose value cannot be used. */
export function wrong(flag: string, given: string, allowed: string): never {
  throw new CliError(`${flag} is '${given}'`, 'usage', { field: flag, allowed });
}

/** What went wrong, in the shape of the server's own errors. */
export function described(error: unknown): { code: string; message: string } & Details {
  if (error instanceof CliError) return { code: error.code, message: error.message, ...error.details };
  const message = error instanceof Error ? error.message : String(error);
  const { code } = Object(error) as { code?: unknown };
  if (error instanceof StoreFileError) return { code: error.code, message };
  // A file is asked with the code that answers over HTTP, so its refusals are the same.
  const known = asHttpError(error);
  if (known.code !== 'internal') return { code: known.code, message: known.message, ...known.details };
  return { code: typeof code === 'string' ? code.toLowerCase() : 'failed', message };
}

/** One line for standard error: words for people, or JSON. */
export function errorLine(error: unknown, json: boolean): string {
  const known = described(error);
  if (json) return `${JSON.stringify({ error: known })}\n`;
  const remedy = known.allowed === undefined ? '' : `; it can be ${known.allowed}`;
  return `honeyhive-local: ${printable(known.message + remedy)}\n`;
}
