// biome-ignore-all lint/a11y/useSemanticElements: a virtual list places its rows itself, which table elements do not allow.
// biome-ignore-all lint/a11y/noStaticElementInteractions: the arrow keys only move between the links.
// biome-ignore-all lint/a11y/useFocusableInteractive: the link in each row takes the focus.
import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, useEffect, useMemo, useRef } from 'react';
import { useScrollAnchor } from '../hooks/use-scroll-anchor.js';
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
  readonly loadingMore: boolean;
  readonly onMore: () => void;
}

/** Up and down move from row to row; the rest is what links do. */
function moveFocus(event: KeyboardEvent<HTMLElement>): void {
  if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
  const row = event.target instanceof HTMLElement ? event.target.closest<HTMLElement>('[data-index]') : null;
  if (!row) return;
  const next = Number(row.dataset.index) + (event.key === 'ArrowDown' ? 1 : -1);
  const link = event.currentTarget.querySelector<HTMLElement>(`[data-index="${next}"] a`);
  if (!link) return;
  event.preventDefault();
  link.focus();
}

/** The list of sessions. Only the rows on screen exist. */
export function SessionTable({ sessions, hasMore, loadingMore, onMore }: SessionTableProps) {
  const box = useRef<HTMLDivElement>(null);
  const keys = useMemo(() => sessions.map((session) => session.sessionId), [sessions]);
  const rows = useVirtualizer({
    count: sessions.length,
    getScrollElement: () => box.current,
    estimateSize: () => rowHeight,
    getItemKey: (index) => keys[index] ?? index,
    overscan: 8,
  });
  useScrollAnchor(box, keys, rowHeight);

  const items = rows.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (hasMore && !loadingMore && last >= sessions.length - 20) onMore();
  }, [hasMore, loadingMore, last, sessions.length, onMore]);

  return (
    <div className="table-box" ref={box} onKeyDown={moveFocus}>
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
