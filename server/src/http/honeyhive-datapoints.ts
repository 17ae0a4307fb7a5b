import { randomUUID } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import type { Scope, StoredDocument, TraceStore } from '../store/trace-store.js';
import { eventFilter } from '../wire/event-filters.js';
import type { HoneyHiveEvent } from '../wire/honeyhive-event.js';
import { InvalidBody, kindOf, objectBody, textIn, timeIn } from '../wire/rest-bodies.js';
import { isObject, type JsonObject } from '../wire/value.js';
import { readJson } from './body.js';
import { datapointOfEvent, datapointOfRow } from './datapoint-bodies.js';
import type { DatasetMembers } from './dataset-members.js';
import { latestEvents } from './event-pages.js';
import { HttpError } from './http-error.js';
import type { ScopeOf } from './scope.js';

const MAX_BATCH = 10_000;

/** HoneyHive's REST API: putting datapoints into datasets, making them of events, and taking them out again. */
export function datapointRoutes(
  app: FastifyInstance,
  store: TraceStore,
  members: DatasetMembers,
  scopeOf: ScopeOf,
): void {
  for (const base of ['/v1', '']) {
    app.post<{ Params: { id: string } }>(`${base}/datasets/:id/datapoints`, async (request) => {
      const scope = scopeOf(request, 'ingest');
      const body = objectBody(await readJson(request));
      const rows = body.data ?? body.datapoints;
      if (!Array.isArray(rows))
        throw new InvalidBody('data', `data is ${kindOf(rows)}, not a list`, 'a list of datapoints');
      const mapping = isObject(body.mapping) ? body.mapping : undefined;
      // All of them are looked at before any is stored: who sends them again would have some twice.
      const bodies = rows.map((row, index) => datapointOfRow(objectBody(row, `data[${index}]`), mapping));
      const dataset = await datasetWith(store, scope, request.params.id);
      return { inserted: true, datapoint_ids: await insert(store, scope, bodies, dataset) };
    });
    app.post(`${base}/datapoints/batch`, async (request) => {
      const scope = scopeOf(request, 'ingest');
      // What it finds could be told from what it makes.
      scopeOf(request, 'read');
      const body = objectBody(await readJson(request));
      const dataset = textIn(body, 'dataset_id');
      const into = dataset === undefined ? undefined : await datasetWith(store, scope, dataset);
      const mapping = isObject(body.mapping) ? body.mapping : undefined;
      const bodies = (await chosen(store, scope, body)).map((event) => datapointOfEvent(event, mapping));
      return { inserted: true, insertedIds: await insert(store, scope, bodies, into) };
    });
    for (const path of ['/datasets/:id/datapoints/:point', '/datasets/:id/:point'])
      app.delete<{ Params: { id: string; point: string } }>(`${base}${path}`, async (request) => {
        const scope = scopeOf(request, 'ingest');
        const dataset = await datasetWith(store, scope, request.params.id);
        if (!(await members.remove(scope, dataset, request.params.point)))
          throw new HttpError(404, 'not_found', 'there is no datapoint with this id in this dataset');
        return { dereferenced: true, message: 'taken out of the dataset; the datapoint itself is still there' };
      });
  }
}

async function datasetWith(store: TraceStore, scope: Scope, id: string): Promise<StoredDocument> {
  const dataset = await store.getDocument(scope, 'dataset', id);
  if (!dataset) throw new HttpError(404, 'not_found', 'there is no dataset with this id');
  return dataset;
}

async function insert(
  store: TraceStore,
  scope: Scope,
  bodies: JsonObject[],
  dataset: StoredDocument | undefined,
): Promise<string[]> {
  const of = dataset ? { parent: dataset.id, project: dataset.project } : {};
  const links = dataset ? { linked_datasets: [dataset.id] } : {};
  const documents = bodies.map((body) => ({ ...of, id: randomUUID(), body: { ...body, ...links } }));
  await Promise.all(documents.map((one) => store.putDocument(scope, 'datapoint', one, 'create')));
  return documents.map((one) => one.id);
}

/** The events that are named, or all that a filter finds but those that were ticked off. */
async function chosen(store: TraceStore, scope: Scope, body: Record<string, unknown>): Promise<HoneyHiveEvent[]> {
  const ticks = isObject(body.checkState) ? body.checkState : {};
  if (body.selectAll === true) {
    const range = isObject(body.dateRange) ? body.dateRange : {};
    const [from, to] = [timeIn(range, '$gte'), timeIn(range, '$lte')];
    const asked = {
      filter: eventFilter(filtersIn(body.filters)),
      ...(from === undefined ? {} : { fromMs: from }),
      ...(to === undefined ? {} : { toMs: to }),
    };
    const events = await latestEvents(store, scope, asked, MAX_BATCH, (event) => event);
    return events.filter((event) => ticks[event.event_id] !== false);
  }
  const ids = body.events ?? Object.keys(ticks).filter((id) => ticks[id] === true);
  if (!Array.isArray(ids) || !ids.every((id): id is string => typeof id === 'string'))
    throw new InvalidBody('events', `events is ${kindOf(body.events)}`, 'a list of event ids');
  if (ids.length > MAX_BATCH) throw new InvalidBody('events', `${ids.length} events at once`, `at most ${MAX_BATCH}`);
  const found = await Promise.all(ids.map((id) => store.getEvent(scope, id)));
  const missing = found.indexOf(undefined);
  if (missing !== -1) throw new HttpError(404, 'not_found', `there is no event with the id events[${missing}]`);
  return found.filter((event) => event !== undefined);
}

/** A list of filters, or an object with one. */
function filtersIn(filters: unknown): unknown {
  if (!isObject(filters)) return filters;
  return filters.filterArray ?? (Object.keys(filters).length === 0 ? undefined : [filters]);
}
