/**
 * Which fields HoneyHive's clients demand of an answer, as facts: the Python client (1.5) refuses an answer without one
 * of them, the TypeScript client (1.0.42) one with a null where these have none. `{name}` in a path is an id made before.
 */
import { randomUUID } from 'node:crypto';
import { type Local, local, span, T0, traces } from './support/local';
import { filled, misfits, type Shape } from './support/shape';

const ids: Record<string, string> = {};
let server: Local;

const call = (method: string, path: string, body?: unknown) => server.call(method, filled(path, ids), body);

beforeAll(async () => {
  server = await local();
  ids.session = randomUUID();
  ids.event = randomUUID();
  await call('POST', '/session/start', { session: { session_id: ids.session, session_name: 's' } });
  await call('POST', '/v1/events', {
    session_id: ids.session,
    event_id: ids.event,
    event_type: 'tool',
    event_name: 'look up',
    inputs: { q: 1 },
    start_time: T0,
    duration: 5,
  });
  ids.run = (await call('POST', '/v1/runs', { name: 'run' })).json.run_id;
  for (const [point, ok] of [
    ['dp-1', true],
    ['dp-2', false],
  ]) {
    const metadata = { run_id: ids.run, datapoint_id: point, dataset_id: 'ds' };
    const { session_id } = (await call('POST', '/session/start', { session: { metadata } })).json;
    await call('POST', '/v1/events', { session_id, ...EVENT_IN, metrics: { ok } });
  }
});

const STARTED: Shape = {
  session_id: 'text',
  event_id: 'text',
  org_id: 'text',
  workspace_id: 'text',
  project_id: 'text',
};
const EVENT: Shape = {
  event_id: 'text',
  session_id: 'text',
  project: 'text',
  project_id: 'text',
  source: 'text',
  event_type: 'text',
  event_name: 'text',
  children_ids: 'any',
  start_time: 'whole',
  end_time: 'whole',
  duration: 'number',
  inputs: 'object',
  outputs: 'object',
  config: 'object',
  metadata: 'object',
  metrics: 'object',
  feedback: 'object',
  user_properties: 'object',
};
const TREE: Shape = { ...EVENT, org_id: 'text', children: [{ ...EVENT, children: 'any' }] };
const SCHEMA: Shape = {
  fields: [{ name: 'text', event_type: 'text' }],
  datasets: ['text'],
  mappings: { metrics: [{ field_name: 'text', event_type: 'text' }] },
};

const TOOLS = [{ field: 'event_type', operator: 'is', value: 'tool', type: 'string' }];
const FOUND: Shape = { events: [EVENT], totalEvents: 'whole' };
const EVENT_IN = { event_type: 'tool', event_name: 'e', inputs: {} };

const SESSIONS_AND_EVENTS: [string, string, unknown, Shape][] = [
  ['POST', '/session/start', { session: { session_name: 's' } }, STARTED],
  ['POST', '/v1/sessions', { session_name: 's' }, STARTED],
  ['GET', '/session/{session}', undefined, TREE],
  ['GET', '/v1/sessions/{session}', undefined, TREE],
  ['POST', '/events', { event: EVENT_IN }, { success: 'boolean', event_id: 'text' }],
  ['POST', '/v1/events', EVENT_IN, { success: 'boolean', event_id: 'text' }],
  ['POST', '/events/model', { model_event: { model: 'm' } }, { success: 'boolean', event_id: 'text' }],
  ['POST', '/events/batch', { events: [EVENT_IN] }, { success: 'boolean', event_ids: ['text'] }],
  ['POST', '/v1/events/batch', { events: [EVENT_IN] }, { success: 'boolean', event_ids: ['text'] }],
  ['POST', '/v1/sessions/{session}/events/batch', { events: [EVENT_IN] }, { success: 'boolean' }],
  ['POST', '/session/{session}/traces', { logs: [EVENT_IN] }, { success: 'boolean' }],
  // The older API gives the bare event, or the tree of a session; the later one an object with it.
  ['GET', '/v1/events/schema', undefined, SCHEMA],
  ['GET', '/v1/events/{event}', undefined, { ...EVENT, event: EVENT }],
  ['GET', '/v1/events/{session}', undefined, { ...TREE, event: EVENT }],
  ['GET', `/events?limit=5&filters=${encodeURIComponent(JSON.stringify(TOOLS))}`, undefined, FOUND],
  ['POST', '/events/export', { filters: TOOLS }, FOUND],
  ['POST', '/v1/events/export', { filters: TOOLS }, { events: [EVENT], count: 'whole', totalEvents: 'whole' }],
  ['POST', '/v1/events/search', { filters: TOOLS }, { events: [EVENT], count: 'whole' }],
];

