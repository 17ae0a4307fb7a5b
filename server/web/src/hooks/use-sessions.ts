import { useCallback, useEffect, useRef, useState } from 'react';
import { type ApiError, asApiError, getSessions, isAbort } from '../api.js';
import { appendPage, type Page, refreshTop, removeFrom, replaceIn } from '../merge.js';
import { createRefresher, type Refresher } from '../refresher.js';
import { useLiveChanges } from './use-live.js';

const pageSize = 100;

export interface SessionsState {
  readonly page: Page | null;
  readonly error: ApiError | null;
  readonly loadingMore: boolean;
  loadMore(): void;
  retry(): void;
}

/** The list of sessions that match `q`, kept up to date from the top. */
export function useSessions(q: string): SessionsState {
  const [page, setPage] = useState<Page | null>(null);
  const [error, setError] = useState<ApiError | null>(null);
  const [loadingMore, setLoadingMore] = useState(false);
  const current = useRef<Page | null>(null);
  const refresher = useRef<Refresher>(undefined);

  const show = useCallback((next: Page) => {
    current.current = next;
    setPage(next);
    setError(null);
  }, []);

  useEffect(() => {
    const life = new AbortController();
    // While the first page of a new search is on its way, the old list stays on screen.
    let first = true;

    async function refresh(): Promise<void> {
      try {
        const fresh = await getSessions({ q, limit: pageSize }, life.signal);
        show(first || !current.current ? fresh : refreshTop(current.current, fresh));
        first = false;
      } catch (cause) {
        if (!life.signal.aborted && !isAbort(cause)) setError(asApiError(cause));
      }
    }

    const mine = createRefresher(refresh, { gapMs: 120 });
    refresher.current = mine;
    mine.request();
    return () => {
      life.abort();
      mine.stop();
    };
  }, [q, show]);

  useLiveChanges((change) => {
    const loaded = current.current;
    if (change.kind === 'removed' && loaded) {
      show(removeFrom(loaded, change.sessionIds));
    } else if (change.kind === 'sessions' && loaded && q === '') {
      const known = new Set(loaded.items.map((item) => item.sessionId));
      show(replaceIn(loaded, change.sessions));
      // Where a new one belongs is the server's to say.
      if (change.sessions.every((session) => known.has(session.sessionId))) return;
    }
    refresher.current?.request();
  });

  const loadMore = useCallback(() => {
    const loaded = current.current;
    if (!loaded?.nextCursor || loadingMore) return;
    setLoadingMore(true);
    getSessions({ q, limit: pageSize, cursor: loaded.nextCursor })
      .then((older) => {
        // A refresh in between keeps the cursor unless it started the list anew.
        if (current.current?.nextCursor === loaded.nextCursor) show(appendPage(current.current, older));
      })
      .catch((cause: unknown) => setError(asApiError(cause)))
      .finally(() => setLoadingMore(false));
  }, [q, loadingMore, show]);

  const retry = useCallback(() => refresher.current?.request(), []);
  return { page, error, loadingMore, loadMore, retry };
}
