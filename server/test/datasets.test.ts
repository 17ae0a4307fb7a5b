import { randomUUID } from 'node:crypto';
import { hex, type Local, local } from './support/local';

let server: Local;
beforeAll(async () => {
  server = await local();
});

const get = async (path: string) => (await server.call('GET', path)).json;
const post = async (path: string, body: unknown) => (await server.call('POST', path, body)).json;
const dataset = async (body: object = {}): Promise<string> =>
  (await post('/v1/datasets', { name: `d-${hex(4)}`, ...body })).dataset_id;
const datapoint = async (body: object): Promise<string> => (await post('/v1/datapoints', body)).datapoint_id;
const inside = async (id: string): Promise<string[]> =>
  (await get(`/v1/datasets?dataset_id=${id}`)).datasets[0].datapoints;
const shown = async (id: string): Promise<any> => (await get(`/v1/datapoints/${id}`)).datapoint[0];

describe('which datapoints a dataset has', () => {
  test('those added to it, in their order, page after page', async () => {
    const id = await dataset();
    const rows = Array.from({ length: 1205 }, (_, n) => ({ n }));
    const { datapoint_ids } = await post(`/v1/datasets/${id}/datapoints`, { data: rows, mapping: { inputs: ['n'] } });
    expect(await inside(id)).toEqual(datapoint_ids);
    const listed = (await get(`/v1/datapoints?dataset_id=${id}`)).datapoints;
    expect(listed).toHaveLength(1205);
    expect(listed[0]).toMatchObject({ id: datapoint_ids[1204], inputs: { n: 1204 }, linked_datasets: [id] });
    expect((await get(`/v1/datapoints?dataset_id=${id}&limit=3`)).datapoints).toHaveLength(3);
  });

  test('those that name it, and those that it was given by id', async () => {
    const given = await datapoint({ inputs: { q: 1 } });
    const [one, two] = [await dataset({ datapoints: [given] }), await dataset()];
    const both = await datapoint({ inputs: { q: 2 }, linked_datasets: [one, two] });
    expect(await inside(one)).toEqual([given, both]);
    expect(await inside(two)).toEqual([both]);
    const ofTwo = (await get(`/v1/datapoints?dataset_id=${two}`)).datapoints;
    expect(ofTwo.map((each: { id: string }) => each.id)).toEqual([both]);
    await server.call('PUT', `/v1/datapoints/${both}`, { linked_datasets: [two] });
    expect([await inside(one), await inside(two)]).toEqual([[given], [both]]);
    expect((await shown(both)).linked_datasets).toEqual([two]);
  });

  test('a new list takes the place of the old one', async () => {
    const id = await dataset();
    const { datapoint_ids } = await post(`/v1/datasets/${id}/datapoints`, { data: [{ q: 1 }, { q: 2 }, { q: 3 }] });
    const [first, second, third] = datapoint_ids;
    const { result } = (await server.call('PUT', '/v1/datasets', { dataset_id: id, datapoints: [third, first] })).json;
    expect(result.datapoints).toEqual([third, first]);
    expect(await inside(id)).toEqual([third, first]);
    expect((await shown(second)).linked_datasets).toEqual([]);
  });

  test.each(['/v1/datasets/:d/datapoints/:p', '/v1/datasets/:d/:p'])(
    'DELETE %s takes one out and leaves it there',
    async (route) => {
      const [id, other] = [await dataset(), await dataset()];
      const { datapoint_ids } = await post(`/v1/datasets/${id}/datapoints`, { data: [{ q: 1 }] });
      const listed = await datapoint({ inputs: {}, linked_datasets: [other, id] });
      for (const point of [datapoint_ids[0], listed]) {
        const path = route.replace(':d', id).replace(':p', point);
        expect((await server.call('DELETE', path)).json.dereferenced).toBe(true);
        expect((await server.call('DELETE', path)).status).toBe(404);
        expect((await shown(point)).id).toBe(point);
      }
      expect([await inside(id), await inside(other)]).toEqual([[], [listed]]);
      expect((await server.call('DELETE', route.replace(':d', 'none').replace(':p', listed))).status).toBe(404);
    },
  );

  test('one that is removed is in none of them any more', async () => {
    const [one, two] = [await dataset(), await dataset()];
    const id = await datapoint({ inputs: {}, linked_datasets: [one, two] });
    await server.call('DELETE', `/v1/datapoints/${id}`);
    expect([await inside(one), await inside(two)]).toEqual([[], []]);
  });

  test('twenty put on a list at once are all on it', async () => {
    const [one, two] = [await dataset(), await dataset()];
    const ids = await Promise.all(
      Array.from({ length: 20 }, () => datapoint({ inputs: {}, linked_datasets: [one, two] })),
    );
    expect((await inside(two)).sort()).toEqual(ids.sort());
  });
});

