/** The write-ahead log stays small, and who reads for long stops nobody who writes. */
import { randomUUID } from 'node:crypto';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { openDatabase } from '../../dist/store/sqlite/open-database';
import { folder, hex, inSession, local, span, traces } from '../support/local';
import { LONG } from '../support/measure';
import { until } from '../support/wait';

const MOST = 64 * 1024 * 1024;
const megabytes = LONG ? 600 : 160;

test(
  `the log holds at most 64 MiB while ${megabytes} MB arrive, with readers coming and going`,
  async () => {
    const db = join(folder(), 'traces.db');
    const server = await local({ db, retentionBytes: 0 });
    const sessionId = randomUUID();
    let largest = 0;
    for (let n = 0; n < megabytes / 4; n++) {
      const spans = Array.from({ length: 40 }, () =>
        span({ attributes: inSession(sessionId, { 'honeyhive_outputs.result': hex(50_000) }) }),
      );
      const [answer] = await Promise.all([
        server.call('POST', '/v1/traces', traces(spans)),
        server.call('GET', `/api/sessions/${sessionId}`),
        server.call('GET', '/api/spans?limit=100'),
      ]);
      expect(answer?.status).toBe(200);
      largest = Math.max(largest, statSync(`${db}-wal`).size);
    }
    if (LONG) process.stderr.write(`the log while ${megabytes} MB arrived: at most ${largest} bytes\n`);
    expect(largest).toBeGreaterThan(1024 * 1024);
    expect(largest).toBeLessThanOrEqual(MOST);
  },
  LONG ? 300_000 : 60_000,
);

test('a reader that holds on to an old state: writing goes on, and the log shrinks when it lets go', async () => {
  const db = join(folder(), 'traces.db');
  const server = await local({ db, retentionBytes: 0 });
  const sessionId = randomUUID();
  const send = async (): Promise<void> => {
    const spans = Array.from({ length: 40 }, () =>
      span({ attributes: inSession(sessionId, { 'honeyhive_outputs.result': hex(50_000) }) }),
    );
    expect((await server.call('POST', '/v1/traces', traces(spans))).status).toBe(200);
  };
  await send();
  const reader = openDatabase(db, { readonly: true });
  reader.exec('BEGIN');
  const before = reader.prepare('SELECT count(*) AS n FROM spans').get()?.n;
  for (let n = 0; n < 25; n++) await send();
  expect(reader.prepare('SELECT count(*) AS n FROM spans').get()?.n).toBe(before);
  expect(statSync(`${db}-wal`).size).toBeGreaterThan(MOST);
  expect((await server.call('GET', `/api/sessions/${sessionId}?limit=1`)).json.session.spanCount).toBe(26 * 40);
  reader.exec('COMMIT');
  reader.close();
  await until('the log is small again', async () => {
    await server.call('POST', '/v1/traces', traces([span({ attributes: inSession(sessionId) })]));
    return statSync(`${db}-wal`).size <= MOST;
  });
}, 60_000);
