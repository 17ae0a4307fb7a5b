import { randomUUID } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { AGGREGATE_FUNCTIONS, type AggregateFunction, compareRuns, runResult } from '../runs/run-result.js';
import type { EventSearch, Scope, StoredDocument, TraceStore } from '../store/trace-store.js';
import type { HoneyHiveEvent } from '../wire/honeyhive-event.js';
import { InvalidBody, objectBody, textIn } from '../wire/rest-bodies.js';
import type { JsonObject } from '../wire/value.js';
import { readJson } from './body.js';
import { HttpError } from './http-error.js';
import { numberOf } from './number-of.js';
import type { ScopeOf } from './scope.js';

const STATUSES = ['pending', 'running', 'completed', 'failed', 'cancelled'];
const EVENTS_PAGE = 5000;

/** HoneyHive's REST API: experiment runs, which are the sessions that share `metadata.run_id`. */
export function honeyhiveRunRoutes(app: FastifyInstance, store: TraceStore, scopeOf: ScopeOf): void {
  for (const base of ['/v1/runs', '/runs']) {
    app.post(base, async (request) => {
      const body = objectBody(await readJson(request));
      checkStatus(body);
      const id = textIn(body, 'run_id') ?? randomUUID();
      const name = textIn(body, 'name')?.trim() || `experiment-${id.slice(0, 8)}`;
      const project = textIn(body, 'project');
      const made = await store.putDocument(
        scopeOf(request, 'ingest'),
        'run',
        {
          id,
          name,
          body: { status: 'pending', event_ids: [], ...(body as JsonObject), run_id: id, name },
          ...(project === undefined ? {} : { project }),
        },
        'create',
      );
      return { success: true, run_id: id, evaluation: made ? runOf(made) : null };
    });
    app.put<{ Params: { id: string } }>(`${base}/:id`, async (request) => {
      const body = objectBody(await readJson(request));
      checkStatus(body);
      const name = textIn(body, 'name');
      const changed = await store.putDocument(
        scopeOf(request, 'ingest'),
        'run',
        { id: request.params.id, body: body as JsonObject, ...(name === undefined ? {} : { name }) },
        'merge',
      );
      if (!changed) throw new HttpError(404, 'not_found', 'there is no run with this id');
      return { success: true, evaluation: runOf(changed), warning: null };
    });
    app.delete<{ Params: { id: string } }>(`${base}/:id`, async (request) => {
      if (!(await store.deleteDocument(scopeOf(request, 'ingest'), 'run', request.params.id)))
        throw new HttpError(404, 'not_found', 'there is no run with this id');
      return { success: true, id: request.params.id, deleted: true };
    });
    app.get<{ Querystring: { name?: string; limit?: string; page?: string } }>(base, async (request) => {
      const limit = Math.min(1000, numberOf(request.query.limit, 'limit', 1, Number.MAX_SAFE_INTEGER) ?? 100);
      const offset = ((numberOf(request.query.page, 'page', 1, 1_000_000_000) ?? 1) - 1) * limit;
      const runs = await store.listDocuments(scopeOf(request, 'read'), 'run', {
        limit,
        offset,
        ...(request.query.name === undefined ? {} : { name: request.query.name }),
      });
      return { evaluations: runs.map(runOf) };
    });
    app.get<{ Params: { id: string } }>(`${base}/:id`, async (request) => ({
      evaluation: runOf(await find(store, scopeOf(request, 'read'), request.params.id)),
    }));
    for (const ending of ['result', 'summary', 'metrics']) {
      app.get<{ Params: { id: string }; Querystring: { aggregate_function?: string } }>(
        `${base}/:id/${ending}`,
        async (request) => {
          const scope = scopeOf(request, 'read');
          const run = await find(store, scope, request.params.id);
          const result = runResult(
            String(run.body.status ?? 'pending'),
            await eventsOf(store, scope, run),
            functionIn(request.query.aggregate_function),
          );
          return ending === 'metrics' ? result.metrics : { ...result, run_object: runOf(run) };
        },
      );
    }
    for (const ending of ['compare-with', 'compare']) {
      app.get<{ Params: { id: string; old: string }; Querystring: { aggregate_function?: string } }>(
        `${base}/:id/${ending}/:old`,
        async (request) => {
          const scope = scopeOf(request, 'read');
          const newer = await find(store, scope, request.params.id);
          const older = await find(store, scope, request.params.old);
          const compared = compareRuns(
            await eventsOf(store, scope, newer),
            await eventsOf(store, scope, older),
            functionIn(request.query.aggregate_function),
          );
          return { ...compared, new_run: runOf(newer), old_run: runOf(older) };
        },
      );
    }
    app.get<{ Querystring: { run_id_1?: string; run_id_2?: string; new_run_id?: string; old_run_id?: string } }>(
      `${base}/compare/events`,
      async (request) => {
        const scope = scopeOf(request, 'read');
        const newer = await find(store, scope, request.query.run_id_1 ?? request.query.new_run_id ?? '');
        const older = await find(store, scope, request.query.run_id_2 ?? request.query.old_run_id ?? '');
        return { events: pairs(await eventsOf(store, scope, newer), await eventsOf(store, scope, older)) };
      },
    );
  }
}

