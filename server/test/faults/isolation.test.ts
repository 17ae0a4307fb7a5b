/** Two projects with the same ids, and random calls over every route there is: nothing of the other is in any answer. */
import { get } from 'node:http';
import fc from 'fast-check';
import { hex, inSession, type Local, local, span, traces } from '../support/local';
import { LONG } from '../support/measure';
import { until } from '../support/wait';

const SESSION = '11111111-2222-4333-8444-555555555555';
const EVENT = '99999999-2222-4333-8444-555555555555';
const TRACE = 'abcdefabcdefabcdefabcdefabcdefab';
const SPAN = 'aaaaaaaaaaaaaaaa';
type Color = 'red' | 'blue';
const COLORS = ['red', 'blue'] as const;
const key = (color: Color) => ({ authorization: `Bearer ${color}-key` });
const secret = (color: Color): string => `${color}canary`;
const other = (color: Color): Color => (color === 'red' ? 'blue' : 'red');

let server: Local;
const streams: Record<Color, string> = { red: '', blue: '' };
let routes: { method: string; path: string }[];

/** Everything a project can hold, under ids that the other has too. */
async function fill(color: Color): Promise<void> {
  const own = secret(color);
  const post = async (path: string, body: unknown) => {
    const answer = await server.call('POST', path, body, key(color));
    expect(answer.status).toBe(200);
  };
  const common = { project: 'red', metadata: { secret: own, run_id: 'same', datapoint_id: 'same' } };
  await post('/session/start', {
    session: { session_id: SESSION, session_name: own, source: own, inputs: { own }, ...common },
  });
  await post('/v1/traces', {
    ...traces(
      [
        span({
          traceId: TRACE,
          spanId: SPAN,
          name: own,
          attributes: inSession(SESSION, {
            'honeyhive.project': 'red',
            'honeyhive_metadata.secret': own,
            big: own.repeat(400),
          }),
          events: [{ name: own, attributes: { own } }],
          status: { code: 2, message: own },
        }),
      ],
      { 'service.name': own },
    ),
  });
  await post('/v1/events', {
    event_id: EVENT,
    session_id: SESSION,
    event_type: 'tool',
    event_name: own,
    inputs: { own },
    ...common,
  });
  for (const kind of ['datasets', 'datapoints', 'metrics', 'configurations'])
    await post(`/v1/${kind}`, { id: 'same', name: own, own, project: 'red', dataset_id: 'same' });
  await post('/v1/runs', { run_id: 'same', name: own, project: 'red' });
}

/** A listener that reads all that is told, from the first change on. */
function listen(color: Color, path: string): void {
  const stream = get(`${server.url}${path}`, { headers: key(color), agent: false }, (response) =>
    response.on('data', (chunk: Buffer) => {
      streams[color] += chunk.toString();
    }),
  );
  stream.on('error', () => undefined);
}

beforeAll(async () => {
  server = await local({ keys: 'red=red-key,blue=blue-key' });
  for (const color of COLORS) await fill(color);
  for (const color of COLORS)
    for (const path of ['/api/live?after=0', `/api/live?after=0&session=${SESSION}`]) listen(color, path);
  const { json } = await server.call('GET', '/api/openapi.json', undefined, key('red'));
  routes = Object.entries(json.paths).flatMap(([path, methods]) =>
    Object.keys(methods as object).map((method) => ({ method: method.toUpperCase(), path })),
  );
});

const ids = fc.constantFrom(SESSION, EVENT, TRACE, SPAN, 'same', SESSION.toUpperCase(), '%', '*', "' OR 1=1 --");
// Not the whole word: what one sends oneself may come back.
const words = fc.constantFrom('redcan*', 'bluecan*', 'bluecan', 'redcan', 'red', 'blue', 'same', SESSION, TRACE, '*');
const filters = fc
  .tuple(
    fc.constantFrom('', 'NOT '),
    fc.constantFrom('metadata.secret', 'name', 'project', 'source', 'id', 'error'),
    fc.constantFrom(':', '!=', '~', '>='),
    words,
  )
  .map(([not, field, operator, word]) => `${not}${field}${operator}"${word}"`);
