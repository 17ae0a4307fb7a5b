/** A thread of the store that ends is not begun again: the server says so where one looks whether it is well. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { client, folder, span, traces } from '../support/local';
import { cli, runLocal } from '../support/run-local';
import { until } from '../support/wait';

test.each([
  ['intake', 'toWriter', 'the thread that takes spans in has ended'],
  ['writer', 'fromIntake', 'the thread that writes has ended'],
])(
  'when the %s ends, /healthz answers 503 and says why; reading goes on',
  async (_name, owns, why) => {
    const where = folder();
    const now = join(where, 'now');
    const running = await runLocal(['--port', '0', '--db', join(where, 'traces.db')], {
      NODE_OPTIONS: `--require ${join(__dirname, 'end-thread.cjs')}`,
      END_THREAD: owns,
      END_WHEN: now,
    });
    const call = client(running.url);
    const one = traces([span()]);
    const send = async (): Promise<number> => (await call('POST', '/v1/traces', one)).status;
    expect(await send()).toBe(200);
    const well = await call('GET', '/healthz');
    expect([well.status, well.json.status]).toEqual([200, 'ok']);
    writeFileSync(now, '');
    await until('it takes no more spans', async () => (await send()) === 503);
    const { status, json } = await call('GET', '/healthz');
    expect(status).toBe(503);
    expect(json).toEqual({
      ...well.json,
      status: 'failing',
      reason: `nothing can be stored any more: ${why}; restart the server`,
    });
    expect((await call('GET', '/api/sessions')).json.items).toHaveLength(1);
    const { port } = new URL(running.url);
    const listed = await cli(['stats', '--json'], { HH_LOCAL_PORT: port, HH_LOCAL_DB: join(where, 'none.db') });
    expect([listed.code, listed.stderr]).toEqual([0, '']);
    running.child.kill('SIGTERM');
    expect((await running.ended).code).toBe(0);
  },
  30_000,
);
