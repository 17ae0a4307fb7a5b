import type { FastifyInstance, FastifyReply } from 'fastify';
import type { Feed } from '../store/announcing.js';
import type { Scope, TraceStore } from '../store/trace-store.js';
import { HttpError } from './http-error.js';
import { numberOf } from './number-of.js';
import type { ScopeOf } from './scope.js';

/** How long arrivals are gathered before they are told, so that a flood becomes a few messages a second. */
const GATHER_MS = 100;
const HEARTBEAT_MS = 15_000;
const MAX_LISTENERS = 200;
/** A listener that does not read is let go once this much waits for it. */
const MAX_WAITING = 4 * 1024 * 1024;

interface Listener {
  readonly scope: Scope;
  wake(): void;
  end(): void;
}

/** Whoever sends while somebody watches is asked for so many seconds to send spans while they run. */
const ASK_S = 120;
const LIVE_HEADER = 'x-honeyhive-live';

/** Tells listeners that something was committed, or that nothing can be. */
export class LiveFeed implements Feed {
  readonly #listeners = new Set<Listener>();
  #timer: NodeJS.Timeout | undefined;
  #refusing: string | null = null;

  /** Why nothing can be written, as long as nothing can: what was said first. */
  get refusing(): string | null {
    return this.#refusing;
  }

  get size(): number {
    return this.#listeners.size;
  }

  committed(): void {
    this.#refusing = null;
    this.#wake();
  }

  refused(why: string): void {
    this.#refusing ??= why;
    this.#wake();
  }

  #wake(): void {
    if (this.#listeners.size === 0 || this.#timer) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      for (const listener of this.#listeners) listener.wake();
    }, GATHER_MS);
  }

  /** Asks the sender of what `scope` may write for spans that still run, as long as somebody sees them. */
  ask(reply: FastifyReply, scope: Scope): void {
    for (const { scope: seen } of this.#listeners) {
      if (seen.project !== undefined && seen.project !== scope.project) continue;
      reply.header(LIVE_HEADER, ASK_S);
      return;
    }
  }

  add(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  close(): void {
    clearTimeout(this.#timer);
    for (const listener of this.#listeners) listener.end();
    this.#listeners.clear();
  }
}

/**
 * Server-sent events from a number of the ingest sequence: `sessions` with the session rows that changed, or, with
 * `?session=`, `spans` with that session's row and its changed spans. `Last-Event-ID` continues after a break. `store`
 * says in `refusing` why nothing can be written (a full disk), and null when that is over.
 */
export function liveRoute(app: FastifyInstance, store: TraceStore, feed: LiveFeed, scopeOf: ScopeOf): void {
  app.get<{ Querystring: { after?: string; session?: string } }>('/api/live', async (request, reply) => {
    const scope = scopeOf(request, 'read');
    if (feed.size >= MAX_LISTENERS) throw new HttpError(503, 'too_many_listeners', 'too many pages listen already');
    const resumed = request.headers['last-event-id'];
    const after = numberOf(
      typeof resumed === 'string' ? resumed : request.query.after,
      'after',
      0,
      Number.MAX_SAFE_INTEGER,
    );
    let seq = after ?? (await store.changes(scope, Number.MAX_SAFE_INTEGER)).seq;
    reply.hijack();
    const { raw } = reply;
    raw.writeHead(200, {
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
      connection: 'keep-alive',
      'x-content-type-options': 'nosniff',
    });
    raw.write(`retry: 1000\nevent: hello\nid: ${seq}\ndata: ${JSON.stringify({ seq })}\n\n`);
    let busy = false;
    let again = false;
    let told: string | null = null;
    const send = async (): Promise<void> => {
      if (busy) {
        again = true;
        return;
      }
      busy = true;
      try {
        do {
          again = false;
          if (told !== feed.refusing) {
            told = feed.refusing;
            raw.write(`event: store\ndata: ${JSON.stringify({ refusing: told })}\n\n`);
          }
          seq = await tell(store, scope, seq, request.query.session, (text) => raw.write(text));
          if (raw.writableLength > MAX_WAITING) raw.destroy();
        } while (again && !raw.destroyed);
      } catch {
        raw.destroy();
      } finally {
        busy = false;
      }
    };
    const remove = feed.add({ scope, wake: () => void send(), end: () => raw.end() });
    const heartbeat = setInterval(() => raw.write(': still here\n\n'), HEARTBEAT_MS);
    raw.on('close', () => {
      clearInterval(heartbeat);
      remove();
    });
    await send();
  });
}

async function tell(
  store: TraceStore,
  scope: Scope,
  from: number,
  session: string | undefined,
  write: (text: string) => void,
): Promise<number> {
  let seq = from;
  for (;;) {
    const changes = await store.changes(scope, seq, session);
    if (session !== undefined) {
      if (changes.sessions.length > 0)
        write(message('spans', changes.seq, { seq: changes.seq, session: changes.sessions[0], spans: changes.spans }));
    } else if (changes.sessions.length > 0) {
      write(message('sessions', changes.seq, { seq: changes.seq, sessions: changes.sessions }));
    }
    seq = Math.max(seq, changes.seq);
    if (!changes.more) return seq;
  }
}

function message(event: string, seq: number, data: unknown): string {
  return `event: ${event}\nid: ${seq}\ndata: ${JSON.stringify(data)}\n\n`;
}
