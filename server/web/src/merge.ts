import type { Session } from './session.js';

export interface Page {
  readonly items: readonly Session[];
  readonly nextCursor: string | null;
}

/** Adds an older page below what is there. */
export function appendPage(loaded: Page, older: Page): Page {
  const known = new Set(loaded.items.map((item) => item.sessionId));
  return {
    items: [...loaded.items, ...older.items.filter((item) => !known.has(item.sessionId))],
    nextCursor: older.nextCursor,
  };
}

/**
 * Puts a fresh first page over what is there: new sessions come on top, changed ones change in place, those that are
 * gone go. Where the two have nothing in common more than a page is new, and what is below is asked for again.
 */
export function refreshTop(loaded: Page, fresh: Page): Page {
  if (fresh.nextCursor === null) return fresh;
  const inFresh = new Set(fresh.items.map((item) => item.sessionId));
  const lastShared = loaded.items.findLastIndex((item) => inFresh.has(item.sessionId));
  if (lastShared < 0) return fresh;
  const below = loaded.items.slice(lastShared + 1);
  return below.length > 0 ? { items: [...fresh.items, ...below], nextCursor: loaded.nextCursor } : fresh;
}

/** Replaces sessions that are there already; the order stays. */
export function replaceIn(loaded: Page, changed: readonly Session[]): Page {
  const byId = new Map(changed.map((item) => [item.sessionId, item]));
  return { ...loaded, items: loaded.items.map((item) => byId.get(item.sessionId) ?? item) };
}

/** Takes sessions out that are gone. */
export function removeFrom(loaded: Page, sessionIds: readonly string[]): Page {
  const gone = new Set(sessionIds);
  return { ...loaded, items: loaded.items.filter((item) => !gone.has(item.sessionId)) };
}
