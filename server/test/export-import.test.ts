/** A session that is exported and imported elsewhere is the same session, by every door. */
import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { folder, hex, inSession, local, span, T0, traces } from './support/local';
import { attribute, embed, request, text } from './support/protobuf';
import { cli } from './support/run-local';

/** What depends on when and where it was stored. */
const WITHOUT = new Set(['seq', 'id']);
const same = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value, (key, inner) => (WITHOUT.has(key) ? undefined : inner)));

test('OTLP spans, events of the REST API, updates, and what was said of the session itself', async () => {
  const [here, there] = [await local(), await local()];
  const sessionId = randomUUID();
  await here.call('POST', '/session/start', {
    session: { session_id: sessionId, session_name: 'whole', project: 'shop', start_time: T0, metadata: { a: 1 } },
  });
  await here.call('PUT', '/events', { event_id: sessionId, end_time: T0 + 60_000, duration: 60_000, error: 'late' });
  const root = {
    ...span({ attributes: inSession(sessionId, { big: '9007199254740993', 'honeyhive.project': 'shop' }) }),
    flags: 0x301,
    traceState: 'a=b',
    droppedAttributesCount: 3,
    links: [{ traceId: hex(16), spanId: hex(8), traceState: 'c=d', flags: 1, droppedAttributesCount: 2 }],
  };
  await here.call('POST', '/v1/traces', traces([root]));
  const event = randomUUID();
  await here.call('POST', '/events', {
    event: {
      event_id: event,
      session_id: sessionId,
      project: 'shop',
      // Its parent never came.
      parent_id: randomUUID(),
      event_type: 'model',
      event_name: 'complete',
      inputs: { text: '[1]', 'k.v': 'dotted', tagged: { $int: 'abc' }, deep: { list: [1, { x: null }] } },
      outputs: { role: 'assistant', content: '{"not":"parsed"}' },
      config: { model: 'gpt-4o' },
      metadata: { prompt_tokens: 10, completion_tokens: 5 },
      start_time: T0 + 5,
      duration: 20,
    },
  });
  await here.call('PUT', '/events', { event_id: event, metrics: { quality: 0.5 } });

  const exported = await here.call('GET', `/api/sessions/${sessionId}/export`);
  const imported = await there.call('POST', '/api/import', exported.text);
  expect(imported.json).toEqual({ sessions: 1, spans: 2, duplicates: 0, rejected: 0 });
  const paths = [
    `/api/sessions/${sessionId}`,
    `/api/spans/${root.traceId}/${root.spanId}`,
    `/v1/events/${event}`,
    `/v1/events/${sessionId}`,
    `/api/sessions/${sessionId}/export`,
  ];
  for (const path of paths) {
    const [before, after] = [await here.call('GET', path), await there.call('GET', path)];
    expect(after.status).toBe(200);
    if (path.endsWith('export')) expect(after.text).toBe(before.text);
    else expect(same(after.json)).toEqual(same(before.json));
  }
});

test('a file of ours is OTLP for others: what a REST event said is among its attributes', async () => {
  const server = await local();
  const session_id = randomUUID();
  const event = { session_id, event_type: 'tool', event_name: `e-${hex(4)}`, inputs: { q: 'why' } };
  await server.call('POST', '/events', { event });
  const exported = (await server.call('GET', `/api/sessions/${session_id}/export`)).text.split('\n');
  const traceLine = JSON.parse(exported.find((line) => line.includes('resourceSpans')) as string);
  const [one] = traceLine.resourceSpans[0].scopeSpans[0].spans;
  const keys = one.attributes.map((attribute: { key: string }) => attribute.key);
  expect(keys).toEqual(expect.arrayContaining(['honeyhive.session_id', 'honeyhive_event_id', 'honeyhive_inputs.q']));
});

test('what nests as deep as a sender may nest it, and what is long', async () => {
  const [here, there] = [await local(), await local()];
  const session_id = randomUUID();
  const deep = (levels: number, list = false): any => {
    let value: any = 'x';
    for (let n = 0; n < levels; n++) value = list ? [value] : { child: value };
    return value;
  };
  const [event_id, long] = [randomUUID(), randomUUID()];
  const base = { session_id, event_type: 'tool', event_name: 'tree' };
  for (const event of [
    { ...base, event_id, inputs: { tree: deep(120), list: deep(120, true) } },
    { ...base, event_id: long, outputs: { result: hex(2_500_000) } },
  ])
    expect((await here.call('POST', '/events', { event })).status).toBe(200);
  const patch = { event_id, metadata: { tree: deep(125) } };
  expect((await here.call('PUT', '/events', patch)).status).toBe(200);
  let value = text(1, 'x');
  for (let n = 0; n < 45; n++) value = embed(5, embed(1, value));
  const ids = { traceId: hex(16), spanId: hex(8) };
  const attributes = [attribute(9, 'honeyhive.session_id', text(1, session_id)), attribute(9, 'deep', value)];
  const sent = await here.call('POST', '/v1/traces', request(ids, ...attributes), {
    'content-type': 'application/x-protobuf',
  });
  expect(sent.status).toBe(200);

  const exported = await here.call('GET', `/api/sessions/${session_id}/export`);
  const imported = await there.call('POST', '/api/import', exported.text, { 'content-type': 'application/x-ndjson' });
  expect(imported.json).toEqual({ sessions: 1, spans: 3, duplicates: 0, rejected: 0 });
  for (const path of [
    `/api/sessions/${session_id}/export`,
    `/v1/events/${event_id}`,
    `/v1/events/${long}`,
    `/api/spans/${ids.traceId}/${ids.spanId}`,
  ]) {
    const [before, after] = [await here.call('GET', path), await there.call('GET', path)];
    expect([path, after.status]).toEqual([path, 200]);
    if (path.endsWith('export')) expect(after.text === before.text).toBe(true);
    else expect(same(after.json)).toEqual(same(before.json));
  }
});

test('a file larger than what a server takes at once goes there in parts, and a line that is wrong is named', async () => {
  const server = await local();
  const sessionId = randomUUID();
  const line = (n: number): string =>
    JSON.stringify(traces([span({ attributes: inSession(sessionId, { n, long: '\u00e9'.repeat(500_000) }) })]));
  const lines = Array.from({ length: 75 }, (_, n) => line(n));
  const file = join(folder(), 'large.ndjson');
  writeFileSync(file, `${lines.join('\n')}\n`);
  const report = { sessions: 0, spans: 75, duplicates: 0, rejected: 0 };
  const run = await cli(['import', file, '--url', server.url, '--json']);
  expect([run.code, run.stderr, JSON.parse(run.stdout || '{}')]).toEqual([0, '', report]);
  expect((await server.call('GET', '/api/stats')).json.spans).toBe(75);

  lines[70] = '{"half":';
  writeFileSync(file, lines.join('\n'));
  const wrong = await cli(['import', file, '--url', server.url]);
  expect([wrong.code, wrong.stderr]).toEqual([1, expect.stringMatching(/line 71: .*before line \d+ was imported/)]);
}, 60_000);
