import { randomUUID } from 'node:crypto';
import { hex, type Local, local } from './support/local';

let server: Local;
beforeAll(async () => {
  server = await local();
});

const get = async (path: string) => (await server.call('GET', path)).json;

/** A run of one session a score, each with a chain event that has the score. */
async function run(body: object, scores: number[], event: object = {}): Promise<string> {
  const { run_id } = (await server.call('POST', '/v1/runs', body)).json;
  for (const [index, acc] of scores.entries()) {
    const metadata = { run_id, datapoint_id: `dp-${index}` };
    const { session_id } = (await server.call('POST', '/session/start', { session: { metadata } })).json;
    const base = { session_id, event_type: 'chain', event_name: 'fn', inputs: {} };
    await server.call('POST', '/v1/events', { ...base, metrics: { acc }, ...event });
    await server.call('POST', '/v1/events', { ...base, event_type: 'model', event_name: 'llm', metrics: { size: 7 } });
  }
  return run_id;
}

describe('the list of runs', () => {
  const project = `runs-${hex(4)}`;
  const ids: string[] = [];
  const list = (query: string) => get(`/v1/runs?project=${project}&${query}`);
  const names = async (query: string) => (await list(query)).evaluations.map((one: { name: string }) => one.name);
  beforeAll(async () => {
    for (const [name, status, dataset_id] of [
      ['b', 'completed', 'ds-1'],
      ['a', 'failed', 'ds-2'],
      ['c', 'completed', undefined],
    ])
      ids.push(
        (
          await server.call('POST', '/v1/runs', {
            name,
            status,
            project,
            ...(dataset_id ? { dataset_id } : { metadata: { offline_dataset_id: 'EXT-1' } }),
          })
        ).json.run_id,
      );
  });

  test('in pages, latest first', async () => {
    const first = await list('limit=2');
    expect(first.evaluations.map((one: { name: string }) => one.name)).toEqual(['c', 'a']);
    expect(first.pagination).toEqual({
      page: 1,
      limit: 2,
      total: 3,
      total_unfiltered: 3,
      total_pages: 2,
      has_next: true,
      has_prev: false,
    });
    const second = await list('limit=2&page=2');
    expect(second.evaluations).toHaveLength(1);
    expect(second.pagination).toMatchObject({ has_next: false, has_prev: true });
  });
  test.each([
    ['status=completed', ['c', 'b']],
    ['name=a', ['a']],
    ['dataset_id=ds-2', ['a']],
    ['dataset_id=EXT-1', ['c']],
    ['sort_by=name&sort_order=asc', ['a', 'b', 'c']],
    ['sort_by=status&sort_order=desc', ['a', 'c', 'b']],
    ['sort_order=asc', ['b', 'a', 'c']],
    ['dateRange={"$gte":"2001-01-01","$lte":"2002-01-01"}', []],
    ["dateRange={'$gte': '2001-01-01'}", ['c', 'a', 'b']],
    ['dateRange[$lte]=0', []],
  ])('%s', async (query, expected) => {
    expect(await names(encodeURI(query))).toEqual(expected);
  });
  test('by ids, as clients write lists', async () => {
    const [first, , third] = ids as [string, string, string];
    expect(await names(`run_ids[]=${first}&run_ids[]=${third}`)).toEqual(['c', 'b']);
    expect(await names(`run_ids=${first}&run_ids=${third}`)).toEqual(['c', 'b']);
    expect(await names(`run_ids[]=${first}`)).toEqual(['b']);
    expect((await list(`run_ids[]=${first}`)).pagination).toMatchObject({ total: 1, total_unfiltered: 3 });
  });
  test.each(['sort_by=size', 'dateRange={', 'dateRange=yesterday', 'dateRange={"$gte":"soon"}'])(
    '%s is refused in words',
    async (query) => {
      const { status, json } = await server.call('GET', `/v1/runs?${encodeURI(query)}`);
      expect([status, json.error.code]).toEqual([400, 'invalid_field']);
    },
  );
});

