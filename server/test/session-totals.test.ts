/** A session's row says what its spans say now, not what they said once. */
import { randomUUID } from 'node:crypto';
import { eventIdOf } from '../dist/wire/ids';
import { hex, inSession, type Local, local, span, T0, traces } from './support/local';

let server: Local;
beforeAll(async () => {
  server = await local();
});

const send = (...spans: object[]) => server.call('POST', '/v1/traces', traces(spans));
const sessionOf = async (id: string) => (await server.call('GET', `/api/sessions/${id}`)).json.session;
const said = (sessionId: string, input: string, output: string, more: Record<string, string> = {}) =>
  inSession(sessionId, { 'honeyhive_inputs.question': input, 'honeyhive_outputs.result': output, ...more });

test('first input and last output are those of the newest version of their span', async () => {
  const sessionId = randomUUID();
  const ids = { traceId: hex(16), spanId: hex(8) };
  await send(span({ ...ids, endMs: null, attributes: said(sessionId, 'old', '') }));
  expect(await sessionOf(sessionId)).toMatchObject({ firstInput: 'old', lastOutput: '' });
  await send(span({ ...ids, attributes: said(sessionId, 'new', 'one') }));
  expect(await sessionOf(sessionId)).toMatchObject({ firstInput: 'new', lastOutput: 'one' });
  await send(span({ ...ids, attributes: said(sessionId, 'newest', 'two', { more: 'x' }) }));
  expect(await sessionOf(sessionId)).toMatchObject({ firstInput: 'newest', lastOutput: 'two' });
  const event_id = eventIdOf(ids.traceId, ids.spanId);
  await server.call('PUT', '/events', { event_id, inputs: { question: 'mended' }, outputs: { result: 'three' } });
  expect(await sessionOf(sessionId)).toMatchObject({ firstInput: 'mended', lastOutput: 'three' });
});

test('a version that ends earlier, or begins later, draws the session in', async () => {
  const sessionId = randomUUID();
  const ids = { traceId: hex(16), spanId: hex(8) };
  const version = (startMs: number, endMs: number, more: Record<string, string>) =>
    span({ ...ids, startMs, endMs, attributes: inSession(sessionId, more) });
  await send(
    version(T0, T0 + 900, {}),
    span({ traceId: ids.traceId, startMs: T0 + 50, endMs: T0 + 300, attributes: inSession(sessionId) }),
  );
  expect(await sessionOf(sessionId)).toMatchObject({ startTime: T0, endTime: T0 + 900, durationMs: 900 });
  await send(version(T0, T0 + 200, { a: '1' }));
  expect(await sessionOf(sessionId)).toMatchObject({ startTime: T0, endTime: T0 + 300 });
  await send(version(T0 + 100, T0 + 200, { a: '1', b: '2' }));
  expect(await sessionOf(sessionId)).toMatchObject({ startTime: T0 + 50, endTime: T0 + 300, spanCount: 2 });
});

test('what was said of a session that a trace had made goes with its spans into the one they name', async () => {
  const traceId = hex(16);
  const sessionId = randomUUID();
  const first = span({
    traceId,
    name: 'root',
    attributes: {
      'honeyhive_inputs.question': 'why',
      'honeyhive.source': 'shop',
      'honeyhive_metadata.run_id': 'run-1',
      'honeyhive_feedback.rating': 5,
    },
  });
  await send(first);
  const made = (await server.call('GET', `/api/spans/${traceId}/${first.spanId}`)).json.sessionId;
  const word = `word${hex(6)}`;
  await server.call('PUT', '/events', {
    event_id: made,
    feedback: { note: word },
    metadata: { tier: 'gold', plan: 'a' },
  });
  await server.call('POST', '/session/start', {
    session: { session_id: sessionId, start_time: T0 + 5, metadata: { plan: 'b' } },
  });
  await send(span({ traceId, parentSpanId: first.spanId, startMs: T0 + 5, attributes: inSession(sessionId) }));
  expect(await sessionOf(sessionId)).toMatchObject({
    spanCount: 2,
    sessionName: 'root',
    source: 'shop',
    runId: 'run-1',
    hasFeedback: true,
    firstInput: 'why',
    startTime: T0,
    feedback: { note: word },
    metadata: { tier: 'gold', plan: 'b' },
  });
  expect((await sessionOf(sessionId)).metadata.session_source).toBeUndefined();
  const found = (await server.call('GET', `/api/sessions?q=${word}`)).json.items;
  expect(found.map((one: { sessionId: string }) => one.sessionId)).toEqual([sessionId]);
});

