import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { TraceStore } from '../store/trace-store.js';
import { objectBody } from '../wire/rest-bodies.js';
import { importParts, readSessionFile } from '../wire/session-file.js';
import { readBody, readJson } from './body.js';
import { HttpError } from './http-error.js';
import { pruneLimits } from './prune-limits.js';
import { noteRefusal } from './request-log.js';
import type { ScopeOf } from './scope.js';

/** What the command line asks of a running server. */
export function upkeepRoutes(app: FastifyInstance, store: TraceStore, scopeOf: ScopeOf): void {
  const owner = (request: FastifyRequest): void => {
    // Cleaning up reaches across projects, which no project's key allows.
    if (scopeOf(request, 'ingest').project !== undefined)
      throw new HttpError(
        403,
        'forbidden',
        'with keys in use this is done on the server itself: honeyhive-local prune --db FILE',
      );
  };
  app.post('/api/prune', async (request) => {
    owner(request);
    return store.prune(pruneLimits(objectBody(await readJson(request))));
  });
  app.post('/api/compact', async (request) => {
    owner(request);
    await readJson(request);
    return store.compact();
  });
  app.post('/api/import', async (request) => {
    const scope = scopeOf(request, 'ingest');
    const type = String(request.headers['content-type'] ?? '');
    if (!/^application\/(x-ndjson|json)/.test(type))
      throw new HttpError(415, 'unsupported_type', 'content-type is not NDJSON', {
        field: 'content-type',
        allowed: 'application/x-ndjson, application/json',
      });
    const report = await importParts(store, scope, readSessionFile((await readBody(request)).toString()));
    noteRefusal(request, {
      received: report.spans + report.duplicates + report.rejected,
      rejected: report.rejected,
      message: 'their trace or span ids cannot be used',
    });
    return report;
  });
}
