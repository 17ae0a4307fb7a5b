import { appendPage, refreshTop, removeFrom, replaceIn } from '../../server/web/src/merge.js';
import { readSession } from '../../server/web/src/session.js';

const page = (ids: string, nextCursor: string | null, spanCount = 0) => ({
  items: [...ids].map((sessionId) => readSession({ sessionId, spanCount })),
  nextCursor,
});
const ids = (of: { items: readonly { sessionId: string }[] }) => of.items.map((item) => item.sessionId).join('');

test('an older page comes below, without repeating what is there', () => {
  const both = appendPage(page('abc', 'c1'), page('cde', 'c2'));
  expect([ids(both), both.nextCursor]).toEqual(['abcde', 'c2']);
});

test('new sessions come on top, the pages below stay, and so does the place to go on from', () => {
  const next = refreshTop(page('abcdef', 'after f'), page('xyab', 'after b'));
  expect([ids(next), next.nextCursor]).toEqual(['xyabcdef', 'after f']);
});

test('changed sessions are the fresh ones', () => {
  const next = refreshTop(page('ab', 'k'), page('ab', 'k', 7));
  expect(next.items.map((item) => item.spanCount)).toEqual([7, 7]);
});

test('sessions that are gone go', () => {
  expect(ids(refreshTop(page('abcdef', 'k'), page('acd', 'after d')))).toBe('acdef');
  expect(ids(refreshTop(page('abcdef', 'k'), page('ad', null)))).toBe('ad');
});

test('when more than a page is new there is no gap: the list begins anew', () => {
  const next = refreshTop(page('abc', 'after c'), page('xyz', 'after z'));
  expect([ids(next), next.nextCursor]).toEqual(['xyz', 'after z']);
});

test('single sessions change in place', () => {
  const next = replaceIn(page('abc', 'k'), page('bz', null, 3).items);
  expect(next.items.map((item) => `${item.sessionId}${item.spanCount}`)).toEqual(['a0', 'b3', 'c0']);
});

test('what is said to be gone goes from wherever it stands', () => {
  const next = removeFrom(page('abcd', 'k'), ['b', 'd', 'x']);
  expect([ids(next), next.nextCursor]).toEqual(['ac', 'k']);
});
