/** What goes goes whole, and takes with it all that nothing else needs. */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { Filter } from '../dist/query/ast';
import { Deletion } from '../dist/store/sqlite/deletion';
import { openDatabase } from '../dist/store/sqlite/open-database';
import { prepareRecords } from '../dist/store/sqlite/prepare';
import { SqliteStore } from '../dist/store/sqlite/sqlite-store';
import { openForWriting } from '../dist/store/sqlite/store-file';
import { Writer } from '../dist/store/sqlite/writer';
import { eventIdOf } from '../dist/wire/ids';
import { decodeTracesJson } from '../dist/wire/otlp-json';
import type { SpanRecord } from '../dist/wire/span-record';
import { folder, inSession, local, span, T0, traces } from './support/local';
import { until } from './support/wait';

const ALL: Filter = { kind: 'all', items: [] };
const records = (spans: object[]): SpanRecord[] => decodeTracesJson(Buffer.from(JSON.stringify(traces(spans)))).spans;
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

test.each([
  ['a deletion', 1000],
  ['a removal by an older version, which leaves the session in sight', 0],
])('%s that a process did not come to the end of is finished by the next', async (_name, first) => {
  const db = join(folder(), 'traces.db');
  const [going, staying] = [randomUUID(), randomUUID()];
  const store = openForWriting(db, () => undefined);
  const writer = new Writer(store.db);
  const spans = [...many(going, 2500), ...many(staying, 10)];
  writer.begin();
  writer.writeSpans({}, prepareRecords(records(spans)));
  writer.commit();
  const row = Number(store.db.prepare('SELECT id FROM sessions WHERE session_id = ?').get(going)?.id);
  if (first === 0) {
    store.db.prepare('DELETE FROM spans WHERE id IN (SELECT id FROM spans WHERE session_pk = ? LIMIT 1000)').run(row);
    store.db.prepare("INSERT INTO meta(key, value) VALUES('removing', ?)").run(String(row));
  } else {
    const deletion = new Deletion(() => ({ db: store.db, writer }), {}, going);
    expect(deletion.step()).toBe(true);
    expect(deletion.report.spans).toBe(2500);
  }
  store.release();
  const server = await local({ db });
  await until('it is gone', async () => (await server.call('GET', `/api/sessions/${going}`)).status === 404);
  expect((await server.call('GET', `/api/sessions/${staying}`)).json.session.spanCount).toBe(10);
  const file = openDatabase(db, { readonly: true });
  const left = (): number => Number(file.prepare('SELECT count(*) AS n FROM spans').get()?.n);
  await until('its spans are gone', () => left() === 10);
  expect(file.prepare("SELECT value FROM meta WHERE key = 'removing'").get()).toBeUndefined();
  file.close();
});

test('what arrives while a session is deleted begins it anew, what was in it before too', async () => {
  const file = join(folder(), 'traces.db');
  const opened = openForWriting(file, () => undefined);
  const writer = new Writer(opened.db);
  const write = <T>(work: () => T): T => {
    writer.begin();
    const value = work();
    writer.commit();
    return value;
  };
  const take = (spans: object[]) => write(() => writer.writeSpans({}, prepareRecords(records(spans))));
  const sessionId = randomUUID();
  const spans = many(sessionId, 2500);
  take(spans);
  const deletion = new Deletion(() => ({ db: opened.db, writer }), {}, sessionId);
  expect(deletion.step()).toBe(true);
  const [updated, sibling, last] = spans.slice(-3);
  const again = [last, span({ startMs: T0 + 2500, attributes: inSession(sessionId) })];
  expect(take(again)).toMatchObject({ stored: 2, duplicates: 0 });
  // This one names no session: it is not drawn into the one that goes with the rest of its trace.
  const late = span({ traceId: sibling.traceId, parentSpanId: sibling.spanId });
  take([late]);
  const eventId = eventIdOf(updated.traceId, updated.spanId);
  expect(write(() => writer.updateEvent({}, { eventId, buckets: { metadata: { more: 1 } } })).found).toBe(false);
  while (deletion.step());
  expect(deletion.report.spans).toBe(2500);
  opened.release();
  const store = await SqliteStore.open({ file });
  try {
    const found = await store.getSession({}, sessionId, {});
    expect(found?.session.spanCount).toBe(2);
    expect(found?.spans.map((one) => one.spanId)).toEqual(again.map((one) => one.spanId));
    expect((await store.getSpan({}, late.traceId, late.spanId))?.sessionId).not.toBe(sessionId);
    expect((await store.getEvent({}, eventId))?.metadata).toMatchObject({ more: 1 });
    expect(await store.stats({})).toMatchObject({ sessions: 3, spans: 3 });
  } finally {
    await store.close();
  }
});

