import { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { fieldNames } from '../query/fields.js';
import { bucketMs } from '../query/time-bucket.js';
import type { ListOptions, TraceStore } from '../store/trace-store.js';
import { sessionLines } from '../wire/session-file.js';
import { abortSignal } from './abort-signal.js';
import { HttpError } from './http-error.js';
import { numberOf } from './number-of.js';
import type { ScopeOf } from './scope.js';
import { singleValues } from './single-values.js';

interface ListQuery {
  q?: string;
  limit?: string;
  cursor?: string;
  project?: string;
  run?: string;
}

/** What the page, the command line and agents read. */
export function queryRoutes(app: FastifyInstance, store: TraceStore, scopeOf: ScopeOf): void {
  app.get<{ Querystring: ListQuery }>('/api/sessions', async (request, reply) =>
    store.listSessions(scopeOf(request, 'read'), listOptions(request.query), abortSignal(reply)),
  );
  app.get<{ Querystring: ListQuery }>('/api/spans', async (request, reply) =>
    store.listSpans(scopeOf(request, 'read'), listOptions(request.query), abortSignal(reply)),
  );
  app.get<{ Querystring: ListQuery & { of?: string; group?: string; bucket?: string } }>(
    '/api/aggregate',
    async (request, reply) => {
      const { of = 'spans', group, bucket, q, limit: most } = singleValues(request.query);
      if (of !== 'spans' && of !== 'sessions')
        throw new HttpError(400, 'invalid_field', `of is '${of.slice(0, 40)}'`, {
          field: 'of',
          allowed: 'spans, sessions',
        });
      const limit = numberOf(most, 'limit', 1, 10_000);
      return store.aggregate(
        scopeOf(request, 'read'),
        of === 'spans' ? 'span' : 'session',
        {
          ...(q ? { q } : {}),
          ...(group ? { group } : {}),
          ...(bucket ? { bucketMs: bucketMs(bucket) } : {}),
          ...(limit === undefined ? {} : { limit }),
        },
        abortSignal(reply),
      );
    },
  );
  app.get('/api/fields', async (request) => {
    scopeOf(request, 'read');
    return { sessions: fieldNames('session'), spans: fieldNames('span') };
  });
  app.get<{ Params: { id: string }; Querystring: ListQuery }>('/api/sessions/:id', async (request) => {
    const { limit: most, cursor } = singleValues(request.query);
    const limit = numberOf(most, 'limit', 1, 10_000);
    const found = await store.getSession(scopeOf(request, 'read'), request.params.id, {
      ...(limit === undefined ? {} : { limit }),
      ...(cursor === undefined ? {} : { cursor }),
    });
    if (!found) throw new HttpError(404, 'not_found', 'there is no session with this id');
    return found;
  });
  app.get<{ Params: { traceId: string; spanId: string } }>('/api/spans/:traceId/:spanId', async (request) => {
    const { traceId, spanId } = request.params;
    const valid = /^[0-9a-f]{32}$/i.test(traceId) && /^[0-9a-f]{16}$/i.test(spanId);
    const found = valid ? await store.getSpan(scopeOf(request, 'read'), traceId, spanId) : undefined;
    if (!found) throw new HttpError(404, 'not_found', 'there is no span with these ids');
    return found;
  });
  app.get<{ Params: { id: string } }>('/api/sessions/:id/export', async (request, reply) => {
    const scope = scopeOf(request, 'read');
    if (!(await store.getSession(scope, request.params.id, { limit: 1 })))
      throw new HttpError(404, 'not_found', 'there is no session with this id');
    reply
      .header('content-type', 'application/x-ndjson')
      .header('content-disposition', 'attachment; filename="session.ndjson"');
    return reply.send(Readable.from(sessionLines(store, scope, request.params.id)));
  });
  app.get('/api/stats', async (request) => store.stats(scopeOf(request, 'read')));
}

export function listOptions(given: ListQuery): ListOptions {
  const query = singleValues(given);
  const limit = numberOf(query.limit, 'limit', 1, 1000);
  return {
    ...(query.q === undefined || query.q.trim() === '' ? {} : { q: query.q }),
    ...(limit === undefined ? {} : { limit }),
    ...(query.cursor === undefined || query.cursor === '' ? {} : { cursor: query.cursor }),
    ...(query.project === undefined || query.project === '' ? {} : { project: query.project }),
    ...(query.run === undefined || query.run === '' ? {} : { run: query.run }),
  };
}