test('a root that is renamed while it runs renames its session; one that moves leaves none behind', async () => {
  const [first, second] = [randomUUID(), randomUUID()];
  const ids = { traceId: hex(16), spanId: hex(8) };
  await send(span({ ...ids, name: 'GET', endMs: null, attributes: inSession(first) }));
  expect((await sessionOf(first)).sessionName).toBe('GET');
  await send(span({ ...ids, name: 'GET /orders', attributes: inSession(first) }));
  expect((await sessionOf(first)).sessionName).toBe('GET /orders');
  await send(span({ ...ids, name: 'GET /orders', attributes: inSession(second, { more: 'x' }) }));
  expect(await sessionOf(second)).toMatchObject({ sessionName: 'GET /orders', spanCount: 1 });
  expect((await server.call('GET', `/api/sessions/${first}`)).status).toBe(404);
});

test('scores and costs that are replaced leave no trace in the last digits', async () => {
  const sessionId = randomUUID();
  const ids = { traceId: hex(16), spanId: hex(8) };
  const scored = (score: number, tokens: number, more: Record<string, string>) =>
    span({
      ...ids,
      attributes: inSession(sessionId, {
        'gen_ai.operation.name': 'chat',
        'gen_ai.request.model': 'gpt-4o-mini',
        'gen_ai.usage.input_tokens': tokens,
        ...more,
      }),
      events: [
        {
          name: 'gen_ai.evaluation.result',
          attributes: { 'gen_ai.evaluation.name': 'acc', 'gen_ai.evaluation.score.value': score },
        },
      ],
    });
  await send(scored(0.2, 7, {}));
  await send(scored(0.9, 3, { a: '1' }));
  await send(scored(0.7, 0, { a: '1', b: '2' }));
  expect(await sessionOf(sessionId)).toMatchObject({ scores: { acc: { mean: 0.7, count: 1 } }, costUsd: 0 });
});

test('a trace is one session, also where only one of its spans names session and project', async () => {
  for (const order of ['root first', 'child first']) {
    const sessionId = randomUUID();
    const root = span({ attributes: inSession(sessionId, { 'honeyhive.project': `p-${hex(4)}` }) });
    const child = span({ traceId: root.traceId, parentSpanId: root.spanId });
    for (const one of order === 'root first' ? [root, child] : [child, root]) await send(one);
    expect({ order, spans: (await sessionOf(sessionId)).spanCount }).toEqual({ order, spans: 2 });
    expect((await server.call('GET', `/api/spans/${child.traceId}/${child.spanId}`)).json.sessionId).toBe(sessionId);
  }
});

test('a session that is begun without a time has none until its spans give it one', async () => {
  const sessionId = randomUUID();
  const other = await local();
  await other.call('POST', '/api/import', JSON.stringify({ honeyhiveSession: { session_id: sessionId } }));
  expect((await other.call('GET', `/api/sessions/${sessionId}`)).json.session.startTime).toBe(0);
  await other.call('POST', '/v1/traces', traces([span({ attributes: inSession(sessionId) })]));
  expect((await other.call('GET', `/api/sessions/${sessionId}`)).json.session.startTime).toBe(T0);
});

test('names of megabytes do not make lists of megabytes', async () => {
  const sessionId = randomUUID();
  const name = 'n'.repeat(3_000_000);
  await server.call('POST', '/session/start', { session: { session_id: sessionId, session_name: name } });
  await send(span({ name, attributes: inSession(sessionId) }));
  for (const path of ['/api/sessions', '/api/spans', `/api/sessions/${sessionId}`])
    expect((await server.call('GET', path)).text.length).toBeLessThan(100_000);
});

test('the amount counts as the cost of a span, not the score of an evaluator of costs', async () => {
  const sessionId = randomUUID();
  const said = { honeyhive_event_type: 'model', 'honeyhive_metrics.cost': 0.8, 'honeyhive_metrics.cost_usd': 0.002 };
  await send(span({ attributes: inSession(sessionId, said) }));
  expect((await sessionOf(sessionId)).costUsd).toBe(0.002);
});
