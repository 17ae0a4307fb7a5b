/** What is added to an event over REST counts as if its span had said it, whenever it comes. */
import { randomUUID } from 'node:crypto';
import { eventIdOf } from '../dist/wire/ids';
import { hex, inSession, type Local, local, span, T0, traces } from './support/local';

let server: Local;
beforeAll(async () => {
  server = await local();
});

const send = (...spans: object[]) => server.call('POST', '/v1/traces', traces(spans));
const spansFound = async (q: string): Promise<string[]> =>
  (await server.call('GET', `/api/spans?q=${encodeURIComponent(q)}`)).json.items.map(
    (one: { name: string }) => one.name,
  );

type Step = 'open' | 'end' | 'richer end' | 'update';
const ORDERS: [string, Step[]][] = [
  ['before its span', ['update', 'end']],
  ['while it runs', ['open', 'update', 'end']],
  ['after it', ['end', 'update']],
  ['between two versions', ['end', 'update', 'richer end']],
  ['before a span that is first sent open', ['update', 'open', 'end']],
];

describe.each(['given', 'derived'] as const)('with the %s event id', (kind) => {
  test.each(ORDERS)('an update %s is shown, found and counted', async (_when, steps) => {
    const sessionId = randomUUID();
    const ids = { traceId: hex(16), spanId: hex(8) };
    const eventId = kind === 'given' ? randomUUID() : eventIdOf(ids.traceId, ids.spanId);
    const word = `word${hex(6)}`;
    const name = `step-${hex(4)}`;
    const version = (more: Record<string, string>, endMs?: null) =>
      span({
        ...ids,
        name,
        ...(endMs === null ? { endMs } : {}),
        attributes: inSession(sessionId, {
          honeyhive_event_type: 'model',
          'honeyhive_metadata.kept': 'yes',
          ...(kind === 'given' ? { honeyhive_event_id: eventId } : {}),
          ...more,
        }),
      });
    const act: Record<Step, () => Promise<unknown>> = {
      open: () => send(version({}, null)),
      end: () => send(version({ a: '1' })),
      'richer end': () => send(version({ a: '1', b: '2', c: '3' })),
      update: () =>
        server.call('PUT', '/events', {
          event_id: eventId,
          error: `no ${word}`,
          metrics: { quality: 0.25 },
          metadata: { note: `see ${word}`, prompt_tokens: 7, completion_tokens: 3 },
          feedback: { rating: 1 },
        }),
    };
    for (const step of steps) await act[step]();

    const shown = (await server.call('GET', `/api/spans/${ids.traceId}/${ids.spanId}`)).json;
    expect(shown).toMatchObject({
      running: false,
      status: 'error',
      error: { message: `no ${word}` },
      metrics: { quality: 0.25 },
      metadata: { kept: 'yes', note: `see ${word}` },
      feedback: { rating: 1 },
      tokens: { prompt: 7, completion: 3, total: 10 },
    });
    expect((await server.call('GET', `/v1/events/${eventId}`)).json).toMatchObject({
      session_id: sessionId,
      event_name: name,
      error: `no ${word}`,
      metrics: { quality: 0.25 },
    });
    for (const q of ['status:error', 'metrics.quality<0.5', word, 'metadata.kept:yes', 'tokens:10'])
      expect({ q, found: await spansFound(`${q} name:${name}`) }).toEqual({ q, found: [name] });
    expect((await server.call('GET', `/api/sessions/${sessionId}`)).json.session).toMatchObject({
      spanCount: 1,
      errorCount: 1,
      modelCount: 1,
      tokens: { total: 10 },
      hasFeedback: true,
    });
    // Nothing stands in for the event any more.
    expect((await server.call('GET', `/api/sessions?q=id:${eventId}`)).json.items).toEqual([]);
  });
});

test('several updates merge by key, and a later one overwrites', async () => {
  const sessionId = randomUUID();
  const one = span({ attributes: inSession(sessionId, { 'honeyhive_metrics.quality': 0.9 }) });
  const event_id = eventIdOf(one.traceId, one.spanId);
  await server.call('PUT', '/events', { event_id, metrics: { quality: 0.5, speed: 1 }, error: 'first' });
  await send(one);
  await server.call('PUT', '/events', { event_id, metrics: { quality: 0.1 } });
  expect((await server.call('GET', `/api/spans/${one.traceId}/${one.spanId}`)).json).toMatchObject({
    metrics: { quality: 0.1, speed: 1 },
    error: { message: 'first' },
  });
  expect((await server.call('GET', `/api/sessions/${sessionId}`)).json.session.errorCount).toBe(1);
});

