/** What goes goes whole, and takes with it all that nothing else needs. */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { prepareRecords } from '../dist/store/sqlite/prepare';
import { openForWriting } from '../dist/store/sqlite/store-file';
import { Writer } from '../dist/store/sqlite/writer';
import { decodeTracesJson } from '../dist/wire/otlp-json';
import { folder, inSession, local, span, T0, traces } from './support/local';
import { until } from './support/wait';

const many = (sessionId: string, count: number) =>
  Array.from({ length: count }, (_, n) => span({ startMs: T0 + n, attributes: inSession(sessionId, { n }) }));

test('pruning to almost the size there is takes the oldest session whole', async () => {
  const server = await local({ retentionBytes: 0 });
  const sessionId = randomUUID();
  for (let n = 0; n < 5; n++) await server.call('POST', '/v1/traces', traces(many(sessionId, 1000)));
  const { dbBytes, freeBytes } = (await server.call('GET', '/api/stats')).json;
  const pruned = await server.call('POST', '/api/prune', { maxBytes: Math.floor((dbBytes - freeBytes) * 0.97) });
  expect(pruned.json).toMatchObject({ sessions: 1, spans: 5000 });
  expect((await server.call('GET', '/api/stats')).json).toMatchObject({ sessions: 0, spans: 0 });
});

test('a removal that a process did not come to the end of is finished by the next', async () => {
  const db = join(folder(), 'traces.db');
  const [going, staying] = [randomUUID(), randomUUID()];
  const store = openForWriting(db, () => undefined);
  const writer = new Writer(store.db);
  const spans = [...many(going, 2500), ...many(staying, 10)];
  writer.begin();
  writer.writeSpans({}, prepareRecords(decodeTracesJson(Buffer.from(JSON.stringify(traces(spans)))).spans));
  writer.commit();
  const row = Number(store.db.prepare('SELECT id FROM sessions WHERE session_id = ?').get(going)?.id);
  writer.begin();
  expect(writer.removal.step(row).done).toBe(false);
  writer.noteRemoval(row);
  writer.commit();
  store.release();
  const server = await local({ db });
  await until('it is gone', async () => (await server.call('GET', `/api/sessions/${going}`)).status === 404);
  expect((await server.call('GET', `/api/sessions/${staying}`)).json.session.spanCount).toBe(10);
});

test('what spans were made by goes with the last of them, so that retention does not go on for ever', async () => {
  const server = await local({ retentionBytes: 3 * 1024 * 1024 });
  const one = (sessionId: string, n: number) =>
    traces([span({ startMs: T0 + n, attributes: inSession(sessionId) })], {
      'service.name': 'test',
      'process.command_args': `${n} ${randomUUID().repeat(20_000)}`,
    });
  for (let n = 0; n < 8; n++) expect((await server.call('POST', '/v1/traces', one(randomUUID(), n))).status).toBe(200);
  await server.call('POST', '/api/prune', { maxBytes: 1024 * 1024 });
  const last = randomUUID();
  await server.call('POST', '/v1/traces', one(last, 100));
  // Removing everything is what a file would need whose room does not come free.
  const pruned = await server.call('POST', '/api/prune', { maxBytes: 3 * 1024 * 1024 });
  expect(pruned.json.sessions).toBe(0);
  expect((await server.call('GET', `/api/sessions/${last}`)).status).toBe(200);
});
