import type { ThinSpan } from './span.js';
import type { SpanTree, TreeNode } from './tree.js';

export interface SpanFilter {
  /** Words that all must occur in the span's name, type, model, preview, error or evaluators. */
  readonly text: string;
  readonly errorsOnly: boolean;
}

export interface Filtered {
  /** Matches and the way to them. */
  readonly shown: ReadonlySet<TreeNode>;
  readonly hits: ReadonlySet<TreeNode>;
}

function matches(span: ThinSpan, words: readonly string[], errorsOnly: boolean): boolean {
  if (errorsOnly && span.status !== 'error') return false;
  if (words.length === 0) return true;
  const parts = [
    span.name,
    span.eventType,
    span.model,
    span.preview,
    span.errorMessage,
    span.spanId,
    ...span.scores.map((s) => s.name),
  ];
  const text = parts.join('\n').toLowerCase();
  return words.every((word) => text.includes(word));
}

/** Which nodes a filter lets through; undefined when it asks for nothing. */
export function filterTree(tree: SpanTree, filter: SpanFilter): Filtered | undefined {
  const words = filter.text.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0 && !filter.errorsOnly) return undefined;
  const shown = new Set<TreeNode>([tree.root]);
  const hits = new Set<TreeNode>();
  for (const node of tree.byKey.values()) {
    if (node.kind !== 'span' || !matches(node.span, words, filter.errorsOnly)) continue;
    hits.add(node);
    for (let at: TreeNode | null = node; at && !shown.has(at); at = at.parent) shown.add(at);
  }
  return { shown, hits };
}
