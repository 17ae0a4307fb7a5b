import { randomUUID } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import type { DocumentKind, StoredDocument, TraceStore } from '../store/trace-store.js';
import { InvalidBody, kindOf, objectBody, textIn } from '../wire/rest-bodies.js';
import { isObject, type JsonObject } from '../wire/value.js';
import { readJson } from './body.js';
import { HttpError } from './http-error.js';
import { numberOf } from './number-of.js';
import type { ScopeOf } from './scope.js';

/** So many documents are listed at most. */
const MOST = 10_000;

interface Kind {
  kind: DocumentKind;
  path: string;
  /** Name of the list in answers. */
  list: string;
  idField: string;
}

const KINDS: Kind[] = [
  { kind: 'dataset', path: 'datasets', list: 'datasets', idField: 'dataset_id' },
  { kind: 'datapoint', path: 'datapoints', list: 'datapoints', idField: 'datapoint_id' },
  { kind: 'metric', path: 'metrics', list: 'metrics', idField: 'metric_id' },
  { kind: 'configuration', path: 'configurations', list: 'configurations', idField: 'configuration_id' },
];

interface ListQuery {
  name?: string;
  dataset_id?: string;
  dataset_name?: string;
  limit?: string;
}

/** HoneyHive's REST API: datasets, their datapoints, metrics and configurations. */
export function honeyhiveDataRoutes(app: FastifyInstance, store: TraceStore, scopeOf: ScopeOf): void {
  for (const version of ['/v1', ''])
    for (const kind of KINDS) documentRoutes(app, store, scopeOf, `${version}/${kind.path}`, kind);
  for (const version of ['/v1', '']) {
    app.post<{ Params: { id: string } }>(`${version}/datasets/:id/datapoints`, async (request) => {
      const scope = scopeOf(request, 'ingest');
      const body = objectBody(await readJson(request));
      const rows = body.data ?? body.datapoints;
      if (!Array.isArray(rows))
        throw new InvalidBody('data', `data is ${kindOf(rows)}, not a list`, 'a list of datapoints');
      const mapping = isObject(body.mapping) ? body.mapping : undefined;
      const parent = request.params.id;
      // All of them are looked at before any is stored: who sends them again would have some twice.
      const bodies = rows.map((row, index) => mapped(objectBody(row, `data[${index}]`), mapping));
      if (!(await store.getDocument(scope, 'dataset', parent)))
        throw new HttpError(404, 'not_found', 'there is no dataset with this id');
      const documents = bodies.map((one) => ({ id: randomUUID(), parent, body: one }));
      await Promise.all(documents.map((one) => store.putDocument(scope, 'datapoint', one, 'create')));
      return { inserted: true, datapoint_ids: documents.map((one) => one.id) };
    });
  }
}

