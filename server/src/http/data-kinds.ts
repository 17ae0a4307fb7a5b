import type { DocumentKind, StoredDocument } from '../store/trace-store.js';
import { emptyObject, isObject, type Json, type JsonObject } from '../wire/value.js';

/** Which of HoneyHive's two APIs speaks: the one under `/v1`, or the one before it. */
export type Api = 'v1' | 'older';

export interface DataKind {
  kind: DocumentKind;
  path: string;
  idField: string;
  /** The fields that clients demand, over what was sent. */
  complete(document: StoredDocument, api: Api): JsonObject;
  /** A list of them, as an answer. */
  list(items: JsonObject[], api: Api): JsonObject | JsonObject[];
  /** What the answer to a change says beside the fields of what was changed. */
  created(id: string): JsonObject;
  updated(shown: JsonObject): JsonObject;
  deleted(id: string): JsonObject;
}

const text = (value: Json | undefined, otherwise: string): string => (typeof value === 'string' ? value : otherwise);

/** Where an object belongs, anything else is kept under one key, never dropped. */
const object = (value: Json | undefined): JsonObject =>
  value === undefined || value === null ? emptyObject() : isObject(value) ? (value as JsonObject) : { value };

const inserted = (id: string): JsonObject => ({ result: { insertedId: id, insertedIds: [id] } });

/** The kinds of metrics in the words of the API under `/v1`, with those of the older one. */
const METRIC_TYPES = [
  ['PYTHON', 'custom'],
  ['LLM', 'model'],
  ['HUMAN', 'human'],
  ['COMPOSITE', 'composite'],
] as const;

function metricType(given: string, api: Api): string {
  const known = METRIC_TYPES.find((names) => names.some((name) => name === given));
  return known ? known[api === 'v1' ? 0 : 1] : given;
}

export const DATA_KINDS: DataKind[] = [
  {
    kind: 'dataset',
    path: 'datasets',
    idField: 'dataset_id',
    complete: (document) => ({ name: document.name ?? '' }),
    // The older API calls the list of datasets `testcases`.
    list: (items) => ({ datasets: items, testcases: items }),
    created: inserted,
    updated: (shown) => ({ result: shown }),
    deleted: (id) => ({ result: { id } }),
  },
  {
    kind: 'datapoint',
    path: 'datapoints',
    idField: 'datapoint_id',
    complete: ({ body, parent }) => ({
      inputs: object(body.inputs),
      ground_truth: object(body.ground_truth),
      metadata: object(body.metadata),
      history: Array.isArray(body.history) ? body.history.map(object) : [],
      linked_event: typeof body.linked_event === 'string' ? body.linked_event : null,
      linked_datasets: datasetsOf(body, parent),
    }),
    list: (items) => ({ datapoints: items }),
    created: inserted,
    updated: () => ({ result: { modifiedCount: 1 } }),
    deleted: () => ({}),
  },
  {
    kind: 'metric',
    path: 'metrics',
    idField: 'metric_id',
    complete: ({ body, name, project }, api) => ({
      name: name ?? '',
      type: metricType(text(body.type, 'PYTHON'), api),
      criteria: text(body.criteria ?? body.code_snippet ?? body.prompt, ''),
      description: text(body.description, ''),
      return_type: text(body.return_type, 'float'),
      enabled_in_prod: body.enabled_in_prod === true,
      needs_ground_truth: body.needs_ground_truth === true,
      sampling_percentage: typeof body.sampling_percentage === 'number' ? body.sampling_percentage : 100,
      filters: isObject(body.filters) ? (body.filters as JsonObject) : { filterArray: [] },
      ...(api === 'older' ? { task: text(body.task, project) } : {}),
    }),
    list: (items, api) => (api === 'v1' ? { metrics: items } : items),
    created: inserted,
    updated: () => ({}),
    deleted: () => ({}),
  },
  {
    kind: 'configuration',
    path: 'configurations',
    idField: 'configuration_id',
    complete: ({ body, name }) => ({
      name: name ?? '',
      type: text(body.type, 'LLM'),
      provider: text(body.provider, ''),
      parameters: { call_type: 'chat', model: '', ...object(body.parameters) },
      env: Array.isArray(body.env) ? body.env : [],
      tags: Array.isArray(body.tags) ? body.tags : [],
    }),
    list: (items, api) => (api === 'v1' ? { configurations: items } : items),
    created: (id) => ({ ...inserted(id), acknowledged: true, insertedId: id }),
    updated: () => ({ acknowledged: true, matchedCount: 1, modifiedCount: 1, upsertedCount: 0, upsertedId: null }),
    deleted: () => ({ acknowledged: true, deletedCount: 1 }),
  },
];

/** The datasets a datapoint says it is of. */
export function datasetsOf(body: JsonObject, parent: string | null): string[] {
  const linked = body.linked_datasets;
  if (Array.isArray(linked)) return linked.filter((one): one is string => typeof one === 'string');
  return parent === null || parent === '' ? [] : [parent];
}

export function shownDocument(document: StoredDocument, { idField, complete }: DataKind, api: Api): JsonObject {
  const shown: JsonObject = {
    ...document.body,
    ...complete(document, api),
    id: document.id,
    _id: document.id,
    [idField]: document.id,
    project: document.project,
    project_id: document.project,
    created_at: new Date(document.createdMs).toISOString(),
    updated_at: new Date(document.updatedMs).toISOString(),
  };
  // The client of the older API takes no null where it expects a text or an object.
  return api === 'v1' ? shown : Object.fromEntries(Object.entries(shown).filter(([, value]) => value !== null));
}
