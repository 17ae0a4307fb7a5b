import type { FastifyInstance, FastifyRequest } from 'fastify';
import { MAX_BODY } from './body.js';
import { HttpError } from './http-error.js';

/** Bodies that are being read, unzipped or written at one time. */
const MAX_BYTES = 96 * 1024 * 1024;
const MAX_REQUESTS = 600;
/** What a request without a length is taken for until it has been read. */
const UNKNOWN_LENGTH = 1024 * 1024;

/** Says no before a body is read, so that overload costs the sender a retry and not this server its memory. */
export function loadLimit(app: FastifyInstance, limits: { bytes?: number; requests?: number } = {}): void {
  const maxBytes = limits.bytes ?? MAX_BYTES;
  const maxRequests = limits.requests ?? MAX_REQUESTS;
  let bytes = 0;
  let requests = 0;
  const held = new WeakMap<FastifyRequest, number>();
  app.addHook('onRequest', async (request, reply) => {
    if (request.method === 'GET' || request.method === 'HEAD') return;
    const declared = Number(request.headers['content-length'] ?? UNKNOWN_LENGTH);
    if (declared > MAX_BODY) {
      reply.header('connection', 'close');
      throw new HttpError(413, 'too_large', `the body is larger than ${MAX_BODY} bytes`);
    }
    if (bytes + declared > maxBytes || requests >= maxRequests) {
      reply.header('connection', 'close');
      throw new HttpError(503, 'overloaded', 'too much is arriving at once; send it again shortly');
    }
    bytes += declared;
    requests++;
    held.set(request, declared);
    const release = (): void => {
      const size = held.get(request);
      if (size === undefined) return;
      held.delete(request);
      bytes -= size;
      requests--;
    };
    reply.raw.once('close', release);
  });
}
