/** Answers that would not fit in memory come in pieces or are refused in words; a reader that ended is replaced. */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { ReaderPool } from '../dist/store/sqlite/reader-pool';
import { client, folder, inSession, local, span, T0, traces } from './support/local';
import { runLocal } from './support/run-local';
import { until } from './support/wait';

const LARGE = randomUUID().repeat(72_000);

test('a session of 100 MB, with 256 MB of heap: exported whole, and searched in parts that fit', async () => {
  const running = await runLocal(['--port', '0', '--db', join(folder(), 'traces.db')], {
    NODE_OPTIONS: '--max-old-space-size=256',
  });
  const call = client(running.url);
  try {
    const sessionId = randomUUID();
    for (let n = 0; n < 40; n++) {
      const attributes = inSession(sessionId, { 'honeyhive_outputs.result': `${LARGE}${n}` });
      const one = span({ name: `large ${n}`, startMs: T0 + n, attributes });
      expect((await call('POST', '/v1/traces', traces([one]))).status).toBe(200);
    }
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