function documentRoutes(
  app: FastifyInstance,
  store: TraceStore,
  scopeOf: ScopeOf,
  path: string,
  { kind, list, idField }: Kind,
): void {
  app.post(path, async (request) => {
    const scope = scopeOf(request, 'ingest');
    const body = objectBody(await readJson(request));
    const id = textIn(body, 'id', '_id', idField) ?? randomUUID();
    const name = textIn(body, 'name');
    const project = textIn(body, 'project');
    const parent = kind === 'datapoint' ? linkedDataset(body) : undefined;
    const made = await store.putDocument(
      scope,
      kind,
      {
        id,
        body: body as JsonObject,
        ...(name === undefined ? {} : { name }),
        ...(project === undefined ? {} : { project }),
        ...(parent === undefined ? {} : { parent }),
      },
      'create',
    );
    return {
      success: true,
      inserted: true,
      [idField]: id,
      result: { insertedId: id, insertedIds: [id] },
      ...(made ? shown(made, idField) : {}),
    };
  });
  app.get<{ Querystring: ListQuery }>(path, async (request) => {
    const scope = scopeOf(request, 'read');
    const { name, dataset_name, dataset_id, limit } = request.query;
    let parent = kind === 'datapoint' ? dataset_id : undefined;
    if (kind === 'datapoint' && dataset_name !== undefined)
      parent = (await store.listDocuments(scope, 'dataset', { name: dataset_name, limit: 1 }))[0]?.id ?? 'none';
    if (kind === 'dataset' && dataset_id !== undefined) {
      const one = await store.getDocument(scope, kind, dataset_id);
      return listed(one ? [one] : [], list, idField);
    }
    const found = await store.listDocuments(scope, kind, {
      ...(parent === undefined ? {} : { parent }),
      ...(name === undefined ? {} : { name }),
      limit: Math.min(MOST, numberOf(limit, 'limit', 1, Number.MAX_SAFE_INTEGER) ?? 1000),
    });
    return listed(found, list, idField);
  });
  app.get<{ Params: { id: string } }>(`${path}/:id`, async (request) => {
    const found = await store.getDocument(scopeOf(request, 'read'), kind, request.params.id);
    if (!found) throw new HttpError(404, 'not_found', `there is no ${kind} with this id`);
    return shown(found, idField);
  });
  const update = async (scope: ReturnType<ScopeOf>, id: string, body: Record<string, unknown>): Promise<object> => {
    const name = textIn(body, 'name');
    const changed = await store.putDocument(
      scope,
      kind,
      { id, body: body as JsonObject, ...(name === undefined ? {} : { name }) },
      'merge',
    );
    if (!changed) throw new HttpError(404, 'not_found', `there is no ${kind} with this id`);
    return { success: true, updated: true, ...shown(changed, idField) };
  };
  app.put<{ Params: { id: string } }>(`${path}/:id`, async (request) =>
    update(scopeOf(request, 'ingest'), request.params.id, objectBody(await readJson(request))),
  );
  app.put(path, async (request) => {
    const body = objectBody(await readJson(request));
    const id = textIn(body, idField, 'id');
    if (id === undefined) throw new InvalidBody(idField, `${idField} is missing`, 'the id of what is updated');
    return update(scopeOf(request, 'ingest'), id, body);
  });
  app.delete<{ Params: { id: string } }>(`${path}/:id`, async (request) => {
    if (!(await store.deleteDocument(scopeOf(request, 'ingest'), kind, request.params.id)))
      throw new HttpError(404, 'not_found', `there is no ${kind} with this id`);
    return { success: true, deleted: true };
  });
}

function linkedDataset(body: Record<string, unknown>): string | undefined {
  const linked = body.linked_datasets;
  return Array.isArray(linked) && typeof linked[0] === 'string' ? linked[0] : textIn(body, 'dataset_id');
}

function shown(document: StoredDocument, idField: string): JsonObject {
  return {
    ...document.body,
    id: document.id,
    [idField]: document.id,
    project: document.project,
    created_at: new Date(document.createdMs).toISOString(),
    updated_at: new Date(document.updatedMs).toISOString(),
  };
}

function listed(found: StoredDocument[], list: string, idField: string): JsonObject | JsonObject[] {
  const items = found.map((document) => shown(document, idField));
  if (list === 'metrics') return items;
  // The older API calls the list of datasets `testcases`.
  return list === 'datasets' ? { datasets: items, testcases: items } : { [list]: items };
}

function mapped(row: Record<string, unknown>, mapping: Record<string, unknown> | undefined): JsonObject {
  if (!mapping) return row as JsonObject;
  const take = (fields: unknown): JsonObject =>
    Object.fromEntries(
      (Array.isArray(fields) ? fields : [])
        .filter((field): field is string => typeof field === 'string')
        .map((field) => [field, (row[field] ?? null) as JsonObject[string]]),
    );
  return {
    inputs: take(mapping.inputs),
    ground_truth: take(mapping.ground_truth),
    history: Array.isArray(mapping.history)
      ? (mapping.history.map((field) => row[String(field)] ?? null) as JsonObject[string])
      : [],
  };
}
