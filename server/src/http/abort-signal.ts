import type { FastifyReply, FastifyRequest } from 'fastify';

/** Aborts when the client hangs up before it was answered. */
export function abortSignal(request: FastifyRequest, reply: FastifyReply): AbortSignal {
  const controller = new AbortController();
  request.raw.socket.once('close', () => {
    if (!reply.raw.writableEnded) controller.abort();
  });
  return controller.signal;
}
