/** After a transaction that failed, the writer believes only what is in the file. */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { prepareRecords } from '../dist/store/sqlite/prepare';
import { openForWriting } from '../dist/store/sqlite/store-file';
import { Writer } from '../dist/store/sqlite/writer';
import { eventIdOf } from '../dist/wire/ids';
import { decodeTracesJson } from '../dist/wire/otlp-json';
import { folder, hex, inSession, local, span, traces } from './support/local';

const batch = (...spans: object[]) =>
  prepareRecords(decodeTracesJson(Buffer.from(JSON.stringify(traces(spans)))).spans);

/** Does `work` in a transaction that is rolled back, then again in one that is kept; then the file is opened anew. */
async function twice(work: (writer: Writer) => void) {
  const db = join(folder(), 'traces.db');
  const store = openForWriting(db, () => undefined);
  const writer = new Writer(store.db);
  writer.begin();
  work(writer);
  writer.rollback();
  writer.begin();
  work(writer);
  writer.commit();
  store.release();
  return local({ db });
}

test('a trace that had to wait for its session joins it after a restart', async () => {
  const traceId = hex(16);
  const server = await twice((writer) => writer.writeSpans({}, batch(span({ traceId, name: 'waits' }))));
  const sessionId = randomUUID();
  await server.call('POST', '/v1/traces', traces([span({ traceId, attributes: inSession(sessionId) })]));
  expect((await server.call('GET', `/api/sessions/${sessionId}`)).json.session.spanCount).toBe(2);
});

test('an update that came first is taken over by its span after a restart', async () => {
  const ids = { traceId: hex(16), spanId: hex(8) };
  const eventId = eventIdOf(ids.traceId, ids.spanId);
  const server = await twice((writer) => writer.updateEvent({}, { eventId, buckets: { metrics: { quality: 1 } } }));
  await server.call('POST', '/v1/traces', traces([span({ ...ids, attributes: inSession(randomUUID()) })]));
  expect((await server.call('GET', `/api/spans/${ids.traceId}/${ids.spanId}`)).json.metrics).toEqual({ quality: 1 });
});

test('what is counted is what is in the file', async () => {
  const server = await twice((writer) => writer.writeSpans({}, batch(span())));
  await server.call('POST', '/v1/traces', traces([span()]));
  expect((await server.call('GET', '/api/stats')).json).toMatchObject({ received: 2, stored: 2, duplicates: 0 });
});