test('datapoints by their ids, as clients write lists', async () => {
  const ids = [await datapoint({ inputs: { n: 0 } }), await datapoint({ inputs: { n: 1 } })];
  await datapoint({ inputs: { n: 2 } });
  const found = async (query: string) =>
    (await get(`/v1/datapoints?${query}`)).datapoints.map((one: { inputs: { n: number } }) => one.inputs.n);
  expect(await found(`datapoint_ids[]=${ids[1]}&datapoint_ids[]=${ids[0]}&datapoint_ids[]=none`)).toEqual([1, 0]);
  expect(await found(`datapoint_ids[]=${ids[1]}`)).toEqual([1]);
  expect(await found(`datapoint_ids=${ids[0]}&datapoint_ids=${ids[1]}`)).toEqual([0, 1]);
  expect(await found('datapoint_ids[]=none')).toEqual([]);
});

test('rows are mapped by their own keys; what the mapping leaves over is metadata', async () => {
  const id = await dataset();
  const row = { q: 'France?', a: 'Paris', chat: [{ role: 'user', content: 'hi' }], note: 'text', tag: 'geo' };
  const mapping = { inputs: ['q', 'constructor', 'toString'], ground_truth: ['a'], history: ['chat', 'note', 'none'] };
  const { datapoint_ids } = await post(`/v1/datasets/${id}/datapoints`, { data: [row], mapping });
  expect(await shown(datapoint_ids[0])).toMatchObject({
    inputs: { q: 'France?', constructor: null, toString: null },
    ground_truth: { a: 'Paris' },
    // Clients read objects here.
    history: [{ role: 'user', content: 'hi' }, { value: 'text' }],
    metadata: { tag: 'geo' },
  });
  const odd = `{"data":[{"__proto__":{"x":1},"q":1}],"mapping":{"inputs":["__proto__"]}}`;
  const { status, json } = await server.call('POST', `/v1/datasets/${id}/datapoints`, odd);
  expect(status).toBe(200);
  expect((await server.call('GET', `/v1/datapoints/${json.datapoint_ids[0]}`)).text).toContain('"__proto__":{"x":1}');
});

test('without a mapping a row is a datapoint, or all inputs', async () => {
  const id = await dataset();
  const data = [{ inputs: { q: 1 }, ground_truth: { a: 1 } }, { q: 2 }];
  const { datapoint_ids } = await post(`/v1/datasets/${id}/datapoints`, { data });
  expect(await shown(datapoint_ids[0])).toMatchObject({ inputs: { q: 1 }, ground_truth: { a: 1 } });
  expect(await shown(datapoint_ids[1])).toMatchObject({ inputs: { q: 2 }, ground_truth: {} });
});

test('what is no object where one belongs is kept under a key', async () => {
  const id = await datapoint({ inputs: 'why?', ground_truth: ['a'], history: 'none', metadata: null });
  expect(await shown(id)).toMatchObject({
    inputs: { value: 'why?' },
    ground_truth: { value: ['a'] },
    history: [],
    metadata: {},
    linked_event: null,
  });
});

