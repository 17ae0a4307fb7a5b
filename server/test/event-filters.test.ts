/** HoneyHive's filters find events by what HoneyHive's API shows of them: compared with a plain loop over all events. */
import { randomUUID } from 'node:crypto';
import { inSession, type Local, local, span, T0, traces } from './support/local';

type Event = Record<string, any>;

let server: Local;
let all: Event[];
const given = randomUUID();
const [a, b] = [randomUUID(), randomUUID()];
const TRACE = 'a1'.repeat(16);
const model = { 'gen_ai.request.model': 'gpt-4o', 'gen_ai.usage.input_tokens': 200, 'gen_ai.usage.output_tokens': 30 };

const ask = async (filters: object[], more: object = {}): Promise<{ events: Event[]; totalEvents: number }> => {
  const answer = await server.call('POST', '/v1/events/export', { filters, limit: 1000, ...more });
  if (answer.status !== 200) throw new Error(`${JSON.stringify(filters)}: ${answer.text}`);
  return answer.json;
};
const post = async (path: string, body: object): Promise<void> => {
  const answer = await server.call('POST', path, body);
  if (answer.status !== 200) throw new Error(answer.text);
};

beforeAll(async () => {
  server = await local();
  await post('/session/start', {
    session: {
      session_id: a,
      session_name: 'A',
      project: 'shop',
      source: 'prod',
      start_time: T0,
      end_time: T0 + 90_000,
      metadata: { tier: 'gold', total_tokens: 'said' },
      feedback: { rating: 5 },
    },
  });
  const one = (spanId: string, more: object, attributes = {}): object =>
    span({
      traceId: TRACE,
      spanId: `00000000000000${spanId}`,
      ...more,
      attributes: inSession(a, { 'honeyhive.project': 'shop', ...attributes }),
    });
  await post(
    '/v1/traces',
    traces([
      one('01', { name: 'root', startMs: T0 + 1 }, { honeyhive_event_type: 'chain', 'honeyhive.source': 'prod' }),
      one('02', { name: 'llm', parentSpanId: '0000000000000001', startMs: T0 + 2 }, model),
      one('03', { name: 'tool', parentSpanId: '0000000000000001', startMs: T0 + 3 }, { honeyhive_event_id: given }),
      one('04', { name: 'below', parentSpanId: '0000000000000003', startMs: T0 + 4 }),
      one('05', { name: 'orphan', parentSpanId: '00000000000000ff', startMs: T0 + 5 }),
      one('06', { name: 'failed', startMs: T0 + 6, status: { code: 2, message: 'Boom happened' } }),
      one('07', { name: 'failed silently', startMs: T0 + 7, status: { code: 2 } }),
      one('08', { name: 'runs', startMs: T0 + 8, endMs: null }),
      one('09', { name: 'http', startMs: T0 + 9 }, { 'http.method': 'GET', 'http.status_code': 404 }),
      one(
        '0a',
        { name: 'spent', startMs: T0 + 10 },
        {
          'honeyhive_metadata.cost': 0.25,
          'honeyhive_metadata.total_tokens': '44',
        },
      ),
      span({ name: 'alone', startMs: T0 + 11 }),
    ]),
  );
  const event = async (name: string, more: object): Promise<string> => {
    const made = await server.call('POST', '/events', {
      event: { event_name: name, event_type: 'tool', session_id: b, start_time: T0 + 20, inputs: {}, ...more },
    });
    return made.json.event_id;
  };
  const parent = await event('rest parent', { metadata: { total_tokens: 7, 'a.b': 'flat' } });
  await event('rest child', { parent_id: parent, error: 'broken' });
  await event('rest root', { parent_id: b });
  await event('rest orphan', { parent_id: randomUUID() });
  await event('rest under a given id', { parent_id: given, session_id: a });
  const derived = (await ask([])).events.find((one) => one.event_name === 'root')?.event_id;
  await event('rest under a derived id', { parent_id: derived, event_type: 'model', metadata: { cost: 1.5 } });
  await server.call('PUT', '/events', {
    event_id: (await ask([])).events.find((one) => one.event_name === 'below')?.event_id,
    metadata: { later: 'yes' },
  });
  all = (await ask([])).events;
  expect(all.length).toBe(20);
});

const shownIn = (event: Event, field: string): unknown => {
  if (field === 'children_ids') return event.children_ids.length > 0 ? event.children_ids : undefined;
  const [bucket, ...path] = field.split('.');
  let value = event[bucket as string];
  if (path.length > 0)
    value = value[path.join('.')] ?? path.reduce((at: any, key) => (at === undefined ? at : at[key]), value);
  return value ?? undefined;
};
const low = (value: unknown): string => String(value).toLowerCase();
const PREDICATES: Record<string, (shown: unknown, value: any) => boolean> = {
  exists: (shown) => shown !== undefined,
  is: (shown, value) => (typeof shown === 'string' ? low(shown) === low(value) : shown === value),
  contains: (shown, value) => typeof shown === 'string' && low(shown).includes(low(value)),
  'greater than': (shown, value) => typeof shown === 'number' && shown > value,
  'less than': (shown, value) => typeof shown === 'number' && shown < value,
  after: (shown, value) => typeof shown === 'number' && shown > value,
  before: (shown, value) => typeof shown === 'number' && shown < value,
};
const idsOf = (events: Event[]): string[] => events.map((event) => event.event_id).sort();

