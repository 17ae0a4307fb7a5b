import { QueryError } from '../query/ast.js';
import { StoreError } from '../store/store-error.js';
import { InvalidBody } from '../wire/rest-bodies.js';
import { MalformedRequest } from '../wire/span-record.js';

/** An answer that is not 2xx, with a code for programs and a sentence for people. */
export class HttpError extends Error {
  readonly statusCode: number;
  readonly code: string;
  readonly details: { field?: string; allowed?: string };
  constructor(statusCode: number, code: string, message: string, details: { field?: string; allowed?: string } = {}) {
    super(message);
    this.name = 'HttpError';
    this.statusCode = statusCode;
    this.code = code;
    this.details = details;
  }
}

/** What an error means to the client; what it does not know stays inside. */
export function asHttpError(error: unknown): HttpError {
  if (error instanceof HttpError) return error;
  if (error instanceof MalformedRequest) return new HttpError(400, error.code, error.message);
  if (error instanceof InvalidBody)
    return new HttpError(400, 'invalid_field', error.message, { field: error.field, allowed: error.allowed });
  if (error instanceof QueryError) return new HttpError(400, 'bad_query', error.message, { field: 'q' });
  if (error instanceof StoreError) {
    if (error.code === 'cancelled') return new HttpError(499, 'cancelled', error.message);
    if (error.code === 'too_slow') return new HttpError(503, 'too_slow', error.message);
    if (error.code === 'damaged') return new HttpError(500, 'storage_damaged', error.message);
    return new HttpError(503, error.code === 'full' ? 'storage_full' : 'unavailable', error.message);
  }
  const known = error as { statusCode?: unknown; code?: unknown; message?: unknown };
  if (known?.code === 'FST_ERR_CTP_BODY_TOO_LARGE')
    return new HttpError(413, 'too_large', 'the body is larger than 64 MiB');
  if (known?.code === 'FST_ERR_CTP_INVALID_CONTENT_LENGTH')
    return new HttpError(400, 'malformed', 'the body is not as long as content-length says');
  if (typeof known?.statusCode === 'number' && known.statusCode >= 400 && known.statusCode < 500)
    return new HttpError(known.statusCode, 'bad_request', String(known.message));
  return new HttpError(500, 'internal', 'the server made a mistake; its log says more');
}
