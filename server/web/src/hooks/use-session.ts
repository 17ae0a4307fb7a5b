import { useCallback, useEffect, useRef, useState } from 'react';
import { type ApiError, asApiError, getSession, isAbort } from '../api.js';
import { createRefresher, type Refresher } from '../refresher.js';
import type { Session } from '../session.js';
import type { ThinSpan } from '../span.js';
import { useLiveChanges } from './use-live.js';

export interface LoadedSession {
  readonly session: Session;
  readonly spans: readonly ThinSpan[];
  /** False while further pages of spans are on their way. */
  readonly complete: boolean;
  /** Grows with every reload. */
  readonly revision: number;
}

export interface SessionState {
  readonly loaded: LoadedSession | null;
  readonly error: ApiError | null;
  retry(): void;
}

/** A session with all its spans. The first page shows at once; a reload shows when it is complete. */
export function useSession(sessionId: string): SessionState {
  const [loaded, setLoaded] = useState<LoadedSession | null>(null);
  const [error, setError] = useState<ApiError | null>(null);
  const refresher = useRef<Refresher>(undefined);

  useEffect(() => {
    const life = new AbortController();
    let revision = 0;

    async function load(): Promise<void> {
      const spans: ThinSpan[] = [];
      let cursor: string | null = null;
      try {
        do {
          const page = await getSession(sessionId, cursor, life.signal);
          for (const span of page.spans) spans.push(span);
          cursor = page.nextCursor;
          if (revision === 0 || cursor === null) {
            setLoaded({ session: page.session, spans: [...spans], complete: cursor === null, revision });
          }
        } while (cursor !== null);
        revision += 1;
        setError(null);
      } catch (cause) {
        if (!life.signal.aborted && !isAbort(cause)) setError(asApiError(cause));
      }
    }

    setLoaded(null);
    setError(null);
    const mine = createRefresher(load, { gapMs: 150, share: 3 });
    refresher.current = mine;
    mine.request();
    return () => {
      life.abort();
      mine.stop();
    };
  }, [sessionId]);

  useLiveChanges((change) => {
    if (change === null || change.includes(sessionId)) refresher.current?.request();
  });

  const retry = useCallback(() => refresher.current?.request(), []);
  return { loaded, error, retry };
}