async function agree(field: string, operator: string, value: unknown, type: string): Promise<void> {
  const [, not, plain] = /^(not )?(.*)$/.exec(operator === 'is not' ? 'not is' : operator) as unknown as string[];
  const holds = PREDICATES[plain as string] as (shown: unknown, value: unknown) => boolean;
  const expected = all.filter((event) => holds(shownIn(event, field), value) === !not);
  const found = await ask([{ field, operator, ...(value === undefined ? {} : { value }), type }]);
  expect([field, operator, value, found.totalEvents, idsOf(found.events)]).toEqual([
    field,
    operator,
    value,
    expected.length,
    idsOf(expected),
  ]);
}

const TEXTS = [
  'event_id',
  'session_id',
  'parent_id',
  'project',
  'project_id',
  'source',
  'event_type',
  'event_name',
  'error',
];
test.each([...TEXTS, 'metadata.tier', 'metadata.http.method', 'metadata.a.b', 'metadata.later'])(
  '%s',
  async (field) => {
    for (const operator of ['exists', 'not exists']) await agree(field, operator, undefined, 'string');
    const values = [...new Set(all.map((event) => shownIn(event, field)))].filter((value) => typeof value === 'string');
    for (const value of [...values, randomUUID(), 'nothing']) {
      for (const operator of ['is', 'is not']) await agree(field, operator, value, 'string');
      for (const operator of ['contains', 'not contains'])
        await agree(field, operator, (value as string).slice(1, 12), 'string');
      await agree(field, 'is', (value as string).toUpperCase(), 'string');
    }
  },
);

const NUMBERS = [
  'duration',
  'metadata.total_tokens',
  'metadata.prompt_tokens',
  'metadata.completion_tokens',
  'metadata.cost',
  'metadata.num_events',
  'metadata.num_model_events',
  'metadata.http.status_code',
  'feedback.rating',
];
test.each(NUMBERS)('%s', async (field) => {
  for (const operator of ['exists', 'not exists']) await agree(field, operator, undefined, 'number');
  const values = [...new Set(all.map((event) => shownIn(event, field)))].filter((value) => typeof value === 'number');
  expect(values.length).toBeGreaterThan(0);
  for (const value of [...values, -1, 1e9])
    for (const operator of ['is', 'is not', 'greater than', 'less than']) await agree(field, operator, value, 'number');
});

test.each(['start_time', 'end_time'])('%s', async (field) => {
  for (const operator of ['exists', 'not exists']) await agree(field, operator, undefined, 'datetime');
  for (const value of [...new Set(all.map((event) => shownIn(event, field)))].filter((value) => value !== undefined)) {
    for (const operator of ['is', 'is not', 'after', 'before']) {
      await agree(field, operator, value, 'datetime');
      const plain = await ask([{ field, operator, value, type: 'datetime' }]);
      for (const same of [String(value), new Date(value as number).toISOString()]) {
        const found = await ask([{ field, operator, value: same, type: 'datetime' }]);
        expect([same, operator, idsOf(found.events)]).toEqual([same, operator, idsOf(plain.events)]);
      }
    }
  }
  expect((await ask([{ field, operator: 'after', value: 0, type: 'datetime' }])).events.length).toBeGreaterThan(18);
});

test('children_ids, has_feedback, and the names in the other spelling', async () => {
  for (const operator of ['exists', 'not exists']) await agree('children_ids', operator, undefined, 'string');
  await agree('metadata.has_feedback', 'is', true, 'boolean');
  await agree('metadata.has_feedback', 'is', false, 'boolean');
  await agree('metadata.has_feedback', 'exists', undefined, 'boolean');
  const [event] = all;
  const found = await ask([{ field: 'eventId', operator: 'is', value: event?.event_id }]);
  expect(idsOf(found.events)).toEqual([event?.event_id]);
  expect(
    (await ask([{ field: 'parent_id', operator: 'is', value: null }])).events.map((one) => one.event_type),
  ).toEqual(all.filter((one) => one.parent_id === null).map((one) => one.event_type));
});

test('times and values in buckets, whatever their type is said to be', async () => {
  const [asText, asNumber] = await Promise.all(
    [new Date(T0).toISOString(), T0].map(async (when) => {
      const body = { event: { event_type: 'tool', inputs: {}, metadata: { when, flag: String(when === T0), n: '8' } } };
      return (await server.call('POST', '/events', body)).json.event_id as string;
    }),
  );
  const found = async (filter: object): Promise<string[]> => idsOf((await ask([filter])).events);
  const both = [asText, asNumber].sort();
  for (const value of [String(T0 - 1), new Date(T0 - 1).toISOString()])
    expect(await found({ field: 'metadata.when', operator: 'after', value, type: 'datetime' })).toEqual(
      /^\d+$/.test(value) ? [asNumber] : both,
    );
  const late = new Date(T0 + 1).toISOString();
  expect(await found({ field: 'metadata.when', operator: 'after', value: late, type: 'datetime' })).toEqual([]);
  expect(await found({ field: 'metadata.flag', operator: 'is', value: true, type: 'boolean' })).toEqual([asNumber]);
  expect(await found({ field: 'metadata.flag', operator: 'is', value: 'true' })).toEqual([asNumber]);
  expect(await found({ field: 'metadata.n', operator: 'is', value: 8 })).toEqual(both);
});

