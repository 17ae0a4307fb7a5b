/** Answers that would not fit in memory come in pieces or are refused in words; a reader that ended is replaced. */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { ReaderPool } from '../dist/store/sqlite/reader-pool';
import { client, folder, inSession, type Local, local, span, T0, traces } from './support/local';
import { runLocal } from './support/run-local';
import { until } from './support/wait';

const LARGE = randomUUID().repeat(72_000);

/** Sessions that hold 100 MB together. */
async function fill(call: Local['call'], sessionOf: (n: number) => string, more: Record<string, string> = {}) {
  for (let n = 0; n < 40; n++) {
    const attributes = inSession(sessionOf(n), { ...more, 'honeyhive_outputs.result': `${LARGE}${n}` });
    const one = span({ name: `large ${n}`, startMs: T0 + n, attributes });
    expect((await call('POST', '/v1/traces', traces([one]))).status).toBe(200);
  }
}

test('a session of 100 MB, with 256 MB of heap: exported whole, and searched in parts that fit', async () => {
  const running = await runLocal(['--port', '0', '--db', join(folder(), 'traces.db')], {
    NODE_OPTIONS: '--max-old-space-size=256',
  });
  const call = client(running.url);
  try {
    const sessionId = randomUUID();
    await fill(call, () => sessionId);
    const exported = await call('GET', `/api/sessions/${sessionId}/export`);
    expect(exported.text.match(/"name":"large \d+"/g)).toHaveLength(40);
    const refused = await call('POST', '/v1/events/export', { filters: [] });
    expect([refused.status, refused.json.error.message]).toEqual([400, expect.stringContaining('fewer with limit')]);
    const few = await call('POST', '/v1/events/export', { filters: [], limit: 5 });
    expect([few.status, few.json.events.length, few.json.totalEvents]).toEqual([200, 5, 41]);
  } finally {
    running.child.kill('SIGTERM');
    await running.ended;
  }
}, 120_000);

test('a run of 100 MB, with 256 MB of heap: its result, its metrics, its schema, and compared', async () => {
  const running = await runLocal(['--port', '0', '--db', join(folder(), 'traces.db')], {
    NODE_OPTIONS: '--max-old-space-size=256',
  });
  const call = client(running.url);
  const get = async (path: string) => {
    const { status, json } = await call('GET', path);
    expect([path, status]).toEqual([path, 200]);
    return json;
  };
  try {
    const runs = await Promise.all(
      ['newer', 'older'].map(async (name) => (await call('POST', '/v1/runs', { name })).json.run_id as string),
    );
    const [newer, older] = runs as [string, string];
    for (const run_id of runs)
      for (let n = 0; n < 5; n++) {
        const metadata = { run_id, datapoint_id: `point ${n}` };
        const session_id = `${run_id}-${n}`;
        await call('POST', '/session/start', { session: { session_id, metadata, metrics: { score: n } } });
      }
    await fill(call, (n) => `${newer}-${n % 5}`, { 'honeyhive_metrics.length': '1' });
    const result = await get(`/v1/runs/${newer}/result`);
    expect(result.passed).toHaveLength(5);
    expect(result.event_details).toHaveLength(40 + 5);
    expect((await get(`/v1/runs/${newer}/metrics`)).totalEvents).toBe(45);
    for (const path of [`/v1/runs/${newer}/schema`, '/v1/runs/schema', '/v1/events/schema'])
      expect((await get(path)).fields).toContainEqual({ name: 'outputs.result', event_type: 'tool' });
    expect((await get(`/v1/runs/${newer}/compare-with/${older}`)).commonDatapoints).toHaveLength(5);
    const pairs = await get(`/v1/runs/${newer}/compare/${newer}/events?event_type=tool&limit=2&page=3`);
    expect(pairs.pagination).toEqual({ page: 3, limit: 2, total: 40 });
    expect(pairs.events.map((pair: any) => pair.event_2.outputs.result)).toEqual([`${LARGE}4`, `${LARGE}5`]);
    const all = await call('GET', `/v1/runs/${newer}/compare/${newer}/events?event_type=tool`);
    expect([all.status, all.json.error.message]).toEqual([400, expect.stringContaining('fewer with limit')]);
  } finally {
    running.child.kill('SIGTERM');
    await running.ended;
  }
}, 120_000);

test('the tree of a session of 100 MB: whole where there is room for it, else refused with the way to all of it', async () => {
  for (const [megabytes, status] of [
    [2048, 200],
    [256, 413],
  ] as const) {
    const running = await runLocal(['--port', '0', '--db', join(folder(), 'traces.db')], {
      NODE_OPTIONS: `--max-old-space-size=${megabytes}`,
    });
    const call = client(running.url);
    try {
      const sessionId = randomUUID();
      await fill(call, () => sessionId);
      const tree = await call('GET', `/v1/sessions/${sessionId}`);
      expect(tree.status).toBe(status);
      if (status === 200) expect(tree.json.children.map((one: any) => one.outputs.result.length)).toHaveLength(40);
      else expect(tree.json.error.message).toContain('/api/sessions/<id>/export');
      expect((await call('GET', '/healthz')).status).toBe(200);
    } finally {
      running.child.kill('SIGTERM');
      await running.ended;
    }
  }
}, 120_000);

test('a thread that reads and ended is replaced', async () => {
  const db = join(folder(), 'traces.db');
  await local({ db });
  const pool = new ReaderPool(db);
  await pool.ready();
  for (const door of ['quick', 'slow'] as const) {
    const works = () =>
      pool[door]('stats', [{}]).then(
        () => true,
        () => false,
      );
    expect(await works()).toBe(true);
    await pool[door]('close', [{}]);
    await until('it answers again', works);
  }
  await pool.close();
});
