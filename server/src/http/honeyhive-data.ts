import { randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Scope, StoredDocument, TraceStore } from '../store/trace-store.js';
import { InvalidBody, objectBody, textIn } from '../wire/rest-bodies.js';
import type { JsonObject } from '../wire/value.js';
import { readJson } from './body.js';
import { type Api, DATA_KINDS, type DataKind, datasetsOf, shownDocument } from './data-kinds.js';
import { DatasetMembers } from './dataset-members.js';
import { datapointRoutes } from './honeyhive-datapoints.js';
import { HttpError } from './http-error.js';
import { numberOf } from './number-of.js';
import { refuseMetrics } from './other-signals.js';
import { type Query, scopeIn, textOf, textsOf } from './query-values.js';
import { mayRead, mayRemove, type ScopeOf } from './scope.js';

/** So many documents are listed at most. */
const MOST = 10_000;

interface Context {
  app: FastifyInstance;
  store: TraceStore;
  members: DatasetMembers;
  scopeOf: ScopeOf;
}

/** HoneyHive's REST API: datasets, their datapoints, metrics and configurations. */
export function honeyhiveDataRoutes(app: FastifyInstance, store: TraceStore, scopeOf: ScopeOf): void {
  const members = new DatasetMembers(store);
  const context = { app, store, members, scopeOf };
  for (const api of ['v1', 'older'] as const)
    for (const kind of DATA_KINDS) {
      readingRoutes(context, kind, api);
      changingRoutes(context, kind, api);
    }
  datapointRoutes(app, store, members, scopeOf);
}

const pathOf = (kind: DataKind, api: Api): string => `${api === 'v1' ? '/v1' : ''}/${kind.path}`;

function readingRoutes({ app, store, members, scopeOf }: Context, kind: DataKind, api: Api): void {
  const path = pathOf(kind, api);
  const show = showing(members, kind, api);
  app.get<{ Querystring: Query }>(path, async (request) => {
    const scope = scopeOf(request, 'read');
    const items: JsonObject[] = [];
    for (const one of await asked(store, members, scope, kind, request.query)) items.push(await show(scope, one));
    const type = kind.kind === 'metric' ? textOf(request.query, 'type') : undefined;
    return kind.list(type === undefined ? items : items.filter((one) => one.type === type), api);
  });
  app.get<{ Params: { id: string } }>(`${path}/:id`, async (request) => {
    const scope = scopeOf(request, 'read');
    const found = await store.getDocument(scope, kind.kind, request.params.id);
    if (!found) throw notFound(kind);
    const shown = await show(scope, found);
    // HoneyHive's own answer is a list of one; ours was the datapoint.
    return kind.kind === 'datapoint' ? { ...shown, datapoint: [shown] } : shown;
  });
}

function showing(members: DatasetMembers, kind: DataKind, api: Api) {
  return async (scope: Scope, document: StoredDocument): Promise<JsonObject> => {
    const shown = shownDocument(document, kind, api);
    if (kind.kind !== 'dataset') return shown;
    const datapoints = await members.ids(scope, document);
    return { ...shown, datapoints, num_points: datapoints.length };
  };
}

/** The documents that a list is asked for. */
async function asked(
  store: TraceStore,
  members: DatasetMembers,
  scope: Scope,
  { kind, idField }: DataKind,
  query: Query,
): Promise<StoredDocument[]> {
  const given = numberOf(textOf(query, 'limit'), 'limit', 1, Number.MAX_SAFE_INTEGER);
  const limit = Math.min(MOST, given ?? 1000);
  // An id finds its document in whichever project it is.
  const id = kind === 'datapoint' ? undefined : (textOf(query, idField) ?? textOf(query, 'id'));
  if (id !== undefined) {
    const one = await store.getDocument(scope, kind, id);
    return one ? [one] : [];
  }
  const within = scopeIn(query, scope);
  if (kind === 'datapoint') {
    const ids = textsOf(query, 'datapoint_ids');
    if (ids !== undefined) return members.documentsOf(scope, ids.slice(0, MOST));
    const named = textOf(query, 'dataset_name');
    const dataset =
      named === undefined
        ? textOf(query, 'dataset_id')
        : ((await store.listDocuments(within, 'dataset', { name: named, limit: 1 }))[0]?.id ?? 'none');
    if (dataset !== undefined) return (await members.documents(scope, dataset)).slice(0, given ?? MOST);
  }
  const name = textOf(query, 'name');
  return store.listDocuments(within, kind, { ...(name === undefined ? {} : { name }), limit });
}

