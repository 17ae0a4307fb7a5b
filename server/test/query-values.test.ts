/** What a value in a query is taken for, which the field and what is stored decide. */
import { randomUUID } from 'node:crypto';
import { hex, inSession, type Local, local, span, T0, traces } from './support/local';

let server: Local;
const ids = new Map<string, string>();

const session = async (name: string, metadata: Record<string, unknown> = {}): Promise<string> => {
  const id = randomUUID();
  ids.set(id, name);
  await server.call('POST', '/session/start', {
    session: { session_id: id, session_name: name, start_time: T0, metadata },
  });
  return id;
};

beforeAll(async () => {
  server = await local();
  await session('5m');
  await session('007', { zip: '01234', n: 1234 });
  await session('true', { flag: 'true', version: '1.10' });
  await session('404', { flag: true, version: 1.1, n: '1234' });
  await session('plain', { id: '12345678901234567890', wait: 300_000, n: 7 });
  await session('waits', { wait: '5m', flag: false });
  const spanSession = await session('spans', { n: 1e21 });
  await server.call(
    'POST',
    '/v1/traces',
    traces([
      span({
        spanId: '0000000000000001',
        name: '1e3',
        startMs: T0,
        endMs: T0 + 5000,
        attributes: inSession(spanSession, {
          'honeyhive_metadata.zip': '01234',
          'honeyhive_metadata.port': 8080,
          'gen_ai.request.model': '4.10',
        }),
      }),
      span({ spanId: hex(8), startMs: T0, endMs: T0 + 10, attributes: inSession(spanSession) }),
    ]),
  );
});

const sessions = async (q: string): Promise<string[]> => {
  const answer = await server.call('GET', `/api/sessions?limit=1000&q=${encodeURIComponent(q)}`);
  if (answer.status !== 200) throw new Error(`${q}: ${answer.text}`);
  return answer.json.items.map((one: { sessionId: string }) => ids.get(one.sessionId)).sort();
};

test.each<[string, string[]]>([
  ['name:5m', ['5m']],
  ['name:007', ['007']],
  ['name:true', ['true']],
  ['name:4*', ['404']],
  ['name!=404', ['007', '5m', 'plain', 'spans', 'true', 'waits']],
  ['name:"5m"', ['5m']],
  ['metadata.zip:01234', ['007', 'spans']],
  ['metadata.zip!=01234', ['404', '5m', 'plain', 'true', 'waits']],
  ['metadata.version:1.10', ['404', 'true']],
  ['metadata.version:"1.10"', ['true']],
  ['metadata.version:1.1', ['404']],
  ['metadata.flag:true', ['404', 'true']],
  ['metadata.flag:"true"', ['true']],
  ['metadata.flag:false', ['waits']],
  ['metadata.n:1234', ['007', '404']],
  ['metadata.n>=7 metadata.n<2000', ['007', 'plain']],
  ['metadata.id:12345678901234567890', ['plain']],
  ['metadata.wait:5m', ['plain', 'waits']],
  ['metadata.port:8080', ['spans']],
  ['span.id:0000000000000001', ['spans']],
  ['span.name:1e3', ['spans']],
  ['span.name:1000', []],
  ['span.model:4.10', ['spans']],
  ['span.duration:5s', ['spans']],
  ['span.duration>"4s"', ['spans']],
  ['span.duration:5e3', ['spans']],
  ['has_feedback:"false" name:plain', ['plain']],
  [`start:${T0} name:plain`, ['plain']],
  [`start>="${T0}" name:plain`, ['plain']],
  ['start>=2026 name:plain', ['plain']],
  ['start<2026', []],
  ['start:2025..2027 name:plain', ['plain']],
])('%s', async (q, expected) => {
  expect(await sessions(q)).toEqual(expected);
});

test('a span of time alone means since then', async () => {
  const recent = randomUUID();
  ids.set(recent, 'recent');
  await server.call('POST', '/session/start', { session: { session_id: recent, start_time: Date.now() - 60_000 } });
  expect(await sessions('start:1h')).toEqual(['recent']);
  expect(await sessions('start:30s')).toEqual([]);
  expect(await sessions('start!=1h name:plain')).toEqual(['plain']);
  expect(await sessions('start:1d..30s')).toEqual(['recent']);
  await server.call('DELETE', `/api/sessions/${recent}`);
});

test.each([
  ['duration:soon', /duration is a number, not 'soon'/],
  ['has_feedback:1', /true or false, not '1'/],
  ['start>soonish', /is a time/],
])('%s is refused', async (q, message) => {
  const answer = await server.call('GET', `/api/sessions?q=${encodeURIComponent(q)}`);
  expect([answer.status, answer.json.error.code]).toEqual([400, 'bad_query']);
  expect(answer.json.error.message).toMatch(message);
});

test('upper and lower case are the same for all letters, in values of any field', async () => {
  const umlauts = await session('ÄÖÜ Straße', { stadt: 'ŁÓDŹ', wort: 'ÉCOLE Ä', n: 'ascii K' });
  await server.call('PUT', '/events', { event_id: umlauts, metadata: { greek: 'ΟΔΟΣ ΟΔΟΣΑ' } });
  for (const q of [
    'name:"äöü strasse" OR name:"äöü straße"',
    'name~"Öü"',
    'name:äÖ*',
    'metadata.stadt:łódź',
    'metadata.stadt~ódź',
    'metadata.wort:école*',
    'metadata.greek~οδοσ',
    'metadata.greek~"ΟΔΟΣ ΟΔΟΣ"',
    'metadata.greek:"οδος οδοσα"',
    'NOT metadata.stadt!=Łódź',
    'metadata.n~"I k"',
  ])
    expect([q, await sessions(q)]).toEqual([q, ['ÄÖÜ Straße']]);
  for (const q of [
    'metadata.stadt:lodz',
    'name:"äöü strasse"',
    'metadata.wort:"ecole ä"',
    'metadata.stadt!=łódź name~ü',
  ])
    expect([q, await sessions(q)]).toEqual([q, []]);
  const { events } = (
    await server.call('POST', '/v1/events/export', {
      filters: [{ field: 'metadata.stadt', operator: 'is', value: 'łódź', type: 'string' }],
    })
  ).json;
  expect(events.map((event: { event_id: string }) => event.event_id)).toEqual([umlauts]);
});

test('whole numbers stay numbers as long as they are exact, in whatever body they come', async () => {
  const given = { micros: 1_700_000_000_000_000, user: -1_234_567_890_123_456, most: Number.MAX_SAFE_INTEGER };
  const body = JSON.stringify({
    session: { session_id: 'exact', metadata: given, metrics: { n: 2_000_000_000_000_000 } },
  });
  const { session_id } = (
    await server.call('POST', '/session/start', body.replace('}}}', ',"over":9007199254740993}}}'))
  ).json;
  const shown = (await server.call('GET', `/v1/sessions/${session_id}`)).json;
  expect([shown.metadata, shown.metrics]).toMatchObject([
    given,
    { n: 2_000_000_000_000_000, over: '9007199254740993' },
  ]);
  for (const q of [
    'metadata.micros>1600000000000000',
    'metrics.n>1',
    'metadata.user<0',
    'metadata.most:9007199254740991',
  ])
    expect([q, (await server.call('GET', `/api/sessions?q=${encodeURIComponent(q)}`)).json.items.length]).toEqual([
      q,
      1,
    ]);
  const id = (await server.call('POST', '/v1/datapoints', { inputs: given })).json.datapoint_id;
  expect((await server.call('GET', `/v1/datapoints/${id}`)).json.inputs).toEqual(given);
});
