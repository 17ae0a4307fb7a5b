/**
 * The fields that HoneyHive's clients demand of answers about datasets, datapoints, metrics and configurations, as facts
 * (see answer-shapes.test.ts). `{name}` in a path is an id made before.
 */
import { type Local, local } from './support/local';
import { filled, misfits, type Shape } from './support/shape';

const ids: Record<string, string> = {};
let server: Local;

const call = (method: string, path: string, body?: unknown) => server.call(method, filled(path, ids), body);

beforeAll(async () => {
  server = await local();
  ids.event = (await call('POST', '/v1/events', { event_type: 'tool', inputs: { q: 1 } })).json.event_id;
});

const DATASET: Shape = {
  id: 'text',
  name: 'text',
  datapoints: ['text'],
  created_at: 'time',
  updated_at: 'time',
};
const DATAPOINT: Shape = {
  id: 'text',
  _id: 'text',
  inputs: 'object',
  history: 'any',
  ground_truth: 'object',
  metadata: 'object',
  linked_datasets: 'any',
  created_at: 'time',
};
const METRIC: Shape = {
  id: 'text',
  name: 'text',
  type: 'text',
  criteria: 'text',
  description: 'text',
  return_type: 'text',
  enabled_in_prod: 'boolean',
  needs_ground_truth: 'boolean',
  sampling_percentage: 'number',
  filters: { filterArray: 'any' },
  created_at: 'time',
  updated_at: 'time',
};
const CONFIGURATION: Shape = {
  id: 'text',
  name: 'text',
  type: 'text',
  provider: 'text',
  parameters: { call_type: 'text', model: 'text' },
  env: 'any',
  tags: 'any',
  created_at: 'time',
};
const INSERTED: Shape = { inserted: 'boolean', result: { insertedId: 'text', insertedIds: ['text'] } };
const later: Shape = { ...(DATAPOINT as object), linked_event: 'text?' };

/** Where the two APIs differ, the later one's answer comes first. */
const DATA: [string, string, unknown, Shape][] = (
  [
    ['/v1', later, { metrics: [METRIC] }, { configurations: [CONFIGURATION] }],
    ['', DATAPOINT, [{ ...METRIC, task: 'text', _id: 'text' }], [{ ...CONFIGURATION, _id: 'text', project: 'text' }]],
  ] as [string, Shape, Shape, Shape][]
).flatMap(([base, datapoint, metrics, configurations]) => [
  ['POST', `${base}/datasets`, { name: 'd' }, INSERTED],
  ['GET', `${base}/datasets`, undefined, { datasets: [DATASET], testcases: [DATASET] }],
  ['GET', `${base}/datasets?dataset_id={dataset}`, undefined, { datasets: [DATASET], testcases: [DATASET] }],
  ['PUT', `${base}/datasets`, { dataset_id: 'ds', description: 'x' }, { result: DATASET }],
  ['PUT', `${base}/datasets/{dataset}`, { description: 'x' }, { result: DATASET }],
  [
    'POST',
    `${base}/datasets/{dataset}/datapoints`,
    { data: [{ q: 1 }], mapping: { inputs: ['q'] } },
    { inserted: 'boolean', datapoint_ids: ['text'] },
  ],
  ['DELETE', `${base}/datasets/{dataset}/datapoints/{inside}`, undefined, { dereferenced: 'boolean', message: 'text' }],
  ['DELETE', `${base}/datasets/{dataset}`, undefined, { result: { id: 'text' } }],
  ['DELETE', `${base}/datasets?dataset_id={dataset}`, undefined, { result: { id: 'text' } }],
  ['POST', `${base}/datapoints`, { inputs: { q: 1 } }, INSERTED],
  ['POST', `${base}/datapoints/batch`, { events: ['{event}'] }, { inserted: 'boolean', insertedIds: ['text'] }],
  ['GET', `${base}/datapoints`, undefined, { datapoints: [datapoint] }],
  ['GET', `${base}/datapoints/{datapoint}`, undefined, { datapoint: [datapoint] }],
  [
    'PUT',
    `${base}/datapoints/{datapoint}`,
    { metadata: {} },
    { updated: 'boolean', result: { modifiedCount: 'whole' } },
  ],
  ['DELETE', `${base}/datapoints/{datapoint}`, undefined, { deleted: 'boolean' }],
  ['POST', `${base}/metrics`, { name: 'm' }, { inserted: 'boolean', metric_id: 'text' }],
  ['GET', `${base}/metrics`, undefined, metrics],
  ['PUT', `${base}/metrics`, { metric_id: 'mt', name: 'n' }, { updated: 'boolean' }],
  ['PUT', `${base}/metrics/{metric}`, { name: 'n' }, { updated: 'boolean' }],
  ['DELETE', `${base}/metrics/{metric}`, undefined, { deleted: 'boolean' }],
  ['DELETE', `${base}/metrics?metric_id={metric}`, undefined, { deleted: 'boolean' }],
  ['POST', `${base}/configurations`, { name: 'c' }, { acknowledged: 'boolean', insertedId: 'text' }],
  ['GET', `${base}/configurations`, undefined, configurations],
  [
    'PUT',
    `${base}/configurations/{configuration}`,
    { name: 'n' },
    {
      acknowledged: 'boolean',
      modifiedCount: 'whole',
      matchedCount: 'whole',
      upsertedCount: 'whole',
      upsertedId: 'text?',
    },
  ],
  ['DELETE', `${base}/configurations/{configuration}`, undefined, { acknowledged: 'boolean', deletedCount: 'whole' }],
]);

// Some of these rows take away what others read.
beforeEach(async () => {
  for (const [name, id] of Object.entries({ dataset: 'ds', datapoint: 'dp', metric: 'mt', configuration: 'cf' })) {
    ids[name] = id;
    await call('POST', `/v1/${name}s`, { id, name, type: name === 'metric' ? 'PYTHON' : 'evaluation' });
  }
  // Whatever other datasets there are, each has something in it.
  for (const { id } of (await call('GET', '/v1/datasets')).json.datasets) {
    const { datapoint_ids } = (await call('POST', `/v1/datasets/${id}/datapoints`, { data: [{ q: 1 }] })).json;
    if (id === 'ds') ids.inside = datapoint_ids[0];
  }
});
test.each(DATA)('%s %s', async (method, path, body, shape) => {
  const sent = JSON.parse(JSON.stringify(body ?? null).replace('{event}', ids.event as string)) ?? undefined;
  const { status, json } = await call(method, path, sent);
  expect([status, misfits(json, shape)]).toEqual([200, []]);
});
test('no answer of the older API has a null in it', async () => {
  for (const path of ['/datapoints', '/datapoints/dp', '/datasets', '/metrics', '/configurations'])
    expect([path, (await call('GET', path)).text]).toEqual([path, expect.not.stringContaining('null')]);
});
