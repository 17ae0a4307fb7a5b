import { useEffect, useState } from 'react';
import { type ApiError, asApiError, getSpan, isAbort } from '../api.js';
import type { WholeSpan } from '../span.js';

export interface SpanState {
  /** The span that was asked for last and came; it may still be the one before. */
  readonly span: WholeSpan | null;
  readonly error: ApiError | null;
  retry(): void;
}

/** Held arrow keys pass over many spans; only where they rest is something fetched. */
const restMs = 60;

/** The whole of one span. `revision` asks again without taking away what is on screen. */
export function useSpan(traceId: string, spanId: string, revision: number): SpanState {
  const [span, setSpan] = useState<WholeSpan | null>(null);
  const [error, setError] = useState<ApiError | null>(null);
  const [attempt, setAttempt] = useState(0);

  // biome-ignore lint/correctness/useExhaustiveDependencies: revision and attempt only say that it is time to ask again.
  useEffect(() => {
    const life = new AbortController();
    const timer = setTimeout(() => {
      getSpan(traceId, spanId, life.signal)
        .then((whole) => {
          setSpan(whole);
          setError(null);
        })
        .catch((cause: unknown) => {
          if (!life.signal.aborted && !isAbort(cause)) setError(asApiError(cause));
        });
    }, restMs);
    return () => {
      clearTimeout(timer);
      life.abort();
    };
  }, [traceId, spanId, revision, attempt]);

  return { span, error, retry: () => setAttempt((n) => n + 1) };
}
