import { useCallback, useEffect, useRef, useState } from 'react';
import { type ApiError, asApiError, getSession, isAbort } from '../api.js';
import { live } from '../live.js';
import { createRefresher, type Refresher } from '../refresher.js';
import type { Session } from '../session.js';
import { spanKey, type ThinSpan } from '../span.js';
import { useLiveChanges } from './use-live.js';

/** So that something shows at once, however long the session is. */
const firstPage = 500;
const nextPages = 10_000;

export interface LoadedSession {
  readonly session: Session;
  readonly spans: readonly ThinSpan[];
  /** False while further pages of spans are on their way. */
  readonly complete: boolean;
  /** Grows with every change. */
  readonly revision: number;
}

export interface SessionState {
  readonly loaded: LoadedSession | null;
  readonly error: ApiError | null;
  retry(): void;
}

interface Arrived {
  session: Session;
  readonly spans: Map<string, ThinSpan>;
}

/**
 * A session with all its spans: loaded page by page, then kept up to date by what the server tells. The first page
 * shows at once; a reload shows when it is complete.
 */
export function useSession(sessionId: string): SessionState {
  const [loaded, setLoaded] = useState<LoadedSession | null>(null);
  const [error, setError] = useState<ApiError | null>(null);
  const loader = useRef<Refresher>(undefined);
  const merger = useRef<Refresher>(undefined);
  const arrived = useRef<Arrived | null>(null);
  const isOpening = useRef(true);

  useEffect(() => {
    const life = new AbortController();
    let known: Map<string, ThinSpan> | null = null;
    let revision = 0;

    const show = (session: Session, spans: ReadonlyMap<string, ThinSpan>, complete: boolean) => {
      revision += 1;
      setLoaded({ session, spans: [...spans.values()], complete, revision });
    };

    async function load(): Promise<void> {
      const spans = new Map<string, ThinSpan>();
      let cursor: string | null = null;
      let seq = 0;
      try {
        do {
          const page = await getSession(sessionId, cursor, life.signal, cursor === null ? firstPage : nextPages);
          if (cursor === null) seq = page.session.seq;
          for (const span of page.spans) spans.set(spanKey(span), span);
          const isFirst: boolean = cursor === null;
          cursor = page.nextCursor;
          if (cursor === null || (isFirst && !known)) show(page.session, spans, cursor === null);
        } while (cursor !== null);
        known = spans;
        setError(null);
        live.follow({ sessionId, seq });
      } catch (cause) {
        if (!life.signal.aborted && !isAbort(cause)) setError(asApiError(cause));
      }
      isOpening.current = false;
    }

    async function merge(): Promise<void> {
      const news = arrived.current;
      arrived.current = null;
      if (!news || !known) return;
      for (const [key, span] of news.spans) known.set(key, span);
      show(news.session, known, true);
    }

    isOpening.current = true;
    loader.current = createRefresher(load, { gapMs: 150, share: 3 });
    merger.current = createRefresher(merge, { gapMs: 100 });
    loader.current.request();
    return () => {
      life.abort();
      loader.current?.stop();
      merger.current?.stop();
      arrived.current = null;
      live.follow(null);
    };
  }, [sessionId]);

  useLiveChanges((change) => {
    if (change.kind === 'spans' && change.session.sessionId === sessionId) {
      arrived.current ??= { session: change.session, spans: new Map() };
      arrived.current.session = change.session;
      for (const span of change.spans) arrived.current.spans.set(spanKey(span), span);
      merger.current?.request();
    } else if ((change.kind === 'unknown' || change.kind === 'removed') && !isOpening.current) {
      // While the session opens there is no need: what changes meanwhile is told once it is followed.
      loader.current?.request();
    } else if (change.kind === 'sessions' && !loaded) {
      // Nothing was there when this page was opened; now there may be.
      if (change.sessions.some((session) => session.sessionId === sessionId)) loader.current?.request();
    }
  });

  const retry = useCallback(() => loader.current?.request(), []);
  return { loaded, error, retry };
}
