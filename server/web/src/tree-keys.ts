import type { TreeNode } from './tree.js';

export interface TreeStep {
  /** The row to go to. */
  readonly select?: number;
  /** The node to open or close. */
  readonly toggle?: string;
}

const clampTo = (index: number, rows: readonly TreeNode[]) => Math.min(rows.length - 1, Math.max(0, index));

/** What a key does in the tree, by the usual rules for trees; undefined where it does nothing. */
export function stepInTree(
  key: string,
  rows: readonly TreeNode[],
  at: number,
  collapsed: ReadonlySet<string>,
  pageRows: number,
): TreeStep | undefined {
  if (rows.length === 0) return undefined;
  const row = rows[at];
  const isBranch = row !== undefined && row.children.length > 0;
  switch (key) {
    case 'ArrowDown':
      return { select: clampTo(at + 1, rows) };
    case 'ArrowUp':
      return { select: clampTo(at - 1, rows) };
    case 'PageDown':
      return { select: clampTo(at + pageRows, rows) };
    case 'PageUp':
      return { select: clampTo(at - pageRows, rows) };
    case 'Home':
      return { select: 0 };
    case 'End':
      return { select: rows.length - 1 };
    case 'ArrowRight':
      if (!row || !isBranch) return undefined;
      return collapsed.has(row.key) ? { toggle: row.key } : { select: clampTo(at + 1, rows) };
    case 'ArrowLeft':
      if (!row) return undefined;
      if (isBranch && !collapsed.has(row.key)) return { toggle: row.key };
      return row.parent ? { select: rows.indexOf(row.parent) } : undefined;
    case ' ':
      return row && isBranch ? { toggle: row.key } : undefined;
    default:
      return undefined;
  }
}