const query = fc
  .record(
    {
      q: fc.oneof(words, filters),
      project: fc.constantFrom('red', 'blue'),
      run: fc.constant('same'),
      limit: fc.constantFrom('1', '1000'),
      group: fc.constantFrom('name', 'project', 'metadata.secret', 'session.name'),
      of: fc.constantFrom('spans', 'sessions'),
      name: words,
      dataset_id: fc.constant('same'),
      run_id_1: fc.constant('same'),
      run_id_2: fc.constant('same'),
      after: fc.constant('0'),
    },
    { requiredKeys: [] },
  )
  .map((fields) => new URLSearchParams(fields as Record<string, string>).toString());
const body = fc.oneof(
  fc.record({
    project: fc.constantFrom('red', 'blue'),
    filters: fc.array(
      fc.record({
        field: fc.constantFrom('session_id', 'metadata.secret', 'event_name', 'project'),
        operator: fc.constantFrom('is', 'is not', 'contains', 'exists'),
        value: words,
        type: fc.constant('string'),
      }),
      { maxLength: 2 },
    ),
  }),
  fc.record({
    event_id: ids,
    session_id: ids,
    project: fc.constantFrom('red', 'blue'),
    event_type: fc.constant('tool'),
    event_name: fc.constant('touched'),
    inputs: fc.constant({}),
  }),
  fc.record({ id: ids, name: fc.constant('touched'), project: fc.constantFrom('red', 'blue') }),
  fc.record({ events: fc.constant([{ session_id: SESSION, event_type: 'tool', event_name: 'touched', inputs: {} }]) }),
  fc.constant({ session: { session_id: SESSION, project: 'blue' } }),
);

test('random calls over every route, with both keys: no byte of the other project, in streams neither', async () => {
  expect(routes.length).toBeGreaterThan(60);
  const calls = fc.tuple(
    fc.nat(),
    fc.constantFrom(...COLORS),
    fc.array(ids, { minLength: 3, maxLength: 3 }),
    query,
    body,
  );
  const seen = new Set<string>();
  await fc.assert(
    fc.asyncProperty(calls, async ([number, color, values, search, sent]) => {
      const { method, path } = routes[number % routes.length] as (typeof routes)[number];
      // These answer without end; they are listened to all the while.
      if (path === '/api/live') return;
      seen.add(`${method} ${path}`);
      let at = 0;
      const filled = path.replace(/\{\w+\}/g, () => encodeURIComponent(values[at++] as string));
      const answer = await server.call(method, `${filled}?${search}`, method === 'GET' ? undefined : sent, key(color));
      const text = `${answer.text} ${JSON.stringify(answer.headers)}`.toLowerCase();
      expect(text).not.toContain(secret(other(color)));
      expect(answer.status).toBeLessThan(500);
      // What was taken away is put back, so that there is always something to find.
      if (method === 'DELETE') for (const one of COLORS) await fill(one);
    }),
    { numRuns: LONG ? 6000 : 300, ...(process.env.HH_SEED ? { seed: Number(process.env.HH_SEED) } : {}) },
  );
  expect(seen.size).toBeGreaterThan(routes.length * 0.8);
  await until('both listeners heard of their own', () =>
    COLORS.every((color) => streams[color].includes(secret(color))),
  );
  for (const color of COLORS) expect(streams[color]).not.toContain(secret(other(color)));
}, 300_000);

