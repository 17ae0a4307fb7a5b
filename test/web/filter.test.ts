import { filterTree } from '../../server/web/src/filter.js';
import { readThinSpan } from '../../server/web/src/span.js';
import { buildTree, visibleRows } from '../../server/web/src/tree.js';

const span = (spanId: string, parentSpanId: string | null, startTime: number, more: object = {}) =>
  readThinSpan({ traceId: 't', spanId, parentSpanId, name: spanId, startTime, ...more });

const tree = buildTree([
  span('Desk.ask', null, 1, { eventType: 'chain' }),
  span('Retriever.search', 'Desk.ask', 2, { eventType: 'tool', preview: 'Zürich' }),
  span('Answerer.complete', 'Desk.ask', 3, {
    eventType: 'model',
    model: 'small-1',
    status: 'error',
    errorMessage: 'Timed out',
    scores: { f1_score: 0.2 },
  }),
  span('Other', null, 4),
]);

function found(text: string, errorsOnly = false) {
  const filtered = filterTree(tree, { text, errorsOnly });
  if (!filtered) return undefined;
  const names = (nodes: Iterable<{ kind: string }>) =>
    [...nodes].map((node) => ('span' in node ? (node.span as { name: string }).name : node.kind));
  return { hits: names(filtered.hits), rows: names(visibleRows(tree, new Set(), filtered.shown)) };
}

test('asking for nothing filters nothing', () => {
  expect(found('')).toBeUndefined();
  expect(found('   ')).toBeUndefined();
});

test('a match shows with the way to it', () => {
  expect(found('search')).toEqual({ hits: ['Retriever.search'], rows: ['session', 'Desk.ask', 'Retriever.search'] });
});

test.each(['MODEL', 'small-1', 'timed out', 'f1_score', 'answerer timed'])('%s finds the answerer', (text) => {
  expect(found(text)?.hits).toEqual(['Answerer.complete']);
});

test('previews are searched, in any case', () => {
  expect(found('zÜRICH')?.hits).toEqual(['Retriever.search']);
});

test('only errors, also together with words', () => {
  expect(found('', true)?.hits).toEqual(['Answerer.complete']);
  expect(found('retriever', true)).toEqual({ hits: [], rows: ['session'] });
});
