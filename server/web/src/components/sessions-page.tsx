import { useDeferredValue, useEffect, useRef, useState } from 'react';
import { formatCount } from '../format.js';
import { navigate } from '../hooks/use-route.js';
import { useSessions } from '../hooks/use-sessions.js';
import { sessionsPath } from '../route.js';
import { EmptyState } from './empty-state.js';
import { Notice, NoticeBar } from './notice.js';
import { QueryHint } from './query-hint.js';
import { SearchBox } from './search-box.js';
import { SessionTable } from './session-table.js';

/** After the last key, so that typing does not ask the server for every letter. */
const restMs = 180;

function useSettled(text: string): string {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), restMs);
    return () => clearTimeout(timer);
  }, [text]);
  return settled;
}

export function SessionsPage({ q }: { readonly q: string }) {
  const [typed, setTyped] = useState(q);
  const settled = useSettled(typed.trim());
  const sessions = useSessions(settled);
  const page = useDeferredValue(sessions.page);
  const written = useRef(q);

  useEffect(() => {
    document.title = 'Sessions · honeyhive-local';
  }, []);
  useEffect(() => {
    written.current = settled;
    navigate(sessionsPath(settled), { replace: true });
  }, [settled]);
  // Back and forward change the address without a key being pressed here.
  useEffect(() => {
    if (q !== written.current) setTyped(q);
  }, [q]);

  const { error, retry } = sessions;
  const hint = settled !== '' && <QueryHint />;
  const isEmpty = page !== null && page.items.length === 0;
  return (
    <main className="page">
      <div className="toolbar">
        <h1>Sessions</h1>
        {page && !isEmpty && (
          <span className="toolbar-count">
            {formatCount(page.items.length)}
            {page.nextCursor && '+'}
          </span>
        )}
        <span className="spacer" />
        <SearchBox
          value={typed}
          onChange={setTyped}
          label="Search sessions"
          hint="Search names, ids, users, content"
          hotkey="/"
        />
      </div>
      {error && page && !isEmpty && <NoticeBar error={error} retry={retry} hint={hint} />}
      {error && (!page || isEmpty) && <Notice error={error} retry={retry} hint={hint} />}
      {!error && !page && <div className="waiting" role="status" aria-label="Loading" />}
      {!error && isEmpty && settled === '' && <EmptyState />}
      {!error && isEmpty && settled !== '' && (
        <div className="notice">
          <h2>Nothing found</h2>
          <p>No session matches “{settled}”.</p>
          {hint}
          <button type="button" className="button" onClick={() => setTyped('')}>
            Show all sessions
          </button>
        </div>
      )}
      {page && !isEmpty && (
        <SessionTable
          sessions={page.items}
          hasMore={page.nextCursor !== null}
          canLoadMore={sessions.canLoadMore}
          loadingMore={sessions.loadingMore}
          onMore={sessions.loadMore}
        />
      )}
    </main>
  );
}
