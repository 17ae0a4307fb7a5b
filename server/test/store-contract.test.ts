import { join } from 'node:path';
import { SqliteStore } from '../dist/store/sqlite/sqlite-store';
import { folder } from './support/local';
import { type Defect, memoryStore } from './support/memory-store';
import { CONTRACT, type Store } from './support/store-contract';

describe('the SQLite store', () => {
  let store: SqliteStore;
  beforeAll(async () => {
    store = await SqliteStore.open({ file: join(folder(), 'traces.db') });
  });
  afterAll(() => store.close());
  test.each(Object.entries(CONTRACT))('%s', async (_name, promise) => promise(store));
});

test('a store in memory keeps the contract too', async () => {
  for (const promise of Object.values(CONTRACT)) await promise(memoryStore('none') as Store);
});

test.each<[Defect, string]>([
  ['loses', 'a span that was acknowledged is there, whole'],
  ['duplicates', 'the same span is kept once, however often and with whom it comes'],
  ['mis-orders', 'sessions are listed newest first and page without gaps'],
  ['mis-orders', 'spans of a session come in the order they began'],
  ['leaks', 'projects do not see each other, even with the same ids'],
  ['forgets updates', 'updates merge by key and are there at once'],
  ['counts wrongly', 'running totals are those of the spans'],
  ['keeps the poorer version', 'the richer version wins, whichever comes first'],
])('a store that %s breaks: %s', async (defect, name) => {
  await expect((CONTRACT[name] as (store: Store) => Promise<void>)(memoryStore(defect) as Store)).rejects.toThrow();
});
