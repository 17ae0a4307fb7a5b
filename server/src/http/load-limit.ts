import { Transform } from 'node:stream';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { MAX_BODY } from './body-size.js';
import { HttpError } from './http-error.js';

/** Bodies that are being read, unzipped or written at one time. */
const MAX_BYTES = 48 * 1024 * 1024;
const MAX_REQUESTS = 600;

/** What one request takes of the room there is. */
class Held {
  bytes = 0;
  /** Its handler has begun. */
  handled = false;
  /** Its handler has come to an answer. */
  answered = false;
  /** Its connection has nothing more to give or to take. */
  closed = false;
  readonly #room: Room;

  constructor(room: Room) {
    this.#room = room;
  }

  grow(bytes: number): void {
    this.#room.take(bytes, this.bytes);
    this.bytes += bytes;
  }

  /** Who hangs up has not taken back what the store is still at work on. */
  settle(): void {
    if (!this.closed || (this.handled && !this.answered)) return;
    this.#room.give(this.bytes);
    this.bytes = 0;
  }
}

class Room {
  readonly #maxBytes: number;
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** One body alone is never too much, whatever it unzips to. */
  has(bytes: number, own: number): boolean {
    return this.#bytes - own <= 0 || this.#bytes + bytes <= this.#maxBytes;
  }

  take(bytes: number, own: number): void {
    if (!this.has(bytes, own)) throw overloaded();
    this.#bytes += bytes;
  }

  give(bytes: number): void {
    this.#bytes -= bytes;
  }
}

function overloaded(): HttpError {
  return new HttpError(503, 'overloaded', 'too much is arriving at once; send it again shortly');
}

const held = new WeakMap<FastifyRequest, Held>();

/** Counts what a request takes beyond what it said: chunks without a length, and what a body unzips to. */
export function countMore(request: FastifyRequest, bytes: number): void {
  held.get(request)?.grow(bytes);
}

/** Says no before a body is read, so that overload costs the sender a retry and not this server its memory. */
export function loadLimit(app: FastifyInstance, limits: { bytes?: number; requests?: number } = {}): void {
  const room = new Room(limits.bytes ?? MAX_BYTES);
  const maxRequests = limits.requests ?? MAX_REQUESTS;
  let requests = 0;

  app.addHook('onRequest', async (request, reply) => {
    if (request.method === 'GET' || request.method === 'HEAD') return;
    const declared = Number(request.headers['content-length'] ?? 0);
    if (declared > MAX_BODY) {
      reply.header('connection', 'close');
      throw new HttpError(413, 'too_large', `the body is larger than ${MAX_BODY} bytes`);
    }
    if (requests >= maxRequests || !room.has(declared, 0)) {
      reply.header('connection', 'close');
      throw overloaded();
    }
    const own = new Held(room);
    own.grow(declared);
    requests++;
    held.set(request, own);
    reply.raw.once('close', () => {
      requests--;
      own.closed = true;
      own.settle();
    });
  });
  app.addHook('preHandler', async (request) => {
    const own = held.get(request);
    if (own) own.handled = true;
  });
  app.addHook('onSend', async (request) => {
    const own = held.get(request);
    if (!own) return;
    own.answered = true;
    own.settle();
  });

  app.addHook('preParsing', async (request, reply, payload) => {
    if (request.headers['content-length'] !== undefined || !held.has(request)) return payload;
    const counting = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        try {
          countMore(request, chunk.length);
          done(null, chunk);
        } catch (error) {
          reply.header('connection', 'close');
          done(error as Error);
        }
      },
    });
    payload.once('error', (error) => counting.destroy(error));
    return payload.pipe(counting);
  });
}
