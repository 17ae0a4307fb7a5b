import { useCallback, useEffect, useRef, useState } from 'react';
import { type ApiError, asApiError, getSessions, isAbort } from '../api.js';
import { keptList } from '../kept-list.js';
import { appendPage, type Page, refreshTop, removeFrom, replaceIn } from '../merge.js';
import { createRefresher, type Refresher } from '../refresher.js';
import { useLiveChanges } from './use-live.js';

const pageSize = 100;

/** While the first page of a new search is on its way, the list of the one before stays on screen. */
interface Shown extends Page {
  readonly q: string;
}

export interface SessionsState {
  readonly page: Page | null;
  readonly error: ApiError | null;
  readonly loadingMore: boolean;
  /** There is more of what is searched for, and nothing stands against asking for it. */
  readonly canLoadMore: boolean;
  loadMore(): void;
  retry(): void;
}

/** The list of sessions that match `q`, kept up to date from the top. */
export function useSessions(q: string): SessionsState {
  const [shown, setShown] = useState<Shown | null>(() => {
    const page = keptList.page(q);
    return page && { ...page, q };
  });
  const [error, setError] = useState<ApiError | null>(null);
  const [loadingMore, setLoadingMore] = useState(false);
  const current = useRef(shown);
  const refresher = useRef<Refresher>(undefined);

  const show = useCallback((page: Page, of: string) => {
    current.current = { ...page, q: of };
    setShown(current.current);
    keptList.keep(of, page);
  }, []);

  useEffect(() => {
    const life = new AbortController();

    async function refresh(): Promise<void> {
      try {
        const fresh = await getSessions({ q, limit: pageSize }, life.signal);
        show(current.current?.q === q ? refreshTop(current.current, fresh) : fresh, q);
        setError(null);
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
      show(removeFrom(loaded, change.sessionIds), loaded.q);
    } else if (change.kind === 'sessions' && loaded && q === '') {
      const known = new Set(loaded.items.map((item) => item.sessionId));
      show(replaceIn(loaded, change.sessions), loaded.q);
      // Where a new one belongs is the server's to say.
      if (change.sessions.every((session) => known.has(session.sessionId))) return;
    }
    refresher.current?.request();
  });

  // After a failure nothing is asked for by itself: the list would ask again and again. It goes on once a refresh succeeds.
  const canLoadMore = shown?.q === q && shown.nextCursor !== null && error === null && !loadingMore;
  const loadMore = useCallback(() => {
    const cursor = current.current?.nextCursor;
    if (!canLoadMore || !cursor) return;
    // A refresh in between keeps the cursor unless it started the list anew.
    const isStill = () => current.current?.q === q && current.current.nextCursor === cursor;
    setLoadingMore(true);
    getSessions({ q, limit: pageSize, cursor })
      .then((older) => {
        if (current.current && isStill()) show(appendPage(current.current, older), q);
      })
      .catch((cause: unknown) => {
        if (isStill()) setError(asApiError(cause));
      })
      .finally(() => setLoadingMore(false));
  }, [q, canLoadMore, show]);

  const retry = useCallback(() => refresher.current?.request(), []);
  return { page: shown, error, loadingMore, canLoadMore, loadMore, retry };
}
