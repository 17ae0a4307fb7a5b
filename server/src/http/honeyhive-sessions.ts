import type { FastifyInstance } from 'fastify';
import type { TraceStore } from '../store/trace-store.js';
import { ORGANISATION } from '../wire/honeyhive-event.js';
import { eventChange, sessionChange } from '../wire/rest-bodies.js';
import { readJson } from './body.js';
import type { LiveFeed } from './live-feed.js';
import type { ScopeOf } from './scope.js';

/** HoneyHive's REST API: beginning and updating sessions. */
export function honeyhiveSessionRoutes(
  app: FastifyInstance,
  store: TraceStore,
  feed: LiveFeed,
  scopeOf: ScopeOf,
): void {
  for (const path of ['/session/start', '/v1/session/start', '/v1/sessions', '/sessions']) {
    app.post(path, async (request, reply) => {
      const scope = scopeOf(request, 'ingest');
      feed.ask(reply, scope);
      const change = sessionChange(await readJson(request));
      change.startMs ??= Date.now();
      const made = await store.startSession(scope, change);
      return {
        success: true,
        session_id: made.sessionId,
        event_id: made.sessionId,
        event_type: 'session',
        ...ORGANISATION,
        project: made.project,
        project_id: made.project,
      };
    });
  }
  app.put('/events', async (request) => {
    const change = eventChange(await readJson(request));
    await store.updateEvent(scopeOf(request, 'ingest'), change);
    return { success: true, event_id: change.eventId };
  });
  for (const path of ['/events/:id', '/v1/events/:id', '/v1/sessions/:id']) {
    app.put<{ Params: { id: string } }>(path, async (request) => {
      const change = eventChange(await readJson(request), request.params.id);
      await store.updateEvent(scopeOf(request, 'ingest'), change);
      return { success: true, event_id: change.eventId };
    });
  }
}
