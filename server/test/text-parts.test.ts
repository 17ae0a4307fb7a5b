/** Texts of spans are in parts by the spans' rows: what is searched for is found in all of them, merged, and dropped again. */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { openDatabase } from '../dist/store/sqlite/open-database';
import { SPANS_PER_PART, tableOf } from '../dist/store/sqlite/text-parts';
import { folder, inSession, type Local, local, span, traces } from './support/local';
import { until } from './support/wait';

const found = async (server: Local, of: 'sessions' | 'spans', q: string): Promise<number> =>
  (await server.call('GET', `/api/${of}?q=${encodeURIComponent(q)}`)).json.items.length;

/** The next span's row becomes `row`, without writing all those before it. */
function goOnAt(db: string, row: number): void {
  const file = openDatabase(db);
  const columns = file
    .prepare(
      "SELECT group_concat(name, ', ') AS names FROM pragma_table_info('spans') WHERE name NOT IN ('id', 'span_id')",
    )
    .get()?.names;
  file
    .prepare(`INSERT INTO spans(id, span_id, ${columns}) SELECT ?, randomblob(8), ${columns} FROM spans LIMIT 1`)
    .run(row - 1);
  file.close();
}

const say = (sessionId: string, words: string): ReturnType<typeof span> =>
  span({ attributes: inSession(sessionId, { 'honeyhive_outputs.result': words, 'honeyhive_metadata.place': words }) });

test('on both sides of a border: found by word, prefix, phrase and value, changed, and removed', async () => {
  const db = join(folder(), 'traces.db');
  const [first, second] = [randomUUID(), randomUUID()];
  const before = await local({ db });
  await before.call('POST', '/v1/traces', traces([say(first, 'amber lantern'), say(second, 'amber lantern')]));
  await before.close();
  goOnAt(db, SPANS_PER_PART - 1);
  const server = await local({ db });
  const across = [say(first, 'amber kettle'), say(first, 'amber lantern'), say(second, 'amber kettle')];
  expect((await server.call('POST', '/v1/traces', traces(across))).status).toBe(200);
  expect(await found(server, 'spans', 'amber')).toBe(5);
  expect(await found(server, 'spans', 'kett*')).toBe(2);
  expect(await found(server, 'spans', '"amber lantern"')).toBe(3);
  expect(await found(server, 'spans', 'NOT amber')).toBe(1);
  expect(await found(server, 'sessions', 'kettle')).toBe(2);
  expect(await found(server, 'sessions', 'metadata.place:"amber kettle"')).toBe(2);
  expect(await found(server, 'sessions', 'lantern AND kettle')).toBe(2);

  const { json } = await server.call('GET', '/api/spans?q=lantern');
  for (const [n, item] of json.items.entries()) {
    const changed = await server.call('PUT', '/events', { event_id: item.eventId, metadata: { note: `copper${n}` } });
    expect(changed.status).toBe(200);
  }
  expect(await found(server, 'spans', 'copper*')).toBe(3);
  expect((await server.call('DELETE', `/api/sessions/${second}`)).status).toBe(200);
  expect(await found(server, 'spans', 'amber')).toBe(3);
  expect(await found(server, 'sessions', 'kettle')).toBe(1);
});

test('merged while nobody asks, and dropped when the last of its spans is gone', async () => {
  const db = join(folder(), 'traces.db');
  const [first, second] = [randomUUID(), randomUUID()];
  const before = await local({ db });
  for (let n = 0; n < 60; n++)
    expect((await before.call('POST', '/v1/traces', traces([say(first, `pebble${n}`)]))).status).toBe(200);
  const read = openDatabase(db, { readonly: true });
  const segments = (): number =>
    Number(read.prepare(`SELECT count(DISTINCT segid) AS n FROM ${tableOf(0)}_idx`).get()?.n);
  // One segment a commit without merging; four of a kind become one.
  await until('the segments are merged', () => segments() <= 9);
  expect(await found(before, 'spans', 'pebble*')).toBe(60);
  read.close();
  await before.close();

  goOnAt(db, SPANS_PER_PART + 1);
  const server = await local({ db });
  await server.call('POST', '/v1/traces', traces([say(second, 'boulder')]));
  expect((await server.call('DELETE', `/api/sessions/${first}`)).status).toBe(200);
  const parts = (): unknown[] => {
    const look = openDatabase(db, { readonly: true });
    try {
      return look
        .prepare("SELECT name FROM sqlite_master WHERE name GLOB 'texts_*' AND sql LIKE 'CREATE VIRTUAL%'")
        .all()
        .map((row) => row.name);
    } finally {
      look.close();
    }
  };
  await until('the empty part is dropped', () => parts().length === 1);
  expect(parts()).toEqual([tableOf(1)]);
  expect(await found(server, 'spans', 'boulder')).toBe(1);
  expect(await found(server, 'spans', 'pebble*')).toBe(0);
});
