import fc from 'fast-check';
import { readThinSpan, spanKey, type ThinSpan } from '../../server/web/src/span.js';
import {
  branchKeys,
  buildTree,
  findBySpanId,
  SESSION_KEY,
  type SpanTree,
  type TreeNode,
  visibleRows,
} from '../../server/web/src/tree.js';

const span = (spanId: string, parentSpanId: string | null, startTime = 0, more: object = {}): ThinSpan =>
  readThinSpan({ traceId: 't', spanId, parentSpanId, name: spanId, startTime, durationMs: 1, ...more });

const nameOf = (node: TreeNode) =>
  node.kind === 'span' ? node.span.name : node.kind === 'missing' ? `missing ${node.spanId}` : 'session';
const outline = (tree: SpanTree, collapsed = new Set<string>()) =>
  visibleRows(tree, collapsed).map((node) => `${'.'.repeat(node.depth)}${nameOf(node)}`);

describe('buildTree', () => {
  test('puts children under their parents, in start order, whatever order they came in', () => {
    const tree = buildTree([
      span('late', 'root', 5),
      span('early', 'root', 2),
      span('root', null, 1),
      span('leaf', 'late', 6),
    ]);
    expect(outline(tree)).toEqual(['session', '.root', '..early', '..late', '...leaf']);
  });

  test('shows several roots, and spans whose parent is the session itself as roots', () => {
    expect(outline(buildTree([span('a', null, 1), span('b', 's', 2)], 's'))).toEqual(['session', '.a', '.b']);
  });

  test('gathers orphans under a node that stands for their parent', () => {
    const tree = buildTree([span('x', 'gone', 1), span('root', null, 2), span('y', 'gone', 3), span('z', 'lost', 4)]);
    expect(outline(tree)).toEqual(['session', '.missing gone', '..x', '..y', '.root', '.missing lost', '..z']);
  });

  test('cuts loops at their earliest span', () => {
    const tree = buildTree([
      span('a', 'c', 1),
      span('b', 'a', 2),
      span('c', 'b', 3),
      span('self', 'self', 4),
      span('hangs on', 'b', 5),
    ]);
    expect(outline(tree)).toEqual(['session', '.a', '..b', '...c', '...hangs on', '.self']);
    const marks = [...tree.byKey.values()].map((node) => node.kind === 'span' && node.mark);
    expect(marks.filter(Boolean)).toEqual(['loop', 'loop']);
  });

  test('finds a parent in another trace of the session, and says so', () => {
    const tree = buildTree([span('a', null, 1), span('b', 'a', 2, { traceId: 'u' })]);
    expect(outline(tree)).toEqual(['session', '.a', '..b']);
    expect(findBySpanId(tree, 'b')?.mark).toBe('other-trace');
  });

  test('counts what is below each node', () => {
    const tree = buildTree([
      span('r', null),
      span('a', 'r', 1, { status: 'error' }),
      span('b', 'a', 2, { status: 'error' }),
    ]);
    expect([tree.root.size, tree.root.errorsBelow]).toEqual([3, 2]);
    expect([findBySpanId(tree, 'a')?.size, findBySpanId(tree, 'a')?.errorsBelow]).toEqual([1, 1]);
  });

  test('has no limit of depth', () => {
    const deep = Array.from({ length: 100_000 }, (_, i) => span(`${i}`, i > 0 ? `${i - 1}` : null, i));
    const rows = visibleRows(buildTree(deep), new Set());
    expect(rows.length).toBe(100_001);
    expect(rows.at(-1)?.depth).toBe(100_000);
  });

  test('any spans: each is there exactly once, every chain of parents ends at the root', () => {
    const id = fc.integer({ min: 0, max: 12 }).map(String);
    const arbitrary = fc.array(
      fc.record({ spanId: id, parentSpanId: fc.option(id), traceId: fc.constantFrom('t', 'u'), startTime: fc.nat(20) }),
      { maxLength: 40 },
    );
    fc.assert(
      fc.property(arbitrary, (raw) => {
        const spans = raw.map(readThinSpan);
        const tree = buildTree(spans);
        const rows = visibleRows(tree, new Set());
        const shown = rows.filter((node) => node.kind === 'span').map((node) => node.key);
        expect(shown.length).toBe(new Set(shown).size);
        expect(new Set(shown)).toEqual(new Set(spans.map(spanKey)));
        for (const row of rows) {
          let steps = 0;
          for (let node: TreeNode | null = row; node && node !== tree.root; node = node.parent) steps += 1;
          expect(steps).toBe(row.depth);
        }
      }),
    );
  });
});

describe('visibleRows', () => {
  const tree = buildTree([span('r', null, 1), span('a', 'r', 2), span('b', 'a', 3), span('c', 'r', 4)]);

  test('leaves out what is inside a collapsed node', () => {
    expect(outline(tree, new Set(['t/a']))).toEqual(['session', '.r', '..a', '..c']);
    expect(outline(tree, new Set([SESSION_KEY]))).toEqual(['session']);
    expect(outline(tree, branchKeys(tree))).toEqual(['session', '.r']);
  });
});
