import { asApiError, isAbort, request } from './api.js';
import { fieldsOf, listOf, numberOr, textOrNull } from './read.js';
import { readSession, type Session } from './session.js';
import { readThinSpan, type ThinSpan } from './span.js';
import { createEventReader } from './sse.js';

/**
 * `live`: told at once. `polling`: asks every two seconds. `locked`: the server wants another key. `gone`: it does not
 * answer. `paused`: the tab is hidden.
 */
export type LiveState = 'connecting' | 'live' | 'polling' | 'locked' | 'gone' | 'paused';

/** `unknown`: anything may have changed. The others carry what changed, as it is now, or what is gone. */
export type Change =
  | { readonly kind: 'unknown' }
  | { readonly kind: 'removed'; readonly sessionIds: readonly string[] }
  | { readonly kind: 'sessions'; readonly sessions: readonly Session[] }
  | { readonly kind: 'spans'; readonly session: Session; readonly spans: readonly ThinSpan[] };

/** One session, from the moment on that its reader already knows. */
export interface Following {
  readonly sessionId: string;
  readonly seq: number;
}

const unknown: Change = { kind: 'unknown' };

interface Said {
  readonly seq: number | null;
  readonly change?: Change;
  /** What was known before does not count any more: numbers of the sequence begin anew. */
  readonly reset?: boolean;
  /** Why the server cannot store anything; null: it can again. */
  readonly refusing?: string | null;
}

/** What a message says, or undefined where it says nothing of interest. */
export function readChange(data: string): Said | undefined {
  let raw: ReturnType<typeof fieldsOf>;
  try {
    raw = fieldsOf(JSON.parse(data));
  } catch {
    return undefined;
  }
  const seq = numberOr(raw.seq, null);
  if (raw.refusing !== undefined) return { seq, refusing: textOrNull(raw.refusing) };
  if (raw.reset === true) return { seq, reset: true, change: unknown };
  if (raw.removed !== undefined) {
    const sessionIds = listOf(raw.removed).filter((id): id is string => typeof id === 'string');
    return { seq, change: { kind: 'removed', sessionIds } };
  }
  if (raw.session !== undefined) {
    return {
      seq,
      change: { kind: 'spans', session: readSession(raw.session), spans: listOf(raw.spans).map(readThinSpan) },
    };
  }
  const sessions = listOf(raw.sessions).map(readSession);
  return sessions.length > 0 ? { seq, change: { kind: 'sessions', sessions } } : { seq };
}

const pollMs = 2_000;
/** Seldom, as a server counts tries with wrong keys. */
const lockedMs = 30_000;
const retryMs = [500, 1_000, 2_000, 4_000];

/**
 * Tells the page what changed on the server. Only while the tab is visible: a browser opens six connections to one
 * origin over all tabs, and hidden tabs must not hold them.
 */
export function createLive() {
  const listeners = new Set<(change: Change) => void>();
  const watchers = new Set<() => void>();
  let state: LiveState = 'connecting';
  let refusing: string | null = null;
  let following: Following | null = null;
  let failures = 0;
  /** The next connection is the first one to what is followed now. */
  let fresh = true;
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
  const refuse = (why: string | null) => {
    if (why === refusing) return;
    refusing = why;
    for (const watcher of watchers) watcher();
  };

  function onData(data: string): void {
    const said = readChange(data);
    if (!said) return;
    if (following && said.seq !== null) {
      following = { ...following, seq: said.reset ? said.seq : Math.max(following.seq, said.seq) };
    }
    if (said.refusing !== undefined) refuse(said.refusing);
    if (said.change) emit(said.change);
  }

  async function listen(signal: AbortSignal): Promise<void> {
    const search = following ? `?session=${encodeURIComponent(following.sessionId)}&after=${following.seq}` : '';
    const response = await request(`/api/live${search}`, signal, 'text/event-stream');
    if (!response.headers.get('content-type')?.startsWith('text/event-stream') || !response.body) {
      await response.body?.cancel();
      throw asApiError('no stream');
    }
    const isFirst = fresh;
    failures = 0;
    fresh = false;
    become('live');
    // What holds now it says first.
    refuse(null);
    // Whoever follows a session has said from where on. Everybody else, and everybody after a break, has to ask again.
    if (!following || !isFirst) emit(unknown);
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
    let isLocked = false;
    try {
      await listen(mine.signal);
    } catch (cause) {
      if (mine.signal.aborted || isAbort(cause)) return;
      const { kind } = asApiError(cause);
      isLocked = kind === 'key';
      hasNoStream = state !== 'live' && kind !== 'gone';
    }
    if (mine.signal.aborted) return;
    if (isLocked) {
      pause = lockedMs;
      become('locked');
    } else if (hasNoStream) {
      // The server is there but does not tell: ask again and again.
      failures = 0;
      pause = pollMs;
      become('polling');
      emit(unknown);
    } else {
      failures += 1;
      const wasGone = state === 'gone';
      become(failures > 1 ? 'gone' : 'connecting');
      // Whoever shows data finds out by asking.
      if (state === 'gone' && !wasGone) emit(unknown);
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
    /** Listens to one session only, or to all. */
    follow(next: Following | null): void {
      const isSame = next?.sessionId === following?.sessionId && (next?.seq ?? 0) >= (following?.seq ?? 0);
      if (isSame) return;
      following = next;
      fresh = true;
      if (state !== 'paused') void connect();
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
    /** Why the server cannot store what arrives, or null. */
    refusing: () => refusing,
  };
}

export const live = createLive();
