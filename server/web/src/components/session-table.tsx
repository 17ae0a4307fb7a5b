// biome-ignore-all lint/a11y/useSemanticElements: a virtual list places its rows itself, which table elements do not allow.
// biome-ignore-all lint/a11y/noStaticElementInteractions: the arrow keys only move between the links.
// biome-ignore-all lint/a11y/useFocusableInteractive: the link in each row takes the focus.
import { defaultRangeExtractor, type Range, useVirtualizer } from '@tanstack/react-virtual';
import { type FocusEvent, type KeyboardEvent, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { useScrollAnchor } from '../hooks/use-scroll-anchor.js';
import { keptList } from '../kept-list.js';
import type { Session } from '../session.js';
import { SessionRow } from './session-row.js';

const rowHeight = 52;
const headings: readonly (readonly [string, string])[] = [
  ['Session', ''],
  ['User', ''],
  ['Started', ''],
  ['Duration', 'number'],
  ['Spans', 'number'],
  ['Errors', 'number'],
  ['Tokens', 'number optional'],
  ['Cost', 'number optional'],
  ['Scores', 'wide'],
];

interface SessionTableProps {
  readonly sessions: readonly Session[];
  readonly hasMore: boolean;
  readonly canLoadMore: boolean;
  readonly loadingMore: boolean;
  readonly onMore: () => void;
}

function rowOf(target: EventTarget): number | undefined {
  const row = target instanceof HTMLElement ? target.closest<HTMLElement>('[data-index]') : null;
  return row ? Number(row.dataset.index) : undefined;
}

/** Up and down move from row to row; the rest is what links do. */
function moveFocus(event: KeyboardEvent<HTMLElement>): void {
  if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
  const row = rowOf(event.target);
  if (row === undefined) return;
  const next = row + (event.key === 'ArrowDown' ? 1 : -1);
  const link = event.currentTarget.querySelector<HTMLElement>(`[data-index="${next}"] a`);
  if (!link) return;
  event.preventDefault();
  link.focus();
}

/** The list of sessions. Only the rows on screen exist, and the one that has the focus, wherever it is. */
export function SessionTable({ sessions, hasMore, canLoadMore, loadingMore, onMore }: SessionTableProps) {
  const box = useRef<HTMLDivElement>(null);
  const keys = useMemo(() => sessions.map((session) => session.sessionId), [sessions]);
  const [focused, setFocused] = useState<string>();
  const rows = useVirtualizer({
    count: sessions.length,
    getScrollElement: () => box.current,
    estimateSize: () => rowHeight,
    getItemKey: (index) => keys[index] ?? index,
    overscan: 8,
    initialOffset: keptList.scrollTop,
    rangeExtractor: (range: Range) => {
      const shown = defaultRangeExtractor(range);
      const at = focused === undefined ? -1 : keys.indexOf(focused);
      return at < 0 || shown.includes(at) ? shown : [...shown, at].sort((a, b) => a - b);
    },
  });
  useScrollAnchor(box, keys, rowHeight);
  useLayoutEffect(() => {
    const element = box.current;
    return () => keptList.keepScroll(element?.scrollTop ?? 0);
  }, []);

  const items = rows.getVirtualItems();
  const last = rows.range?.endIndex ?? 0;
  useEffect(() => {
    if (canLoadMore && last >= sessions.length - 20) onMore();
  }, [canLoadMore, last, sessions.length, onMore]);

  return (
    <div
      className="table-box"
      ref={box}
      onKeyDown={moveFocus}
      onFocus={(event: FocusEvent) => setFocused(keys[rowOf(event.target) ?? -1])}
      onBlur={() => setFocused(undefined)}
    >
      <div role="table" aria-label="Sessions" aria-rowcount={hasMore ? -1 : sessions.length + 1}>
        <div role="row" className="session-row session-head">
          {headings.map(([title, kind]) => (
            <span role="columnheader" className={kind} key={title}>
              {title}
            </span>
          ))}
        </div>
        <div role="rowgroup" className="table-rows" style={{ height: rows.getTotalSize() }}>
          {items.map((item) => {
            const session = sessions[item.index];
            return session && <SessionRow key={item.key} session={session} index={item.index} top={item.start} />;
          })}
        </div>
      </div>
      {loadingMore && <div className="waiting waiting-more" role="status" aria-label="Loading more" />}
    </div>
  );
}