test('an end or a duration that is given later is the one shown', async () => {
  const event_id = randomUUID();
  await server.call('POST', '/events', {
    event: { event_id, event_type: 'tool', event_name: 'late', inputs: {}, start_time: T0, session_id: randomUUID() },
  });
  await server.call('PUT', '/events', { event_id, duration: 250 });
  expect((await server.call('GET', `/v1/events/${event_id}`)).json).toMatchObject({
    duration: 250,
    end_time: T0 + 250,
  });
  await server.call('PUT', '/events', { event_id, end_time: T0 + 400 });
  expect((await server.call('GET', `/v1/events/${event_id}`)).json).toMatchObject({
    duration: 400,
    end_time: T0 + 400,
  });
  await server.call('PUT', '/events', { event_id, duration: 100 });
  expect((await server.call('GET', `/v1/events/${event_id}`)).json).toMatchObject({
    duration: 100,
    end_time: T0 + 100,
  });
});

test('an update stays with its span when the session is given its project', async () => {
  const sessionId = randomUUID();
  const one = span({ attributes: inSession(sessionId) });
  await send(one);
  await server.call('PUT', '/events', { event_id: eventIdOf(one.traceId, one.spanId), metrics: { quality: 0.5 } });
  await server.call('POST', '/session/start', { session: { session_id: sessionId, project: `late-${hex(4)}` } });
  expect((await server.call('GET', `/api/spans/${one.traceId}/${one.spanId}`)).json.metrics).toEqual({ quality: 0.5 });
});

test('an update that is exported is imported again', async () => {
  const sessionId = randomUUID();
  const one = span({ attributes: inSession(sessionId) });
  await send(one);
  const event_id = eventIdOf(one.traceId, one.spanId);
  await server.call('PUT', '/events', { event_id, metrics: { quality: 0.5 }, error: 'bad', duration: 33 });
  const exported = await server.call('GET', `/api/sessions/${sessionId}/export`);
  const other = await local();
  expect((await other.call('POST', '/api/import', exported.text)).status).toBe(200);
  expect((await other.call('GET', `/api/spans/${one.traceId}/${one.spanId}`)).json).toMatchObject({
    metrics: { quality: 0.5 },
    error: { message: 'bad' },
    durationMs: 33,
  });
});

test('an update that comes first, without a project, belongs to the span whatever project that names', async () => {
  const event_id = randomUUID();
  const project = `late-${hex(4)}`;
  await server.call('PUT', '/events', { event_id, feedback: { rating: 5 } });
  const one = span({
    attributes: inSession(randomUUID(), { honeyhive_event_id: event_id, 'honeyhive.project': project }),
  });
  await send(one);
  expect((await server.call('GET', `/api/spans/${one.traceId}/${one.spanId}`)).json).toMatchObject({
    project,
    feedback: { rating: 5 },
  });
  expect((await server.call('GET', `/api/sessions/${event_id}`)).status).toBe(404);
});

test('by the id that was made for a span an update finds the one that says its own, and stays', async () => {
  const sessionId = randomUUID();
  const ids = { traceId: hex(16), spanId: hex(8) };
  const own = randomUUID();
  await send(span({ ...ids, attributes: inSession(sessionId, { honeyhive_event_id: own }) }));
  await server.call('PUT', '/events', { event_id: eventIdOf(ids.traceId, ids.spanId), metrics: { quality: 0.5 } });
  expect((await server.call('GET', `/v1/events/${own}`)).json.metrics).toEqual({ quality: 0.5 });
  await send(span({ ...ids, attributes: inSession(sessionId, { honeyhive_event_id: own, more: 'x' }) }));
  expect((await server.call('GET', `/v1/events/${own}`)).json.metrics).toEqual({ quality: 0.5 });
});

test('one id as event and as session: nothing that was acknowledged is lost', async () => {
  const id = randomUUID();
  await server.call('PUT', '/events', { event_id: id, feedback: { rating: 5 } });
  const inside = span({ attributes: inSession(id, { 'honeyhive_inputs.q': 'x' }) });
  const beside = span({ attributes: inSession(randomUUID(), { honeyhive_event_id: id }) });
  expect((await send(inside, beside)).status).toBe(200);
  for (const one of [inside, beside])
    expect((await server.call('GET', `/api/spans/${one.traceId}/${one.spanId}`)).status).toBe(200);
});

test('the usage that an update gives takes the place of what the span said', async () => {
  const usages: Record<string, string | number>[] = [
    { 'gen_ai.usage.input_tokens': 10, 'gen_ai.usage.output_tokens': 5, 'gen_ai.request.model': 'gpt-4o' },
    { 'langfuse.observation.usage_details': '{"input":10,"output":5,"total":15}' },
  ];
  for (const usage of usages) {
    const one = span({ attributes: inSession(randomUUID(), { 'gen_ai.operation.name': 'chat', ...usage }) });
    await send(one);
    const event_id = eventIdOf(one.traceId, one.spanId);
    await server.call('PUT', '/events', { event_id, metadata: { prompt_tokens: 20 } });
    expect((await server.call('GET', `/api/spans/${one.traceId}/${one.spanId}`)).json.tokens).toEqual({
      prompt: 20,
      completion: 5,
      total: 25,
    });
  }
});