describe('while a large session is deleted', () => {
  const SPANS = 10_000;

  async function filled(): Promise<{ store: SqliteStore; sessionId: string; spans: any[] }> {
    const store = await SqliteStore.open({ file: join(folder(), 'traces.db') });
    opened.push(store);
    const sessionId = randomUUID();
    const spans = many(sessionId, SPANS);
    await store.writeSpans({}, records(spans));
    return { store, sessionId, spans };
  }
  const opened: SqliteStore[] = [];
  afterAll(() => Promise.all(opened.map((store) => store.close())));

  test('spans are taken', async () => {
    const { store, sessionId } = await filled();
    const order: string[] = [];
    const noting = (what: string) => () => order.push(what);
    const deleted = store.deleteSession({}, sessionId);
    const taken = store.writeSpans({}, records([span()]));
    await Promise.all([deleted.then(noting('deleted')), taken.then(noting('taken'))]);
    expect(order).toEqual(['taken', 'deleted']);
    expect(await deleted).toEqual({ spans: SPANS });
  });

  test('it is seen by every door as a whole or not at all', async () => {
    const { store, sessionId, spans } = await filled();
    const last = spans[SPANS - 1];
    const doors: [string, () => Promise<number>, number][] = [
      ['its row', async () => ((await store.getSession({}, sessionId, { limit: 1 })) ? 1 : 0), 1],
      ['its last span', async () => ((await store.getSpan({}, last.traceId, last.spanId)) ? 1 : 0), 1],
      ['its last event', async () => ((await store.getEvent({}, eventIdOf(last.traceId, last.spanId))) ? 1 : 0), 1],
      ['its spans', async () => (await store.listSpans({}, { limit: 1 })).items.length, 1],
      ['their number', async () => (await store.aggregate({}, 'span', {})).items[0]?.count ?? 0, SPANS],
      ['what is stored', async () => (await store.stats({})).spans, SPANS],
      ['all events', async () => (await store.searchEvents({}, { filter: ALL, limit: 1, page: 1 })).total, SPANS + 1],
    ];
    for (const [door, look, whole] of doors) expect([door, await look()]).toEqual([door, whole]);
    let done = false;
    const deleted = store.deleteSession({}, sessionId).finally(() => {
      done = true;
    });
    let isGone = false;
    for (let last = false; !last; ) {
      last = done;
      for (const [door, look, whole] of doors) {
        const seen = await look();
        if (seen === whole && !isGone) continue;
        isGone = true;
        expect([door, seen]).toEqual([door, 0]);
      }
    }
    expect([isGone, await deleted]).toEqual([true, { spans: SPANS }]);
  });
});

test('a session that joins a project keeps a span of which another one is on its way out there', async () => {
  const store = openForWriting(join(folder(), 'traces.db'), () => undefined);
  const writer = new Writer(store.db);
  const [going, joining] = [randomUUID(), randomUUID()];
  const spans = many(going, 1500);
  const last = spans.at(-1);
  writer.begin();
  writer.writeSpans({ project: 'one' }, prepareRecords(records(spans)));
  writer.writeSpans(
    {},
    prepareRecords(records([{ ...last, attributes: span({ attributes: inSession(joining) }).attributes }])),
  );
  writer.commit();
  const deletion = new Deletion(() => ({ db: store.db, writer }), {}, going);
  expect(deletion.step()).toBe(true);
  writer.begin();
  writer.startSession({}, { sessionId: joining, project: 'one', buckets: {} });
  writer.commit();
  while (deletion.step());
  const left = store.db
    .prepare('SELECT s.session_id AS id, s.span_count AS n FROM spans x JOIN sessions s ON s.id = x.session_pk')
    .all();
  expect(left).toEqual([{ id: joining, n: 1 }]);
  store.release();
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
