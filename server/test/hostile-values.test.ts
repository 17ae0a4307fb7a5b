/** Values that name what every object has, or pass what a number or a stack holds: kept as data or refused in words. */
import { randomUUID } from 'node:crypto';
import { hex, inSession, type Local, local, span, traces } from './support/local';

let server: Local;
beforeAll(async () => {
  server = await local();
});

const INHERITED = ['constructor', 'toString', '__proto__', 'hasOwnProperty', 'valueOf'];

test.each(INHERITED)('a convention that calls its operation %s does not spoil a batch', async (word) => {
  const sessionId = randomUUID();
  const names = [
    'gen_ai.operation.name',
    'openinference.span.kind',
    'traceloop.span.kind',
    'langfuse.observation.type',
  ];
  const spans = [...names, 'ai.operationId'].map((name) =>
    span({ attributes: inSession(sessionId, { [name]: word }) }),
  );
  expect((await server.call('POST', '/v1/traces', traces(spans))).status).toBe(200);
  expect((await server.call('GET', `/api/sessions/${sessionId}`)).json.spans).toHaveLength(spans.length);
});

test.each(INHERITED)('%s is no field and no unit of time', async (word) => {
  for (const path of [
    `/api/sessions?q=${word}:1`,
    `/api/spans?q=${word}.x:1`,
    `/api/aggregate?bucket=${word}`,
    `/api/aggregate?group=${word}`,
  ]) {
    const answer = await server.call('GET', path);
    expect([path, answer.status]).toEqual([path, 400]);
    expect(answer.json.error.code).toBe('bad_query');
  }
});

test('JSON in an argument that nests thousands deep stays a text', async () => {
  const deep = `${'['.repeat(20_000)}${']'.repeat(20_000)}`;
  const one = span({ attributes: inSession(randomUUID(), { 'honeyhive_inputs.deep': deep }) });
  expect((await server.call('POST', '/v1/traces', traces([one]))).status).toBe(200);
  expect((await server.call('GET', `/api/spans/${one.traceId}/${one.spanId}`)).json.inputs.deep).toBe(deep);
});

test.each([
  ['end_time', '9'.repeat(400)],
  ['end_time', 1e300],
  ['duration', 1e300],
])('%s beyond all time is refused, and what comes later is not spoiled', async (field, value) => {
  const event_id = randomUUID();
  const refused = await server.call('PUT', '/events', { event_id, [field]: value });
  expect([refused.status, refused.json.error.field]).toEqual([400, field]);
  const created = await server.call('POST', '/events', { event: { event_type: 'tool', inputs: {}, [field]: value } });
  expect([created.status, created.json.error.field]).toEqual([400, field]);
  const one = span({ attributes: inSession(randomUUID(), { honeyhive_event_id: event_id }) });
  expect((await server.call('POST', '/v1/traces', traces([one]))).status).toBe(200);
});

test.each([
  '/v1/datasets?limit=1.5',
  '/v1/datasets?limit=-1',
  '/v1/runs?limit=1.5',
  '/v1/runs?page=1e30',
  '/v1/datapoints?limit=none',
])('%s: 400 that names the field', async (path) => {
  const answer = await server.call('GET', path);
  expect([answer.status, answer.json.error.code]).toEqual([400, 'invalid_field']);
});

test('a page beyond all pages is refused', async () => {
  const answer = await server.call('POST', '/v1/events/export', { page: 1e300 });
  expect([answer.status, answer.json.error.field]).toEqual([400, 'page']);
});

test('datapoints of a list are stored all or not at all, and only in a dataset that is there', async () => {
  const { insertedId } = (await server.call('POST', '/v1/datasets', { name: `d-${hex(4)}` })).json.result;
  const path = `/v1/datasets/${insertedId}/datapoints`;
  const refused = await server.call('POST', path, { data: [{ q: 1 }, 7] });
  expect([refused.status, refused.json.error.field]).toEqual([400, 'data[1]']);
  expect((await server.call('GET', `/v1/datapoints?dataset_id=${insertedId}`)).json.datapoints).toEqual([]);
  expect((await server.call('POST', '/v1/datasets/none/datapoints', { data: [{ q: 1 }] })).status).toBe(404);
});

test('names that are no field of an event are kept as metadata of an update', async () => {
  const session_id = randomUUID();
  await server.call('POST', '/session/start', { session: { session_id } });
  await server.call('PUT', '/events', { event_id: session_id, tier: 'gold', metadata: { plan: 'a' } });
  expect((await server.call('GET', `/api/sessions/${session_id}`)).json.session.metadata).toEqual({
    tier: 'gold',
    plan: 'a',
  });
});

test('a session made as an event has its own id', async () => {
  const session_id = randomUUID();
  const made = await server.call('POST', '/v1/events', { event_type: 'session', session_id, inputs: { q: 1 } });
  expect(made.json.event_id).toBe(session_id);
  expect((await server.call('GET', `/api/sessions/${session_id}`)).json.session.inputs).toEqual({ q: 1 });
});

test('numbers of tokens beyond all sums are none, and do not spoil their session', async () => {
  const sessionId = randomUUID();
  const ids = { traceId: hex(16), spanId: hex(8) };
  for (const more of [{}, { a: '1' }]) {
    const attributes = inSession(sessionId, {
      'gen_ai.operation.name': 'chat',
      'gen_ai.usage.input_tokens': '1.7e308',
      'gen_ai.usage.output_tokens': '1.7e308',
      ...more,
    });
    expect((await server.call('POST', '/v1/traces', traces([span({ ...ids, attributes })]))).status).toBe(200);
  }
  expect((await server.call('GET', `/api/sessions/${sessionId}`)).json.session.tokens.total).toBe(0);
});

test('zero is zero however it is written', async () => {
  for (const zero of ['00', '-0']) {
    const one = { ...span({ attributes: inSession(randomUUID()) }), endTimeUnixNano: zero };
    await server.call('POST', '/v1/traces', traces([one]));
    expect((await server.call('GET', `/api/spans/${one.traceId}/${one.spanId}`)).json.running).toBe(true);
  }
});
