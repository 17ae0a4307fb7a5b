/**
 * Which fields HoneyHive's clients demand of an answer, as facts: the Python client (1.5) refuses an answer without one
 * of them, the TypeScript client (1.0.42) one with a null where these have none. `{name}` in a path is an id made before.
 */
import { randomUUID } from 'node:crypto';
import { type Local, local, span, T0, traces } from './support/local';
import { misfits, type Shape } from './support/shape';

const ids: Record<string, string> = {};
let server: Local;

const call = (method: string, path: string, body?: unknown) =>
  server.call(
    method,
    path.replace(/\{(\w+)\}/g, (_, name: string) => ids[name] as string),
    body,
  );

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
const TOOLS = [{ field: 'event_type', operator: 'is', value: 'tool', type: 'string' }];
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
  ['GET', '/v1/events/{event}', undefined, { ...EVENT, event: EVENT }],
  ['GET', '/v1/events/{session}', undefined, { ...TREE, event: EVENT }],
  ['POST', '/events/export', { filters: TOOLS }, { events: [EVENT], totalEvents: 'whole' }],
  ['POST', '/v1/events/export', { filters: TOOLS }, { events: [EVENT], count: 'whole', totalEvents: 'whole' }],
  ['POST', '/v1/events/search', { filters: TOOLS }, { events: [EVENT], count: 'whole' }],
];

test.each(SESSIONS_AND_EVENTS)('%s %s', async (method, path, body, shape) => {
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
