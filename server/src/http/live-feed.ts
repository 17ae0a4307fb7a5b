import type { FastifyReply } from 'fastify';
import type { Feed } from '../store/announcing.js';
import type { Scope } from '../store/trace-store.js';

/** How long arrivals are gathered before they are told, so that a flood becomes a few messages a second. */
const GATHER_MS = 100;

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

  /** Something went by itself, which says nothing of whether more can be written. */
  removed(): void {
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
