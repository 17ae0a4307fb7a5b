import type { FastifyRequest } from 'fastify';
import type { Scope } from '../store/trace-store.js';
import { HttpError } from './http-error.js';

/** Which project's data a request may touch; throws `HttpError` 401 or 403. */
export type ScopeOf = (request: FastifyRequest, right: 'ingest' | 'read') => Scope;

/** Whether a request that was let in to write may also be shown what is stored. */
export function mayRead(scopeOf: ScopeOf, request: FastifyRequest): boolean {
  try {
    scopeOf(request, 'read');
    return true;
  } catch (error) {
    if (error instanceof HttpError && error.statusCode === 403) return false;
    throw error;
  }
}

/** Refuses a request to write that takes something away, unless its key has both rights. */
export function mayRemove(scopeOf: ScopeOf, request: FastifyRequest, what: string): void {
  if (!mayRead(scopeOf, request))
    throw new HttpError(403, 'forbidden', `this key may not ${what}; that needs a key with both rights: project=key`);
}
