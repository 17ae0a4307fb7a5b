import { spanKey, type ThinSpan } from './span.js';

/**
 * Why a row is not where its span said it belongs.
 * `loop`: its parents lead back to itself, so it was cut off and stands as a root.
 * `other-trace`: its parent is a span of the same session in another trace.
 */
export type TreeMark = 'loop' | 'other-trace';

interface NodeBase {
  readonly key: string;
  readonly children: TreeNode[];
  parent: TreeNode | null;
  depth: number;
  /** Position among its siblings, from 1. */
  position: number;
  /** Spans below this node. */
  size: number;
  /** Failed spans below this node. */
  errorsBelow: number;
}

export interface SpanNode extends NodeBase {
  readonly kind: 'span';
  readonly span: ThinSpan;
  mark: TreeMark | null;
}

/** Stands for a parent that children name but nobody sent. */
export interface MissingNode extends NodeBase {
  readonly kind: 'missing';
  readonly spanId: string;
}

export interface SessionNode extends NodeBase {
  readonly kind: 'session';
}

export type TreeNode = SpanNode | MissingNode | SessionNode;

export interface SpanTree {
  readonly root: SessionNode;
  readonly byKey: ReadonlyMap<string, TreeNode>;
}

export const SESSION_KEY = 'session';

const blank = () => ({ children: [], parent: null, depth: 0, position: 1, size: 0, errorsBelow: 0 });

function inStartOrder(spans: readonly ThinSpan[]): readonly ThinSpan[] {
  const sorted = spans.every((span, i) => i === 0 || (spans[i - 1] as ThinSpan).startTime <= span.startTime);
  return sorted ? spans : [...spans].sort((a, b) => a.startTime - b.startTime);
}

/** Cuts every loop at its earliest span. Walks each chain of parents once. */
function cutLoops(nodes: readonly SpanNode[]): void {
  const walkOf = new Map<TreeNode, number>();
  const order = new Map<TreeNode, number>(nodes.map((node, i) => [node, i]));
  nodes.forEach((start, walk) => {
    let node: TreeNode | null = start;
    while (node && !walkOf.has(node)) {
      walkOf.set(node, walk);
      node = node.parent;
    }
    if (node?.kind !== 'span' || walkOf.get(node) !== walk) return;
    let first: SpanNode = node;
    for (let other = node.parent; other && other !== node; other = other.parent) {
      if (other.kind === 'span' && (order.get(other) ?? 0) < (order.get(first) ?? 0)) first = other;
    }
    first.parent = null;
    first.mark = 'loop';
  });
}

function measure(root: TreeNode): void {
  const order: TreeNode[] = [root];
  for (let i = 0; i < order.length; i += 1) {
    const node = order[i] as TreeNode;
    node.children.forEach((child, at) => {
      child.depth = node.depth + 1;
      child.position = at + 1;
      order.push(child);
    });
  }
  for (let i = order.length - 1; i > 0; i -= 1) {
    const node = order[i] as TreeNode;
    const { parent } = node;
    if (!parent) continue;
    const isSpan = node.kind === 'span';
    parent.size += node.size + (isSpan ? 1 : 0);
    parent.errorsBelow += node.errorsBelow + (isSpan && node.span.status === 'error' ? 1 : 0);
  }
}

/**
 * Arranges a session's spans under one root, in start order. Every span is in the tree exactly once, whatever its
 * parent says: absent parents become marked nodes, loops are cut. No recursion, so depth has no limit.
 */
export function buildTree(spans: readonly ThinSpan[], sessionId?: string): SpanTree {
  const root: SessionNode = { kind: 'session', key: SESSION_KEY, ...blank() };
  const byKey = new Map<string, TreeNode>([[SESSION_KEY, root]]);
  const bySpanId = new Map<string, SpanNode>();
  const nodes: SpanNode[] = [];
  for (const span of inStartOrder(spans)) {
    const key = spanKey(span);
    if (byKey.has(key)) continue;
    const node: SpanNode = { kind: 'span', key, span, mark: null, ...blank() };
    byKey.set(key, node);
    if (!bySpanId.has(span.spanId)) bySpanId.set(span.spanId, node);
    nodes.push(node);
  }

  for (const node of nodes) {
    const { traceId, parentSpanId } = node.span;
    if (!parentSpanId || parentSpanId === sessionId) continue;
    const parentKey = spanKey({ traceId, spanId: parentSpanId });
    const parent = byKey.get(parentKey) ?? bySpanId.get(parentSpanId);
    if (parent) {
      node.parent = parent;
      if (parent.kind === 'span' && parent.span.traceId !== traceId) node.mark = 'other-trace';
    } else {
      const missing: MissingNode = { kind: 'missing', key: parentKey, spanId: parentSpanId, ...blank() };
      byKey.set(parentKey, missing);
      node.parent = missing;
    }
  }
  cutLoops(nodes);

  for (const node of nodes) {
    if (node.parent?.kind === 'missing' && !node.parent.parent) {
      node.parent.parent = root;
      root.children.push(node.parent);
    }
    node.parent ??= root;
    node.parent.children.push(node);
  }
  measure(root);
  return { root, byKey };
}

/** The rows to show, top to bottom: what is not inside a collapsed node and, with a filter, what it lets through. */
export function visibleRows(tree: SpanTree, collapsed: ReadonlySet<string>, shown?: ReadonlySet<TreeNode>): TreeNode[] {
  const rows: TreeNode[] = [];
  const stack: TreeNode[] = [tree.root];
  for (let node = stack.pop(); node; node = stack.pop()) {
    if (shown && node !== tree.root && !shown.has(node)) continue;
    rows.push(node);
    if (collapsed.has(node.key)) continue;
    for (let i = node.children.length - 1; i >= 0; i -= 1) stack.push(node.children[i] as TreeNode);
  }
  return rows;
}

/** Every node that has children, except the root: what "collapse all" closes. */
export function branchKeys(tree: SpanTree): Set<string> {
  const keys = new Set<string>();
  for (const node of tree.byKey.values()) if (node !== tree.root && node.children.length > 0) keys.add(node.key);
  return keys;
}

/** The node of a span id, as the page's address names it; the first one where several traces use the same id. */
export function findBySpanId(tree: SpanTree, spanId: string): SpanNode | undefined {
  for (const node of tree.byKey.values()) if (node.kind === 'span' && node.span.spanId === spanId) return node;
  return undefined;
}
