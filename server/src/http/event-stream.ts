import type { FastifyReply } from 'fastify';

/** A listener that does not read what it was told is let go after so long. */
const STALLED_MS = 60_000;

export const EVENT_STREAM = {
  'content-type': 'text/event-stream',
  'cache-control': 'no-store',
  'x-accel-buffering': 'no',
};

/** An answer that goes on, and waits for whoever reads it. */
export class EventStream {
  readonly #reply: FastifyReply;
  #closed = false;
  readonly #onClose: (() => void)[] = [];
  #drained: Promise<void> | undefined;

  /** From here on a client that has gone is noticed. */
  constructor(reply: FastifyReply) {
    this.#reply = reply;
    reply.raw.once('close', () => {
      this.#closed = true;
      for (const act of this.#onClose) act();
    });
  }

  get closed(): boolean {
    return this.#closed;
  }

  onClose(act: () => void): void {
    if (this.#closed) act();
    else this.#onClose.push(act);
  }

  open(seq: number): void {
    this.#reply.hijack();
    this.#reply.raw.writeHead(200, {
      ...EVENT_STREAM,
      connection: 'keep-alive',
      'x-content-type-options': 'nosniff',
    });
    this.#reply.raw.write('retry: 1000\n');
    this.say('hello', { seq }, seq);
  }

  /** `id` is where a client that comes back goes on. */
  say(event: string, data: object, id?: number): void {
    if (this.#closed) return;
    const { raw } = this.#reply;
    const numbered = id === undefined ? '' : `id: ${id}\n`;
    if (raw.write(`event: ${event}\n${numbered}data: ${JSON.stringify(data)}\n\n`) || this.#drained) return;
    this.#drained = new Promise((resolve) => {
      // Who does not read for so long has to come back.
      const stalled = setTimeout(() => raw.destroy(), STALLED_MS);
      const done = (): void => {
        clearTimeout(stalled);
        this.#drained = undefined;
        resolve();
      };
      raw.once('drain', done);
      raw.once('close', done);
    });
  }

  /** Keeps what lies between from giving the connection up; not where the client has enough to read. */
  beat(): void {
    if (!this.#closed && !this.#drained) this.#reply.raw.write(': still here\n\n');
  }

  /** Resolves when what was said has gone out. */
  ready(): Promise<void> {
    return this.#drained ?? Promise.resolve();
  }

  end(): void {
    this.#reply.raw.end();
  }

  destroy(): void {
    this.#reply.raw.destroy();
  }
}