describe('datapoints made of events', () => {
  const project = `events-${hex(4)}`;
  const session_id = randomUUID();
  const ids: string[] = [];
  beforeAll(async () => {
    for (const n of [1, 2, 3])
      ids.push(
        (
          await post('/events', {
            event: {
              project,
              session_id,
              event_type: 'model',
              event_name: `call ${n}`,
              inputs: { q: n, chat_history: [{ role: 'user', content: 'hi' }] },
              outputs: { answer: n * 2 },
              ...(n === 3 ? { feedback: { ground_truth: { answer: 7 } } } : {}),
            },
          })
        ).event_id,
      );
  });
  const made = async (body: object) => {
    const { insertedIds } = await post('/v1/datapoints/batch', body);
    return Promise.all(insertedIds.map(shown));
  };

  test('by id, into a dataset', async () => {
    const dataset_id = await dataset();
    const found = await made({ events: [ids[0], ids[2]], dataset_id });
    expect(found).toMatchObject([
      { inputs: { q: 1 }, ground_truth: { answer: 2 }, linked_event: ids[0], linked_datasets: [dataset_id] },
      { inputs: { q: 3 }, ground_truth: { answer: 7 }, linked_event: ids[2] },
    ]);
    expect(await inside(dataset_id)).toEqual(found.map((one) => one.id));
  });
  test('with a mapping, by path or name', async () => {
    const mapping = { inputs: ['inputs.q', 'event_name', 'none'], ground_truth: ['answer'], history: ['chat_history'] };
    expect(await made({ events: [ids[1]], mapping })).toMatchObject([
      {
        inputs: { q: 2, event_name: 'call 2' },
        ground_truth: { answer: 4 },
        history: [{ role: 'user', content: 'hi' }],
      },
    ]);
    expect((await made({ events: [ids[1]], mapping: { inputs: ['outputs'] } }))[0].inputs).toEqual({ answer: 4 });
  });
  test('all that a filter finds, but those ticked off', async () => {
    const filters = [
      { field: 'session_id', operator: 'is', value: session_id, type: 'string' },
      { field: 'event_type', operator: 'is', value: 'model', type: 'string' },
    ];
    const linked = async (body: object) => (await made(body)).map((one) => one.linked_event).sort();
    const checkState = { [ids[1] as string]: false };
    expect(await linked({ selectAll: true, filters, checkState })).toEqual([ids[0], ids[2]].sort());
    expect(await linked({ selectAll: true, filters: { filterArray: filters } })).toEqual([...ids].sort());
    expect(await linked({ checkState: { ...checkState, [ids[0] as string]: true } })).toEqual([ids[0]]);
  });
  test('what is not there makes nothing', async () => {
    const count = async () => (await get('/v1/datapoints?limit=10000')).datapoints.length;
    const before = await count();
    const call = async (body: object) => (await server.call('POST', '/v1/datapoints/batch', body)).status;
    expect(await call({ events: [ids[0], randomUUID()] })).toBe(404);
    expect(await call({ events: [ids[0]], dataset_id: 'none' })).toBe(404);
    expect(await call({ events: 'all' })).toBe(400);
    expect(await count()).toBe(before);
  });
});

test('a key that may only send cannot learn from a batch which events there are', async () => {
  const guarded = await local({ keys: 'shop=in:ingest' });
  const headers = { authorization: 'Bearer in' };
  expect((await guarded.call('POST', '/v1/datapoints/batch', { selectAll: true }, headers)).status).toBe(403);
});

test('lists are of the project that is asked for; an id finds its document in any', async () => {
  const project = `own-${hex(4)}`;
  const [own, other] = [await dataset({ project }), await dataset()];
  const ids = async (query: string) => (await get(`/datasets?${query}`)).testcases.map((one: { id: string }) => one.id);
  expect(await ids(`project=${project}`)).toEqual([own]);
  expect(await ids(`project=${project}&dataset_id=${other}`)).toEqual([other]);
});

test('metrics go by the names of the API that asks', async () => {
  const name = `metric-${hex(4)}`;
  await post('/metrics', { name, type: 'custom', code_snippet: 'return 1', task: 'shop', return_type: 'float' });
  const found = (list: any[]) => list.find((one) => one.name === name);
  expect(found((await get('/v1/metrics')).metrics)).toMatchObject({ type: 'PYTHON', criteria: 'return 1' });
  expect(found(await get('/metrics'))).toMatchObject({ type: 'custom', task: 'shop' });
  expect(found(await get('/metrics?project_name=shop'))).toMatchObject({ project: 'shop' });
  expect(found(await get('/metrics?project_name=other'))).toBeUndefined();
  expect(found((await get('/v1/metrics?type=PYTHON')).metrics)).toBeDefined();
  expect(found((await get('/v1/metrics?type=LLM')).metrics)).toBeUndefined();
});
