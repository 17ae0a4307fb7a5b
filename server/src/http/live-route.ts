import type { FastifyInstance } from 'fastify';
import type { Scope, TraceStore } from '../store/trace-store.js';
import { EVENT_STREAM, EventStream } from './event-stream.js';
import { HttpError } from './http-error.js';
import type { LiveFeed } from './live-feed.js';
import { numberOf } from './number-of.js';
import type { ScopeOf } from './scope.js';
import { singleValues } from './single-values.js';

const HEARTBEAT_MS = 15_000;
const MAX_LISTENERS = 200;

/**
 * Server-sent events from a number of the ingest sequence: `sessions` with the session rows that changed, or, with
 * `?session=`, `spans` with that session's row and its changed spans; `removed` with the ids of sessions that went;
 * `reset` where the number is of another file or too old, and everything has to be read anew. `Last-Event-ID` continues
 * after a break. `store` says in `refusing` why nothing can be written (a full disk), and null when that is over.
 */
export function liveRoute(app: FastifyInstance, store: TraceStore, feed: LiveFeed, scopeOf: ScopeOf): void {
  app.get<{ Querystring: { after?: string; session?: string } }>('/api/live', async (request, reply) => {
    const scope = scopeOf(request, 'read');
    const { after: from, session } = singleValues(request.query);
    if (feed.size >= MAX_LISTENERS) throw new HttpError(503, 'too_many_listeners', 'too many pages listen already');
    const resumed = request.headers['last-event-id'];
    const after = numberOf(typeof resumed === 'string' ? resumed : from, 'after', 0, Number.MAX_SAFE_INTEGER);
    // Made of this route by itself, and answered without what never ends.
    if (request.method === 'HEAD') return reply.headers(EVENT_STREAM).send();
    const stream = new EventStream(reply);
    const { seq } = await store.changes(scope, Number.MAX_SAFE_INTEGER);
    if (stream.closed) return;
    stream.open(seq);
    const follower = new Follower(store, scope, after ?? seq, session, stream, feed);
    const remove = feed.add({ scope, wake: () => void follower.wake(), end: () => stream.end() });
    const heartbeat = setInterval(() => stream.beat(), HEARTBEAT_MS);
    stream.onClose(() => {
      clearInterval(heartbeat);
      remove();
    });
    await follower.wake();
    return reply;
  });
}

/** Tells one stream what changed, one time after the other. */
class Follower {
  readonly #store: TraceStore;
  readonly #scope: Scope;
  readonly #session: string | undefined;
  readonly #stream: EventStream;
  readonly #feed: LiveFeed;
  #seq: number;
  #refusing: string | null = null;
  #busy = false;
  #again = false;

  constructor(
    store: TraceStore,
    scope: Scope,
    seq: number,
    session: string | undefined,
    stream: EventStream,
    feed: LiveFeed,
  ) {
    this.#store = store;
    this.#scope = scope;
    this.#seq = seq;
    this.#session = session;
    this.#stream = stream;
    this.#feed = feed;
  }

  async wake(): Promise<void> {
    this.#again = true;
    if (this.#busy) return;
    this.#busy = true;
    try {
      while (this.#again && !this.#stream.closed) {
        this.#again = false;
        if (this.#refusing !== this.#feed.refusing) {
          this.#refusing = this.#feed.refusing;
          this.#stream.say('store', { refusing: this.#refusing });
        }
        await this.#tell();
      }
    } catch {
      this.#stream.destroy();
    } finally {
      this.#busy = false;
    }
  }

  async #tell(): Promise<void> {
    let cursor: string | undefined;
    while (!this.#stream.closed) {
      const page = await this.#store.changes(this.#scope, this.#seq, { session: this.#session, cursor });
      const { seq, sessions, spans, removed, reset, next } = page;
      if (reset) {
        this.#seq = seq;
        this.#stream.say('reset', { seq, reset: true }, seq);
        return;
      }
      // Before the last page a client that comes back has to begin where this telling began.
      const id = next === null ? seq : this.#seq;
      if (removed.length > 0) this.#stream.say('removed', { seq: id, removed }, id);
      if (sessions.length > 0 && this.#session === undefined) this.#stream.say('sessions', { seq: id, sessions }, id);
      else if (sessions.length > 0) this.#stream.say('spans', { seq: id, session: sessions[0], spans }, id);
      await this.#stream.ready();
      if (next === null) {
        this.#seq = seq;
        return;
      }
      cursor = next;
    }
  }
}