test('the metadata of a run are merged by key, also by two at once', async () => {
  const id = await run({ metadata: { git: { branch: 'main' } } }, []);
  await Promise.all(
    ['a', 'b', 'c'].map((key) =>
      server.call('PUT', `/v1/runs/${id}`, { metadata: { [key]: 1 }, results: { [key]: 1 } }),
    ),
  );
  const { evaluation } = await get(`/v1/runs/${id}`);
  expect(evaluation.metadata).toEqual({ git: { branch: 'main' }, a: 1, b: 1, c: 1 });
  await server.call('PUT', `/v1/runs/${id}`, { metadata: null, dataset_id: null, status: 'failed' });
  const after = (await get(`/v1/runs/${id}`)).evaluation;
  expect(after).toMatchObject({ status: 'failed', metadata: { git: { branch: 'main' } } });
  expect(after).not.toHaveProperty('dataset_id');
});

test.each([
  ['metadata', 'text'],
  ['results', [1]],
  ['configuration', 7],
  ['event_ids', 'one'],
  ['event_ids', [1]],
  ['dataset_id', 5],
])('%s that is %j is refused, as nobody could read the run', async (field, value) => {
  for (const [method, path] of [
    ['POST', '/v1/runs'],
    ['PUT', `/v1/runs/${await run({}, [])}`],
  ] as const) {
    const { status, json } = await server.call(method, path, { [field]: value });
    expect([status, json.error.field]).toEqual([400, field]);
  }
});

test('a result counts the events that are asked for, in the way that is asked for', async () => {
  const id = await run({}, [0, 1, 2, 3, 10]);
  const details = async (query: string) =>
    (await get(`/v1/runs/${id}/result?${query}`)).metrics.details.map(
      (one: { metric_name: string; aggregate: number }) => [one.metric_name, one.aggregate],
    );
  expect(await details('')).toEqual(
    expect.arrayContaining([
      ['acc', 3.2],
      ['size', 7],
    ]),
  );
  for (const [how, value] of [
    ['median', 2],
    ['p90', 7.2],
    ['p99', 9.72],
    ['max', 10],
    ['count', 5],
  ] as const)
    expect(
      await details(`aggregate_function=${how}&filters=[{"field":"event_type","operator":"is","value":"chain"}]`),
    ).toEqual([['acc', expect.closeTo(value, 9)]]);
  const some = await get(
    `/v1/runs/${id}/result?filters[0][field]=metrics.acc&filters[0][operator]=greater than&filters[0][value]=1&filters[0][type]=number`,
  );
  expect(some.metrics.details).toMatchObject([{ metric_name: 'acc', aggregate: 5 }]);
  // Which datapoints there are does not hang on what is counted.
  expect(some.datapoints).toHaveLength(5);
  const measured = await get(`/v1/runs/${id}/metrics`);
  expect(measured.totalEvents).toBe(10);
  expect(measured.events).toEqual(
    expect.arrayContaining([expect.objectContaining({ event_name: 'fn', metrics: { acc: 10 } })]),
  );
  expect(new Set(measured.events.map((one: any) => one.metadata.datapoint_id)).size).toBe(5);
  expect((await server.call('GET', `/v1/runs/${id}/result?aggregate_function=mode`)).status).toBe(400);
  expect((await server.call('GET', `/v1/runs/${id}/result?filters=[`)).json.error.field).toBe('filters');
});

test('sessions that only the run names are of it too', async () => {
  const session_id = randomUUID();
  const event = { session_id, event_type: 'tool', event_name: 'e', inputs: {}, metrics: { acc: 0.5 } };
  await server.call('POST', '/v1/events', event);
  const { run_id } = (await server.call('POST', '/v1/runs', { event_ids: [session_id, session_id] })).json;
  expect(await get(`/v1/runs/${run_id}/result`)).toMatchObject({
    event_ids: [session_id],
    datapoints: [{ session_id }],
    metrics: { details: [{ metric_name: 'acc', values: [0.5] }] },
  });
});

