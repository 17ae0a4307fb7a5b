import { asApiError, isAbort, request } from './api.js';
import { fieldsOf, listOf, numberOr, textOf } from './read.js';
import { createEventReader } from './sse.js';

/** `live`: told at once. `polling`: asks every two seconds. `gone`: the server does not answer. `paused`: the tab is hidden. */
export type LiveState = 'connecting' | 'live' | 'polling' | 'gone' | 'paused';

/** Which sessions changed; null when that is unknown and anything may have. */
export type Change = readonly string[] | null;

const pollMs = 2_000;
const retryMs = [500, 1_000, 2_000, 4_000];

/**
 * Tells the page what changed on the server. Only while the tab is visible: a browser opens six connections to one
 * origin over all tabs, and hidden tabs must not hold them.
 */
export function createLive() {
  const listeners = new Set<(change: Change) => void>();
  const watchers = new Set<() => void>();
  let state: LiveState = 'connecting';
  let after: number | null = null;
  let failures = 0;
  let connection: AbortController | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const emit = (change: Change) => {
    for (const listener of listeners) listener(change);
  };
  const become = (next: LiveState) => {
    if (next === state) return;
    state = next;
    for (const watcher of watchers) watcher();
  };

  function onData(data: string): void {
    let raw: unknown;
    try {
      raw = JSON.parse(data);
    } catch {
      return;
    }
    const { seq, sessionIds } = fieldsOf(raw);
    after = numberOr(seq, after);
    if (Array.isArray(sessionIds)) {
      const ids = listOf(sessionIds).map(textOf).filter(Boolean);
      if (ids.length > 0) emit(ids);
    } else {
      emit(null);
    }
  }

  async function listen(signal: AbortSignal): Promise<void> {
    const response = await request(`/api/live${after === null ? '' : `?after=${after}`}`, signal, 'text/event-stream');
    if (!response.headers.get('content-type')?.startsWith('text/event-stream') || !response.body) {
      await response.body?.cancel();
      throw asApiError('no stream');
    }
    failures = 0;
    become('live');
    // What happened between the page's first question and this connection was told to nobody.
    emit(null);
    const read = createEventReader(onData);
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    for (let part = await reader.read(); !part.done; part = await reader.read()) read(part.value);
  }

  async function connect(): Promise<void> {
    clearTimeout(timer);
    connection?.abort();
    const mine = new AbortController();
    connection = mine;
    let pause = retryMs[Math.min(failures, retryMs.length - 1)] as number;
    let hasNoStream = false;
    try {
      await listen(mine.signal);
    } catch (cause) {
      if (mine.signal.aborted || isAbort(cause)) return;
      hasNoStream = state !== 'live' && asApiError(cause).kind !== 'gone';
    }
    if (mine.signal.aborted) return;
    if (hasNoStream) {
      // The server is there but does not tell: ask again and again.
      failures = 0;
      pause = pollMs;
      become('polling');
      emit(null);
    } else {
      failures += 1;
      const wasGone = state === 'gone';
      become(failures > 1 ? 'gone' : 'connecting');
      // Whoever shows data finds out by asking.
      if (state === 'gone' && !wasGone) emit(null);
    }
    timer = setTimeout(connect, pause);
  }

  function follow(): void {
    if (document.visibilityState === 'visible') {
      if (state === 'paused') become('connecting');
      void connect();
    } else {
      clearTimeout(timer);
      connection?.abort();
      become('paused');
    }
  }

  return {
    start(): void {
      document.addEventListener('visibilitychange', follow);
      follow();
    },
    /** Tries again at once, for instance when the user asks for it. */
    retry(): void {
      failures = 0;
      become('connecting');
      void connect();
    },
    onChange(listener: (change: Change) => void): () => void {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    onState(watcher: () => void): () => void {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
    state: () => state,
  };
}

export const live = createLive();
