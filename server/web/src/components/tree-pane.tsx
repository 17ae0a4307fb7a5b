import { useVirtualizer } from '@tanstack/react-virtual';
import { useCallback, useDeferredValue, useEffect, useMemo, useRef, useState } from 'react';
import { filterTree } from '../filter.js';
import { formatCount, formatPlural } from '../format.js';
import { useScrollAnchor } from '../hooks/use-scroll-anchor.js';
import { useWidth } from '../hooks/use-width.js';
import { rangeOf, type TimeRange, ticksOf } from '../scale.js';
import type { Session } from '../session.js';
import { branchKeys, SESSION_KEY, type SpanTree, type TreeNode, visibleRows } from '../tree.js';
import { stepInTree } from '../tree-keys.js';
import { Axis, GridLines, tickPx } from './axis.js';
import { TreeRow } from './tree-row.js';
import { TreeToolbar } from './tree-toolbar.js';

const rowHeight = 30;

interface TreePaneProps {
  readonly tree: SpanTree;
  readonly title: string;
  readonly session: Session;
  readonly running: boolean;
  readonly complete: boolean;
  readonly selected: string;
  readonly onSelect: (key: string) => void;
}

function* spansBelow(top: TreeNode) {
  const stack = [top];
  for (let node = stack.pop(); node; node = stack.pop()) {
    if (node.kind === 'span') yield node.span;
    for (const child of node.children) stack.push(child);
  }
}

/** The spans of a session as a tree beside their waterfall. Only the rows on screen exist. */
export function TreePane({ tree, title, session, running, complete, selected, onSelect }: TreePaneProps) {
  const box = useRef<HTMLDivElement>(null);
  const [collapsed, setCollapsed] = useState<ReadonlySet<string>>(new Set());
  const [text, setText] = useState('');
  const [errorsOnly, setErrorsOnly] = useState(false);
  const [zoomKey, setZoomKey] = useState(SESSION_KEY);

  const filterText = useDeferredValue(text);
  const filtered = useMemo(() => filterTree(tree, { text: filterText, errorsOnly }), [tree, filterText, errorsOnly]);
  const rows = useMemo(() => visibleRows(tree, collapsed, filtered?.shown), [tree, collapsed, filtered]);
  const keys = useMemo(() => rows.map((row) => row.key), [rows]);
  const zoomed = tree.byKey.get(zoomKey) ?? tree.root;
  const range: TimeRange = useMemo(() => rangeOf(spansBelow(zoomed)), [zoomed]);

  const track = useRef<HTMLSpanElement>(null);
  const width = useWidth(track);
  const most = Math.min(5, Math.max(1, Math.floor(width / tickPx)));
  const ticks = useMemo(() => ticksOf(range, most), [range, most]);

  const list = useVirtualizer({
    count: rows.length,
    getScrollElement: () => box.current,
    estimateSize: () => rowHeight,
    getItemKey: (index) => keys[index] ?? index,
    overscan: 12,
  });
  useScrollAnchor(box, keys, rowHeight);

  const toggle = useCallback((key: string) => {
    setCollapsed((before) => {
      const after = new Set(before);
      if (!after.delete(key)) after.add(key);
      return after;
    });
  }, []);

  // A span that the address names is brought on screen once, when it is there.
  const revealed = useRef(false);
  const at = keys.indexOf(selected);
  useEffect(() => {
    if (revealed.current || at < 0) return;
    revealed.current = complete || at > 0;
    if (at > 0) list.scrollToIndex(at, { align: 'center' });
  }, [at, complete, list]);

  const onKeyDown = (event: React.KeyboardEvent) => {
    if (event.metaKey || event.ctrlKey || event.altKey) return;
    if (event.key === 'Enter') {
      event.preventDefault();
      box.current?.closest('.split')?.querySelector<HTMLElement>('.panel')?.focus();
      return;
    }
    if (event.key === 'z') {
      setZoomKey(zoomKey === selected ? SESSION_KEY : selected);
      return;
    }
    const pageRows = Math.max(1, Math.floor((box.current?.clientHeight ?? 0) / rowHeight) - 2);
    const step = stepInTree(event.key, rows, at, collapsed, pageRows);
    if (!step) return;
    event.preventDefault();
    if (step.toggle) toggle(step.toggle);
    if (step.select !== undefined) {
      const row = rows[step.select];
      if (row) onSelect(row.key);
      list.scrollToIndex(step.select, { align: 'auto' });
    }
  };

  const items = list.getVirtualItems();
  return (
    <section className="tree-pane" aria-label="Spans">
      <TreeToolbar
        text={text}
        onText={setText}
        errorCount={tree.root.errorsBelow}
        errorsOnly={errorsOnly}
        onErrorsOnly={setErrorsOnly}
        found={filtered ? filtered.hits.size : null}
        canCollapse={collapsed.size === 0}
        onCollapse={() => setCollapsed(collapsed.size === 0 ? branchKeys(tree) : new Set())}
        isZoomed={zoomed !== tree.root}
        onUnzoom={() => setZoomKey(SESSION_KEY)}
      />
      <Axis range={range} ticks={ticks} track={track} width={width} />
      <div className="tree-box" ref={box}>
        <div
          role="tree"
          tabIndex={0}
          aria-label={`Spans of ${title}`}
          aria-activedescendant={at >= 0 ? `row-${at}` : undefined}
          className="tree"
          style={{ height: list.getTotalSize() }}
          onKeyDown={onKeyDown}
        >
          <GridLines range={range} ticks={ticks} />
          {items.map((item) => {
            const node = rows[item.index];
            return (
              node && (
                <TreeRow
                  key={item.key}
                  id={`row-${item.index}`}
                  node={node}
                  title={title}
                  sessionMs={running ? null : session.durationMs}
                  top={item.start}
                  range={range}
                  isSelected={node.key === selected}
                  isCollapsed={collapsed.has(node.key)}
                  isDimmed={filtered !== undefined && node.kind !== 'session' && !filtered.hits.has(node)}
                  onSelect={onSelect}
                  onToggle={toggle}
                  onZoom={setZoomKey}
                />
              )
            );
          })}
        </div>
        {filtered && filtered.hits.size === 0 && <p className="panel-empty">No span matches.</p>}
        {!filtered && complete && tree.root.size === 0 && (
          <p className="panel-empty">No spans yet. They show here when they end.</p>
        )}
      </div>
      {!complete && (
        <div className="tree-more" role="status">
          {formatCount(tree.root.size)} of {formatPlural(session.spanCount, 'span')} loaded …
        </div>
      )}
    </section>
  );
}
