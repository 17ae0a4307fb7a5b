import type { FastifyRequest } from 'fastify';
import type { Scope } from '../store/trace-store.js';

/** Which project's data a request may touch; throws `HttpError` 401 or 403. */
export type ScopeOf = (request: FastifyRequest, right: 'ingest' | 'read') => Scope;