const RUN: Shape = {
  id: 'text',
  run_id: 'text',
  name: 'text',
  status: 'text',
  metadata: 'object',
  results: 'object',
  configuration: 'object',
  event_ids: 'any',
  is_active: 'boolean',
  created_at: 'time',
  updated_at: 'time',
  scope_type: 'text',
  scope_id: 'text',
};
const RESULT: Shape = {
  status: 'text',
  success: 'boolean',
  passed: ['text'],
  failed: ['text'],
  metrics: {
    aggregation_function: 'text',
    details: [
      {
        metric_name: 'text',
        metric_type: 'text',
        event_name: 'text',
        event_type: 'text',
        aggregate: 'number',
        values: ['number'],
        datapoints: { passed: ['text'], failed: ['text'] },
      },
    ],
  },
  datapoints: [{ datapoint_id: 'text', session_id: 'text', passed: 'boolean', metrics: 'any' }],
  event_details: [{ event_name: 'text', event_type: 'text' }],
  run_object: RUN,
};
const PAGINATION: Shape = {
  page: 'whole',
  limit: 'whole',
  total: 'whole',
  total_unfiltered: 'whole',
  total_pages: 'whole',
  has_next: 'boolean',
  has_prev: 'boolean',
};
const COMPARED: Shape = {
  metrics: [{ metric_name: 'text', old_aggregate: 'number', new_aggregate: 'number', difference: 'number' }],
  commonDatapoints: ['text'],
  event_details: [{ event_name: 'text', event_type: 'text', presence: 'text' }],
  old_run: RUN,
  new_run: RUN,
};
const PAIRED: Shape = {
  events: [{ datapoint_id: 'text', event_1: 'object', event_2: 'object' }],
  totalEvents: 'whole',
};
const RUNS: [string, string, unknown, Shape][] = ['/v1/runs', '/runs'].flatMap((base) => [
  ['POST', base, { name: 'r', metadata: null }, { run_id: 'text', evaluation: RUN }],
  ['GET', `${base}/{run}`, undefined, { evaluation: RUN }],
  ['PUT', `${base}/{run}`, { status: 'completed' }, { evaluation: RUN }],
  ['GET', base, undefined, { evaluations: [RUN], pagination: PAGINATION, metrics: 'any' }],
  ['GET', `${base}/{run}/result`, undefined, RESULT],
  ['GET', `${base}/{run}/summary`, undefined, RESULT],
  [
    'GET',
    `${base}/{run}/metrics`,
    undefined,
    {
      events: [{ event_name: 'text', event_type: 'text', session_id: 'text', metrics: 'object', metadata: 'object' }],
      totalEvents: 'whole',
    },
  ],
  ['GET', `${base}/{run}/compare/{run}`, undefined, COMPARED],
  ['GET', `${base}/{run}/compare-with/{run}`, undefined, COMPARED],
  ['GET', `${base}/{run}/compare/{run}/events`, undefined, PAIRED],
  ['GET', `${base}/compare/events?run_id_1={run}&run_id_2={run}`, undefined, PAIRED],
  ['GET', `${base}/{run}/schema`, undefined, SCHEMA],
  ['GET', `${base}/schema`, undefined, SCHEMA],
]);

test.each([...SESSIONS_AND_EVENTS, ...RUNS])('%s %s', async (method, path, body, shape) => {
  const { status, json } = await call(method, path, body);
  expect([status, misfits(json, shape)]).toEqual([200, []]);
});

test('what runs has no end, not one that is null', async () => {
  const running = span({ endMs: null, name: 'running', attributes: { 'honeyhive.project': 'running' } });
  await call('POST', '/v1/traces', traces([running]));
  const is = { field: 'event_name', operator: 'is', value: 'running', type: 'string' };
  const [event] = (await call('POST', '/events/export', { project: 'running', filters: [is] })).json.events;
  expect(event).toMatchObject({ event_name: 'running', start_time: T0 });
  expect(Object.keys(event)).not.toEqual(expect.arrayContaining(['end_time']));
  expect(Object.keys(event)).not.toEqual(expect.arrayContaining(['duration']));
});