function changingRoutes({ app, store, members, scopeOf }: Context, kind: DataKind, api: Api): void {
  const path = pathOf(kind, api);
  const show = showing(members, kind, api);
  /** What a change is answered with: who may not read is told which document it was, and nothing of it. */
  const told = (request: FastifyRequest, scope: Scope, document: StoredDocument): JsonObject | Promise<JsonObject> =>
    mayRead(scopeOf, request)
      ? show(scope, document)
      : { id: document.id, _id: document.id, [kind.idField]: document.id };
  app.post(path, async (request) => {
    const scope = scopeOf(request, 'ingest');
    if (kind.kind === 'metric') refuseMetrics(request);
    const body = objectBody(await readJson(request)) as JsonObject;
    if (kind.kind === 'metric') refuseMetrics(request, body);
    const given = textIn(body, 'id', '_id', kind.idField);
    const id = given ?? randomUUID();
    // Making what is there already changes it.
    if (
      given !== undefined &&
      (relinks(kind, body) || (kind.kind === 'datapoint' && linkedIn(body).length > 0)) &&
      (await store.getDocument(scope, kind.kind, id))
    )
      mayRemove(scopeOf, request, RELINK);
    const name = textIn(body, 'name');
    // The older API calls a metric's project its task.
    const project = textIn(body, 'project') ?? (kind.kind === 'metric' ? textIn(body, 'task') : undefined);
    const datasets = kind.kind === 'datapoint' ? linkedIn(body) : [];
    const document = {
      id,
      body,
      ...(name === undefined ? {} : { name }),
      ...(project === undefined ? {} : { project }),
      ...(datasets[0] === undefined ? {} : { parent: datasets[0] }),
    };
    const made = await store.putDocument(scope, kind.kind, document, 'create');
    if (datasets.length > 1) await members.listIn(scope, id, datasets);
    return {
      ...(made ? await told(request, scope, made) : {}),
      success: true,
      inserted: true,
      [kind.idField]: id,
      ...kind.created(id),
    };
  });
  const update = async (request: FastifyRequest, scope: Scope, id: string, body: JsonObject): Promise<object> => {
    if (relinks(kind, body)) mayRemove(scopeOf, request, RELINK);
    const name = textIn(body, 'name');
    const relinked = kind.kind === 'datapoint' && Array.isArray(body.linked_datasets);
    const datasets = relinked ? linkedIn(body) : [];
    const change = {
      id,
      body,
      ...(name === undefined ? {} : { name }),
      ...(relinked ? { parent: datasets[0] ?? '' } : {}),
    };
    const put = () => store.putDocument(scope, kind.kind, change, 'merge');
    const listed = kind.kind === 'dataset' && Array.isArray(body.datapoints) ? body.datapoints.map(String) : undefined;
    const changed = listed === undefined ? await put() : await members.replace(scope, id, listed, put);
    if (!changed) throw notFound(kind);
    if (relinked) await members.listIn(scope, id, datasets);
    const shown = await told(request, scope, changed);
    return { ...shown, success: true, updated: true, ...kind.updated(shown) };
  };
  app.put<{ Params: { id: string } }>(`${path}/:id`, async (request) =>
    update(request, scopeOf(request, 'ingest'), request.params.id, objectBody(await readJson(request)) as JsonObject),
  );
  app.put(path, async (request) => {
    const scope = scopeOf(request, 'ingest');
    const body = objectBody(await readJson(request)) as JsonObject;
    const id = textIn(body, kind.idField, 'id');
    if (id === undefined) throw missingId(kind);
    return update(request, scope, id, body);
  });
  const remove = async (scope: Scope, id: string): Promise<object> => {
    if (!(await store.deleteDocument(scope, kind.kind, id))) throw notFound(kind);
    if (kind.kind === 'datapoint') await members.listIn(scope, id, []);
    return { success: true, deleted: true, ...kind.deleted(id) };
  };
  app.delete<{ Params: { id: string } }>(`${path}/:id`, async (request) =>
    remove(scopeOf(request, 'ingest'), request.params.id),
  );
  app.delete<{ Querystring: Query }>(path, async (request) => {
    const scope = scopeOf(request, 'ingest');
    const id = textOf(request.query, kind.idField) ?? textOf(request.query, 'id');
    if (id === undefined) throw missingId(kind);
    return remove(scope, id);
  });
}

const RELINK = 'take datapoints out of a dataset, as giving its list anew may';

/** Whether a change gives anew which datapoints belong to which dataset. */
function relinks({ kind }: DataKind, body: JsonObject): boolean {
  if (kind === 'dataset') return Array.isArray(body.datapoints);
  return kind === 'datapoint' && Array.isArray(body.linked_datasets);
}

/** The datasets a body says it belongs to. */
function linkedIn(body: JsonObject): string[] {
  return datasetsOf(body, textIn(body, 'dataset_id') ?? null);
}

function notFound(kind: DataKind): HttpError {
  return new HttpError(404, 'not_found', `there is no ${kind.kind} with this id`);
}

function missingId({ idField }: DataKind): InvalidBody {
  return new InvalidBody(idField, `${idField} is missing`, 'the id of what is meant');
}
