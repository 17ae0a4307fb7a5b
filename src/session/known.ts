import { emptyObject, isJsonObject, type JsonObject } from './json.js';
import type { StartOutcome } from './lane.js';

export type StartState = 'unknown' | 'pending' | 'started' | 'given_up';

/** A session whose start went through this process. */
export interface KnownSession {
  state: StartState;
  promise: Promise<StartOutcome>;
  /** What a touch sends: until the start arrived all of it, then only who the session is. */
  identity: JsonObject;
}

/** Enough for every session at work at once; a forgotten one costs a second start, which changes nothing. */
const MOST = 10_000;
const IDENTITY = ['session_id', 'session_name', 'source', 'project'];

export interface KnownSessions {
  get(id: string): KnownSession | undefined;
  add(id: string, promise: Promise<StartOutcome>, body: JsonObject): void;
  set(id: string, state: StartOutcome, body: JsonObject): void;
}

/** The last 10,000 sessions that were started here. */
export function createKnownSessions(): KnownSessions {
  const sessions = new Map<string, KnownSession>();

  /** The oldest that the server has; one that was given up must go on to be made by its spans. */
  function leastMissed(): string {
    let oldest: string | undefined;
    for (const [id, { state }] of sessions) {
      if (state === 'started') return id;
      oldest ??= id;
    }
    return oldest ?? '';
  }

  return {
    get: (id) => sessions.get(id),
    add(id, promise, body) {
      if (sessions.size >= MOST) sessions.delete(leastMissed());
      sessions.set(id, { state: 'pending', promise, identity: body });
    },
    set(id, state, body) {
      const session = sessions.get(id);
      // A touch that was given up does not undo the start before it.
      if (session === undefined || (session.state === 'started' && state === 'given_up')) return;
      session.state = state;
      session.promise = Promise.resolve(state);
      // Sent again, the start's data must not overwrite what enrichment said since.
      if (state === 'started') session.identity = identityOf(body);
    },
  };
}

function identityOf(body: JsonObject): JsonObject {
  const whole = body.session;
  const session = emptyObject();
  if (isJsonObject(whole)) {
    for (const key of IDENTITY) {
      const value = whole[key];
      if (value !== undefined) session[key] = value;
    }
  }
  return { session };
}
