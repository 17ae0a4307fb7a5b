import { readThinSpan } from '../../server/web/src/span.js';
import { buildTree, visibleRows } from '../../server/web/src/tree.js';
import { stepInTree } from '../../server/web/src/tree-keys.js';

const span = (spanId: string, parentSpanId: string | null, startTime: number) =>
  readThinSpan({ traceId: 't', spanId, parentSpanId, startTime });
const tree = buildTree([span('a', null, 1), span('b', 'a', 2), span('c', 'b', 3), span('d', null, 4)]);

function press(key: string, at: number, collapsed = new Set<string>()) {
  return stepInTree(key, visibleRows(tree, collapsed), at, collapsed, 3);
}

test('up, down, page and end keys stay inside the tree', () => {
  expect(press('ArrowDown', 1)).toEqual({ select: 2 });
  expect(press('ArrowDown', 4)).toEqual({ select: 4 });
  expect(press('ArrowUp', 0)).toEqual({ select: 0 });
  expect(press('PageDown', 1)).toEqual({ select: 4 });
  expect(press('PageUp', 2)).toEqual({ select: 0 });
  expect(press('Home', 3)).toEqual({ select: 0 });
  expect(press('End', 0)).toEqual({ select: 4 });
});

test('right opens a closed branch, then goes to its first child; on a leaf it does nothing', () => {
  expect(press('ArrowRight', 1, new Set(['t/a']))).toEqual({ toggle: 't/a' });
  expect(press('ArrowRight', 1)).toEqual({ select: 2 });
  expect(press('ArrowRight', 3)).toBeUndefined();
});

test('left closes an open branch, then goes to its parent', () => {
  expect(press('ArrowLeft', 2)).toEqual({ toggle: 't/b' });
  expect(press('ArrowLeft', 3)).toEqual({ select: 2 });
  expect(press('ArrowLeft', 0, new Set(['session']))).toBeUndefined();
});

test('other keys are left alone', () => {
  expect(press('a', 1)).toBeUndefined();
  expect(stepInTree('ArrowDown', [], -1, new Set(), 3)).toBeUndefined();
});

test('with nothing selected, down begins at the top', () => {
  expect(press('ArrowDown', -1)).toEqual({ select: 0 });
});