function checkStatus(body: Record<string, unknown>): void {
  const status = textIn(body, 'status');
  if (status !== undefined && !STATUSES.includes(status))
    throw new InvalidBody('status', `status is '${status.slice(0, 40)}'`, STATUSES.join(', '));
}

function functionIn(text: string | undefined): AggregateFunction {
  const wanted = (text ?? 'average') as AggregateFunction;
  if (!AGGREGATE_FUNCTIONS.includes(wanted))
    throw new HttpError(400, 'invalid_field', `there is no aggregate function '${wanted.slice(0, 40)}'`, {
      field: 'aggregate_function',
      allowed: AGGREGATE_FUNCTIONS.join(', '),
    });
  return wanted;
}

async function find(store: TraceStore, scope: Scope, id: string): Promise<StoredDocument> {
  const run = await store.getDocument(scope, 'run', id);
  if (!run) throw new HttpError(404, 'not_found', 'there is no run with this id');
  return run;
}

/** The events of the sessions that name the run, in whichever projects the caller may see. */
async function eventsOf(store: TraceStore, scope: Scope, run: StoredDocument): Promise<HoneyHiveEvent[]> {
  const events: HoneyHiveEvent[] = [];
  for (let page = 1; ; page++) {
    const search: EventSearch = { filter: { kind: 'all', items: [] }, limit: EVENTS_PAGE, page, run: run.id };
    const found = await store.searchEvents(scope, search);
    events.push(...found.events);
    if (found.events.length < EVENTS_PAGE) return events;
  }
}

function runOf(document: StoredDocument): JsonObject {
  return {
    ...document.body,
    id: document.id,
    run_id: document.id,
    name: document.name,
    project: document.project,
    created_at: new Date(document.createdMs).toISOString(),
    updated_at: new Date(document.updatedMs).toISOString(),
    is_active: document.body.status !== 'completed',
  };
}

function pairs(newer: HoneyHiveEvent[], older: HoneyHiveEvent[]): JsonObject[] {
  const key = (event: HoneyHiveEvent): string | undefined =>
    event.event_type === 'session' && typeof event.metadata.datapoint_id === 'string'
      ? event.metadata.datapoint_id
      : undefined;
  const before = new Map(older.filter((event) => key(event) !== undefined).map((event) => [key(event), event]));
  return newer
    .filter((event) => before.has(key(event)))
    .map((event) => ({
      datapoint_id: key(event) as string,
      event_1: event as unknown as JsonObject,
      event_2: before.get(key(event)) as unknown as JsonObject,
    }));
}