test('several filters hold together, also in search and on the older path', async () => {
  const llm = all.find((event) => event.event_name === 'llm') as Event;
  const filters = [
    { field: 'event_id', operator: 'is', value: llm.event_id, type: 'string' },
    { field: 'parent_id', operator: 'is', value: llm.parent_id, type: 'string' },
    { field: 'metadata.total_tokens', operator: 'greater than', value: '229', type: 'number' },
    { field: 'metadata.cost', operator: 'exists', type: 'number' },
    { field: 'start_time', operator: 'after', value: String(T0 + 1), type: 'datetime' },
  ];
  for (const path of ['/v1/events/export', '/events/export', '/v1/events/search']) {
    const { json } = await server.call('POST', path, { filters });
    expect([path, json.totalEvents, json.events[0]?.event_name]).toEqual([path, 1, 'llm']);
  }
});

test.each<[string, object, string, RegExp]>([
  ['an unknown field', { field: 'evnt_name', operator: 'is', value: 'x' }, 'field', /event_name.*metadata\.<key>/],
  ['a bucket that is none', { field: 'metdata.x', operator: 'exists' }, 'field', /event_id/],
  ['a time that is none', { field: 'start_time', operator: 'after', value: 'soon' }, 'value', /Unix milliseconds/],
  ['a number that is none', { field: 'duration', operator: 'is', value: 'long' }, 'value', /number/],
  ['contains of a number', { field: 'duration', operator: 'contains', value: '1' }, 'operator', /greater than/],
  [
    'a value of a bucket as a whole',
    { field: 'metadata', operator: 'is', value: 'x' },
    'operator',
    /exists, not exists/,
  ],
  ['a value in a list', { field: 'children_ids', operator: 'is', value: 'x' }, 'operator', /exists, not exists/],
])('%s is refused by name', async (_what, filter, field, allowed) => {
  const answer = await server.call('POST', '/v1/events/export', {
    filters: [{ field: 'error', operator: 'exists' }, filter],
  });
  expect([answer.status, answer.json.error.field]).toEqual([400, `filters[1].${field}`]);
  expect(answer.json.error.allowed).toMatch(allowed);
});

test("the query language finds spans by events' ids too", async () => {
  const names = async (path: string, q: string): Promise<string[]> => {
    const answer = await server.call('GET', `${path}?limit=1000&q=${encodeURIComponent(q)}`);
    if (answer.status !== 200) throw new Error(answer.text);
    return answer.json.items.map((item: any) => item.name ?? item.sessionId).sort();
  };
  const spans = all.filter((event) => event.event_type !== 'session');
  for (const event of spans) {
    const called = (test: (one: Event) => boolean): string[] =>
      spans
        .filter(test)
        .map((one) => one.event_name)
        .sort();
    for (const q of [`event_id:${event.event_id}`, `NOT event_id!=${event.event_id}`, `event_id~${event.event_id}`])
      expect([q, await names('/api/spans', q)]).toEqual([q, [event.event_name]]);
    const siblings = called((one) => one.parent_id === event.parent_id);
    for (const q of [`parent_event_id:${event.parent_id}`, `parent_event_id:${event.parent_id.slice(0, 30)}*`])
      expect([q, await names('/api/spans', q)]).toEqual([q, siblings]);
    expect(await names('/api/spans', `session_id:${event.session_id}`)).toEqual(
      called((one) => one.session_id === event.session_id),
    );
    for (const q of [`span.event_id:${event.event_id}`, `span.event_id:${event.event_id} OR id:${event.session_id}`])
      expect([q, await names('/api/sessions', q)]).toEqual([q, [event.session_id]]);
  }
  expect(await names('/api/spans', 'parent_id:0000000000000001')).toEqual(['llm', 'tool']);
  expect(await names('/api/spans', `trace_id:${TRACE.toUpperCase()} id:0000000000000001`)).toEqual(['root']);
  expect(await names('/api/spans', 'trace_id:nonsense OR id:nonsense OR parent_id:nonsense')).toEqual([]);
  expect(await names('/api/spans', 'metadata.total_tokens:230')).toEqual(['llm']);
  expect(await names('/api/spans', 'metadata.cost>=0.25')).toEqual(['rest under a derived id', 'spent']);
  expect(await names('/api/sessions', 'metadata.num_model_events:1')).toEqual([a, b].sort());
  const groups = (await server.call('GET', '/api/aggregate?group=metadata.total_tokens')).json.items;
  expect(groups.map((group: { key: unknown }) => group.key)).toContain(230);
});