describe('two runs', () => {
  const pairOf = async (newer: string, older: string) => get(`/v1/runs/${newer}/compare/${older}`);
  const of = (compared: any, name: string) => compared.metrics.filter((one: any) => one.metric_name === name);

  test('of two functions are compared by the name of what was measured', async () => {
    const older = await run({}, [1, 2]);
    const newer = await run({}, [2, 2, 9], { event_name: 'better' });
    const compared = await pairOf(newer, older);
    expect(of(compared, 'acc')).toMatchObject([
      { event_name: 'better', old_aggregate: 1.5, improved: ['dp-0'], same: ['dp-1'], old_values: expect.any(Array) },
    ]);
    expect(of(compared, 'size')).toHaveLength(1);
    expect(compared.newOnlyDatapoints).toEqual(['dp-2']);
    expect(compared.event_details).toEqual(
      expect.arrayContaining([
        { event_name: 'better', event_type: 'chain', presence: 'new' },
        { event_name: 'fn', event_type: 'chain', presence: 'old' },
        { event_name: 'llm', event_type: 'model', presence: 'both' },
      ]),
    );
  });
  test('with the same name on two kinds of events, what has no partner stays alone', async () => {
    const older = await run({}, [1], { event_name: 'first' });
    const newer = await run({}, [2], { event_name: 'second' });
    const { session_id } = (await get(`/v1/runs/${newer}/result`)).datapoints[0];
    await server.call('POST', '/v1/events', { session_id, event_type: 'tool', inputs: {}, metrics: { acc: 5 } });
    const compared = of(await pairOf(newer, older), 'acc');
    expect(compared).toHaveLength(3);
    // A number that is not there is left out: a client of HoneyHive's takes no null for it.
    for (const one of compared) expect(Object.values(one)).not.toContain(null);
  });
  test('have their events paired: sessions, or those of a name or type', async () => {
    const older = await run({}, [1, 2]);
    const newer = await run({}, [3, 4]);
    const pairs = async (query: string) => get(`/v1/runs/${newer}/compare/${older}/events?${query}`);
    const sessions = await pairs('');
    expect(sessions).toMatchObject({ totalEvents: 2, pagination: { page: 1, limit: 1000, total: 2 } });
    expect(sessions.events[0]).toMatchObject({
      event_1: { event_type: 'session' },
      event_2: { event_type: 'session' },
    });
    const models = await pairs('event_type=model');
    expect(models.events).toHaveLength(2);
    for (const { datapoint_id, event_1, event_2 } of models.events) {
      expect([event_1.event_name, event_2.event_name, datapoint_id]).toEqual([
        'llm',
        'llm',
        expect.stringMatching(/^dp/),
      ]);
      expect(event_1.event_id).not.toBe(event_2.event_id);
    }
    expect((await pairs('event_name=fn')).totalEvents).toBe(2);
    expect((await pairs('event_name=none')).totalEvents).toBe(0);
    const page = await pairs('limit=1&page=2');
    expect([page.events.length, page.totalEvents]).toEqual([1, 2]);
    const one = { field: 'metadata.datapoint_id', operator: 'is', value: 'dp-1', type: 'string' };
    expect((await pairs(`filter=${encodeURIComponent(JSON.stringify(one))}`)).totalEvents).toBe(1);
  });
});

test('the fields that events have, of a run and of all', async () => {
  const id = await run({}, [1]);
  const { fields, mappings } = await get(`/v1/runs/${id}/schema`);
  expect(fields).toEqual(
    expect.arrayContaining([
      { name: 'metrics.acc', event_type: 'chain' },
      { name: 'metadata.run_id', event_type: 'session' },
    ]),
  );
  expect(mappings.metrics).toEqual([
    { field_name: 'size', event_type: 'model' },
    { field_name: 'acc', event_type: 'chain' },
  ]);
  const all = await get(`/v1/events/schema?evaluation_id=${id}`);
  expect(all.fields).toEqual(fields);
  expect((await get('/v1/events/schema?dateRange[$lte]=5')).fields).toEqual([]);
});