test('what one project writes over or removes stays with the other', async () => {
  for (const color of COLORS) await fill(color);
  const read = async () => {
    const answers: string[] = [];
    for (const path of [
      `/api/sessions/${SESSION}`,
      `/api/spans/${TRACE}/${SPAN}`,
      `/v1/events/${EVENT}`,
      '/v1/datasets/same',
      '/v1/datapoints/same',
      '/v1/runs/same',
      '/v1/metrics/same',
    ]) {
      const { status, text } = await server.call('GET', path, undefined, key('blue'));
      expect([path, status]).toEqual([path, 200]);
      answers.push(text.replaceAll(/"(seq|updated_at)":("[^"]*"|\d+)/g, ''));
    }
    return answers;
  };
  const before = await read();
  const red = (method: string, path: string, sent?: unknown) => server.call(method, path, sent, key('red'));
  await red('PUT', '/events', { event_id: SESSION, metadata: { secret: 'overwritten' } });
  await red('PUT', `/v1/events/${EVENT}`, { event_id: EVENT, outputs: { x: 1 } });
  await red('PUT', '/v1/datasets/same', { name: 'overwritten' });
  await red('PUT', '/v1/runs/same', { name: 'overwritten' });
  await red(
    'POST',
    '/v1/traces',
    traces([span({ traceId: TRACE, spanId: SPAN, attributes: inSession(SESSION, { a: hex(4000) }) })]),
  );
  for (const path of [
    `/api/sessions/${SESSION}`,
    `/v1/sessions/${SESSION}`,
    '/v1/datasets/same',
    '/v1/datapoints/same',
    '/v1/runs/same',
    '/v1/metrics/same',
  ])
    await red('DELETE', path);
  expect((await red('POST', '/api/prune', { sessions: 0 })).status).toBe(403);
  expect((await red('GET', `/api/sessions/${SESSION}`)).status).toBe(404);
  expect(await read()).toEqual(before);
});

test('doctor tells a project of its own requests, and of those without a key their route and status', async () => {
  const own = await local({ keys: 'red=red-key,red=red-in:ingest,blue=blue-key' });
  const send = (method: string, path: string, body: unknown, authorization?: string, type?: string) =>
    own.call(method, path, body, {
      ...(authorization === undefined ? {} : { authorization: `Bearer ${authorization}` }),
      ...(type === undefined ? {} : { 'content-type': type }),
    });
  const lost = { ...span({ name: 'redcanary1' }), traceId: '0'.repeat(32) };
  await send('POST', '/redcanary2/v1/traces', {}, 'red-key');
  await send('PUT', '/v1/events/redcanary3', { end_time: 'never' }, 'red-key');
  await send('POST', '/v1/traces', 'x', 'red-in', 'redcanary/5');
  await send('POST', '/v1/traces', traces([lost, span()]), 'red-in');
  await send('DELETE', '/v1/sessions/redcanary6', {}, 'red-in');
  await send('POST', '/v1/traces?redcanary7', traces([]), 'red-key');
  for (const key of [undefined, 'wrong-canary8']) {
    await send('POST', '/session/start', { session: {} }, key);
    await send('PUT', '/v1/events/strange-canary9', {}, key);
    await send('POST', '/strange-canary10', {}, key);
    await send('POST', '/v1/traces', 'x', key, 'strange/canary11');
    await send('POST', '/v1/events/%E0%A4canary12', {}, key);
  }
  const ask = async (color: Color) => (await own.call('GET', '/api/doctor', undefined, key(color))).json;

  const blue = await ask('blue');
  expect(JSON.stringify(blue)).not.toMatch(/canary/);
  expect(blue).toMatchObject({ accepted: 0, lastAccepted: null });
  const lines = [
    'POST (no such path) 400',
    'POST /v1/traces 415',
    'POST (no such path) 404',
    'PUT /v1/events/:id 401',
    'POST /session/start 401',
  ];
  expect(blue.recent.map(({ method, path, status }: any) => `${method} ${path} ${status}`)).toEqual([
    ...lines,
    ...lines,
  ]);
  expect(Object.keys(blue.recent[0])).not.toContain('problem');

  const red = await ask('red');
  const told = JSON.stringify(red);
  for (const word of [
    'redcanary1',
    '/redcanary2/',
    'redcanary3',
    'end_time is not a time',
    'redcanary/5',
    'redcanary6',
  ])
    expect(told).toContain(word);
  expect(told).not.toMatch(/canary(7|8|9|10|11|12)/);
  expect(red.accepted).toBe(2);

  await send('POST', '/v1/traces', traces([span()]), 'blue-key');
  expect((await ask('blue')).advice.at(-1)).toMatch(/accepted all the same/);
  expect((await ask('red')).accepted).toBe(2);
});
