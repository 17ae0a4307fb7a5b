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

/** Each defect, the promise that must notice it, and by what. */
const NOTICED: [Defect, string, string][] = [
  ['loses a span in three', 'a span that was acknowledged is there, whole', 'span s2 is lost'],
  [
    'loses the last span of a session when listing',
    'a span that was acknowledged is there, whole',
    'the session lists all of them',
  ],
  [
    'loses a session at the edge of a page',
    'sessions are listed newest first and page without gaps',
    'each is listed once',
  ],
  ['forgets updates', 'updates merge by key and are there at once', 'old, new and overwritten keys'],
  ['keeps the same span twice', 'the same span is kept once, however often and with whom it comes', 'six are stored'],
  [
    'lists a span twice',
    'the same span is kept once, however often and with whom it comes',
    'six are listed and counted',
  ],
  [
    'repeats a session on the next page',
    'sessions are listed newest first and page without gaps',
    'each is listed once',
  ],
  ['counts wrongly', 'running totals are those of the spans', 'spans, models, errors'],
  ['lists sessions oldest first', 'sessions are listed newest first and page without gaps', 'newest first'],
  ['lists spans latest first', 'spans of a session come in the order they began', 'in start order'],
  ['keeps the poorer version', 'the richer version wins, whichever comes first', 'the richer one is shown'],
  ['keeps what came last', 'the richer version wins, whichever comes first', 'the richer one is shown'],
  [
    'drops a start that comes late',
    'a start and its end are one span, whichever comes first',
    'end first: what only the start said is kept',
  ],
  [
    'drops the start when the end comes',
    'a start and its end are one span, whichever comes first',
    'start first: what only the start said is kept',
  ],
  [
    'forgets updates of spans',
    'an update of a span is on the span, whichever comes first',
    'span first: it is there, by key',
  ],
  [
    'forgets updates that come before their span',
    'an update of a span is on the span, whichever comes first',
    'update first: it is there, by key',
  ],
  [
    'shows spans of other projects',
    'projects do not see each other, even with the same ids',
    'a span of the other project is not found',
  ],
  [
    'shows sessions of other projects',
    'projects do not see each other, even with the same ids',
    'each has its own session',
  ],
  [
    'lists sessions of other projects',
    'projects do not see each other, even with the same ids',
    'lists show one project',
  ],
  [
    'keeps all projects in one',
    'projects do not see each other, even with the same ids',
    'a span of the other project is not found',
  ],
  [
    'takes what it cannot read',
    'OTLP in both encodings, and what cannot be read is refused without a trace',
    'bad bytes reject with MalformedRequest',
  ],
];

test.each(NOTICED)('a store that %s breaks: %s (%s)', async (defect, name, what) => {
  await expect((CONTRACT[name] as (store: Store) => Promise<void>)(memoryStore(defect) as Store)).rejects.toThrow(what);
});

test('every promise is broken by some defect', () => {
  expect(new Set(NOTICED.map(([, name]) => name))).toEqual(new Set(Object.keys(CONTRACT)));
});
