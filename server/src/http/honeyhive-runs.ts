import { randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { compareRuns, eventPairs } from '../runs/compare-runs.js';
import { eventSchema, fieldsOnly } from '../runs/event-schema.js';
import { AGGREGATE_FUNCTIONS, type AggregateFunction, type RunEvents, withoutContents } from '../runs/measured.js';
import { RUN_ORDERS, type RunListing, runList } from '../runs/run-list.js';
import { runMetrics, runResult } from '../runs/run-result.js';
import { checkRun, runOf } from '../runs/run-shape.js';
import type { Scope, StoredDocument, TraceStore } from '../store/trace-store.js';
import { objectBody, textIn } from '../wire/rest-bodies.js';
import { isObject, type JsonObject } from '../wire/value.js';
import { readJson } from './body.js';
import { HttpError } from './http-error.js';
import { inTurn } from './in-turn.js';
import { filterOf, pageOf, type Query, rangeOf, scopeIn, textOf, textsOf } from './query-values.js';
import { runEvents, wholePairs } from './run-events.js';
import { mayRead, type ScopeOf } from './scope.js';

const RUNS_PAGE = 1000;
const ANSWER_PAGE = 1000;

interface Params {
  id: string;
  old: string;
}
type RunRequest = FastifyRequest<{ Params: Params; Querystring: Query }>;

/** HoneyHive's REST API: experiment runs, which are the sessions that share `metadata.run_id`. */
export function honeyhiveRunRoutes(app: FastifyInstance, store: TraceStore, scopeOf: ScopeOf): void {
  const changing = inTurn();
  /** What a change is answered with: who may not read is not shown what else there is of the run. */
  const told = (request: FastifyRequest, run: StoredDocument | undefined): object | null =>
    run && mayRead(scopeOf, request) ? runOf(run) : null;
  for (const base of ['/v1/runs', '/runs']) {
    app.post(base, async (request) => {
      const scope = scopeOf(request, 'ingest');
      const body = objectBody(await readJson(request));
      checkRun(body);
      const id = textIn(body, 'run_id') ?? randomUUID();
      const name = textIn(body, 'name')?.trim() || `experiment-${id.slice(0, 8)}`;
      const project = textIn(body, 'project');
      const made = await store.putDocument(
        scope,
        'run',
        {
          id,
          name,
          body: { status: 'pending', event_ids: [], ...(body as JsonObject), run_id: id, name },
          ...(project === undefined ? {} : { project }),
        },
        'create',
      );
      return { success: true, run_id: id, evaluation: told(request, made) };
    });
    app.put<{ Params: Params }>(`${base}/:id`, async (request) => {
      const scope = scopeOf(request, 'ingest');
      const body = objectBody(await readJson(request));
      checkRun(body);
      const { id } = request.params;
      const name = textIn(body, 'name');
      const changed = await changing(JSON.stringify([scope.project, id]), async () => {
        const { metadata: old } = (await find(store, scope, id)).body;
        // By key, as everywhere: at the end of a run clients send one of the two things they said at its beginning.
        const metadata = isObject(body.metadata) ? { ...(isObject(old) ? old : {}), ...body.metadata } : old;
        const merged = { ...body, ...(metadata === undefined ? {} : { metadata }) } as JsonObject;
        return store.putDocument(scope, 'run', { id, body: merged, ...(name === undefined ? {} : { name }) }, 'merge');
      });
      if (!changed) throw new HttpError(404, 'not_found', 'there is no run with this id');
      return { success: true, evaluation: told(request, changed), warning: null };
    });
    app.delete<{ Params: Params }>(`${base}/:id`, async (request) => {
      if (!(await store.deleteDocument(scopeOf(request, 'ingest'), 'run', request.params.id)))
        throw new HttpError(404, 'not_found', 'there is no run with this id');
      return { success: true, id: request.params.id, deleted: true };
    });
    app.get<{ Querystring: Query }>(base, async (request) => {
      const scope = scopeIn(request.query, scopeOf(request, 'read'));
      const asked = listing(request.query);
      const runs: StoredDocument[] = [];
      for (let more = true; more; ) {
        const page = await store.listDocuments(scope, 'run', { limit: RUNS_PAGE, offset: runs.length });
        runs.push(...page);
        more = page.length === RUNS_PAGE;
      }
      return runList(runs, asked);
    });
    app.get<{ Params: Params }>(`${base}/:id`, async (request) => ({
      evaluation: runOf(await find(store, scopeOf(request, 'read'), request.params.id)),
    }));
    readingRoutes(app, store, scopeOf, base);
  }
}

/** What is made of a run's events. */
function readingRoutes(app: FastifyInstance, store: TraceStore, scopeOf: ScopeOf, base: string): void {
  const eventsOf = async (
    request: RunRequest,
    id: string,
    { filter = 'filters', keep = withoutContents } = {},
  ): Promise<[StoredDocument, RunEvents]> => {
    const scope = scopeOf(request, 'read');
    const run = await find(store, scope, id);
    const wanted = { filter: filterOf(request.query, filter), range: rangeOf(request.query) };
    return [run, await runEvents(store, scope, run, wanted, keep)];
  };
  const get = (path: string, answer: (request: RunRequest) => Promise<object>): void => {
    app.get<{ Params: Params; Querystring: Query }>(`${base}${path}`, answer);
  };
  for (const ending of ['result', 'summary'])
    get(`/:id/${ending}`, async (request) => {
      const [run, events] = await eventsOf(request, request.params.id);
      const result = runResult(String(run.body.status ?? 'pending'), events, functionIn(request.query));
      return { ...result, run_object: runOf(run) };
    });
  get('/:id/metrics', async (request) => {
    const [run, events] = await eventsOf(request, request.params.id);
    const { metrics } = runResult(String(run.body.status ?? 'pending'), events, functionIn(request.query));
    return { ...metrics, ...runMetrics(events) };
  });
  get('/:id/schema', async (request) => {
    const [, { counted }] = await eventsOf(request, request.params.id, { keep: fieldsOnly });
    return eventSchema(counted);
  });
  for (const ending of ['compare-with', 'compare'])
    get(`/:id/${ending}/:old`, async (request) => {
      const [newRun, newer] = await eventsOf(request, request.params.id);
      const [oldRun, older] = await eventsOf(request, request.params.old);
      return {
        ...compareRuns(newer, older, functionIn(request.query)),
        new_run: runOf(newRun),
        old_run: runOf(oldRun),
      };
    });
  const paired = async (request: RunRequest, id: string, old: string): Promise<object> => {
    const { limit, page } = pageOf(request.query, ANSWER_PAGE, ANSWER_PAGE);
    const [, newer] = await eventsOf(request, id, { filter: 'filter' });
    const [, older] = await eventsOf(request, old, { filter: 'filter' });
    const [event_name, event_type] = [textOf(request.query, 'event_name'), textOf(request.query, 'event_type')];
    const pairs = eventPairs(newer, older, { event_name, event_type });
    const shown = pairs.slice((page - 1) * limit, page * limit);
    return {
      events: await wholePairs(store, scopeOf(request, 'read'), shown),
      totalEvents: pairs.length,
      pagination: { page, limit, total: pairs.length },
    };
  };
  get('/compare/events', (request) => {
    const [newer, older] = [['run_id_1', 'new_run_id'] as const, ['run_id_2', 'old_run_id'] as const].map(
      ([name, other]) => textOf(request.query, name) ?? textOf(request.query, other) ?? '',
    ) as [string, string];
    return paired(request, newer, older);
  });
  get('/:id/compare/:old/events', (request) => paired(request, request.params.id, request.params.old));
}

function listing(query: Query): RunListing {
  const by = textOf(query, 'sort_by') ?? 'created_at';
  const order = RUN_ORDERS.find((one) => one === by);
  if (order === undefined)
    throw new HttpError(400, 'invalid_field', `runs cannot be sorted by '${by.slice(0, 40)}'`, {
      field: 'sort_by',
      allowed: RUN_ORDERS.join(', '),
    });
  return {
    ...pageOf(query, RUNS_PAGE, 100),
    ...rangeOf(query),
    ids: textsOf(query, 'run_ids'),
    dataset: textOf(query, 'dataset_id'),
    name: textOf(query, 'name'),
    status: textOf(query, 'status'),
    by: order,
    rising: textOf(query, 'sort_order') === 'asc',
  };
}

function functionIn(query: Query): AggregateFunction {
  const text = textOf(query, 'aggregate_function') ?? 'average';
  const known = AGGREGATE_FUNCTIONS.find((one) => one === text);
  if (known === undefined)
    throw new HttpError(400, 'invalid_field', `there is no aggregate function '${text.slice(0, 40)}'`, {
      field: 'aggregate_function',
      allowed: AGGREGATE_FUNCTIONS.join(', '),
    });
  return known;
}

async function find(store: TraceStore, scope: Scope, id: string): Promise<StoredDocument> {
  const run = await store.getDocument(scope, 'run', id);
  if (!run) throw new HttpError(404, 'not_found', 'there is no run with this id');
  return run;
}
