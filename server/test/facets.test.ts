/** Which values of a span or session filters see, by both query languages. */
import { randomUUID } from 'node:crypto';
import { inSession, type Local, local, span, T0, traces } from './support/local';

let server: Local;
const long = 'long words '.repeat(30);
let one: string;
let other: string;

beforeAll(async () => {
  server = await local();
  [one, other] = [randomUUID(), randomUUID()];
  await server.call('POST', '/session/start', {
    session: { session_id: one, start_time: T0, metadata: { story: long, deep: { a: { b: long } }, none: null } },
  });
  await server.call(
    'POST',
    '/v1/traces',
    traces([
      span({
        name: 'one',
        attributes: inSession(one, {
          'honeyhive_inputs.question': long,
          'honeyhive_outputs.result': { text: long, list: Array.from({ length: 20 }, (_, n) => `item ${n}`) },
          'honeyhive_metadata.route': 'given',
        }),
      }),
      span({
        name: 'other',
        startMs: T0 + 1,
        attributes: inSession(other, {
          'http.method': 'GET',
          'http.status_code': 404,
          'http.request.header': ['a b', 'c d'],
          'db.big': long,
          'user agent "x"': 'odd name',
          route: 'told',
          'gen_ai.request.model': 'gpt-4o',
          'honeyhive_metadata.route': 'given',
          'honeyhive_metadata.http.status_code': 500,
          'honeyhive.hidden': 'protocol',
        }),
      }),
    ]),
  );
});

const spans = async (q: string): Promise<string[]> => {
  const answer = await server.call('GET', `/api/spans?q=${encodeURIComponent(q)}`);
  if (answer.status !== 200) throw new Error(`${q}: ${answer.text}`);
  return answer.json.items.map((item: { name: string }) => item.name).sort();
};
const events = async (field: string, operator: string, value?: unknown): Promise<string[]> => {
  const answer = await server.call('POST', '/v1/events/export', { filters: [{ field, operator, value }] });
  if (answer.status !== 200) throw new Error(answer.text);
  return answer.json.events.map((event: { event_name: string }) => event.event_name).sort();
};

test.each<[string, string[]]>([
  ['inputs.question:*', ['one']],
  ['outputs.result.text:*', ['one']],
  ['outputs.result.list.15:"item 15"', ['one']],
  ['inputs.question~words', []],
  ['inputs.question!=x', ['one', 'other']],
  ['NOT inputs.question:*', ['other']],
  ['session.metadata.story:*', ['one']],
  ['session.metadata.deep.a.b:*', ['one']],
  ['session.metadata.none:*', []],
  ['metadata.http.method:get', ['other']],
  ['metadata.http.method:*', ['other']],
  ['metadata.http:*', ['other']],
  ['metadata.http.method!=GET', ['one']],
  ['metadata.http.request.header.1:"c d"', ['other']],
  ['metadata.db.big:*', ['other']],
  ['metadata.gen_ai.request.model:gpt-4o', ['other']],
  ['metadata.route:given', ['one', 'other']],
  ['metadata.route:told', []],
  ['metadata.http.status_code:500', ['other']],
  ['metadata.http.status_code:404', []],
  ['"metadata.user agent \\"x\\"":"odd name"', ['other']],
  ['"metadata.user agent \\"x\\""!="odd name"', ['one']],
  ['"metadata.user agent \\"x\\""~ODD', ['other']],
  ['metadata.honeyhive.hidden:*', []],
])('%s', async (q, expected) => {
  expect(await spans(q)).toEqual(expected);
});

test("HoneyHive's filters see them too, and sessions are found by them", async () => {
  expect(await events('metadata.http.method', 'is', 'GET')).toEqual(['other']);
  expect(await events('metadata.db.big', 'exists')).toEqual(['other']);
  expect(await events('inputs.question', 'exists')).toEqual(['one']);
  expect(await events('metadata.story', 'exists')).toEqual(['one']);
  for (const q of [
    'metadata.http.method:GET',
    'metadata.http.method:get',
    'metadata.db.big:*',
    'metadata.route:given http',
  ]) {
    const { items } = (await server.call('GET', `/api/sessions?q=${encodeURIComponent(q)}`)).json;
    expect([q, items.map((item: { sessionId: string }) => item.sessionId)]).toEqual([
      q,
      q.endsWith('http') ? [] : [other],
    ]);
  }
});

test('a value of a foreign attribute is found behind more text than is indexed', async () => {
  const sessionId = randomUUID();
  const words = Array.from({ length: 8000 }, (_, n) => `word${n}`).join(' ');
  await server.call(
    'POST',
    '/v1/traces',
    traces([
      span({ name: 'big', attributes: inSession(sessionId, { 'a.text': words, 'z.place': { name: 'needle-43' } }) }),
    ]),
  );
  const { items } = (await server.call('GET', '/api/sessions?q=metadata.z.place.name:needle-43')).json;
  expect(items.map((item: { sessionId: string }) => item.sessionId)).toEqual([sessionId]);
  await server.call('DELETE', `/api/sessions/${sessionId}`);
});
