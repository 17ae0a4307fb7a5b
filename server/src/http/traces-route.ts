import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { TraceStore } from '../store/trace-store.js';
import { OTLP_TYPES, type OtlpEncoding, statusAnswer, traceAnswer } from '../wire/otlp-answer.js';
import { readBody } from './body.js';
import { asHttpError, HttpError } from './http-error.js';
import type { LiveFeed } from './live-feed.js';
import { noteRefusal } from './request-log.js';
import type { ScopeOf } from './scope.js';

/** OpenTelemetry's own path, HoneyHive's and Langfuse's, so that their exporters need no more than the address. */
export const TRACE_PATHS = ['/v1/traces', '/opentelemetry/v1/traces', '/api/public/otel/v1/traces'];

/** OTLP over HTTP: answered once it is committed. */
export function tracesRoute(app: FastifyInstance, store: TraceStore, feed: LiveFeed, scopeOf: ScopeOf): void {
  for (const path of TRACE_PATHS) {
    app.post(path, async (request, reply) => {
      const encoding = encodingOf(request);
      const scope = scopeOf(request, 'ingest');
      const receipt = await store.ingest(scope, await readBody(request), encoding);
      noteRefusal(request, receipt);
      feed.ask(reply, scope);
      reply.header('content-type', OTLP_TYPES[encoding]).header('x-honeyhive-duplicates', receipt.duplicates);
      return reply.send(traceAnswer(encoding, receipt.rejected, receipt.message));
    });
  }
}

function encodingOf(request: FastifyRequest): OtlpEncoding {
  const type =
    String(request.headers['content-type'] ?? '')
      .split(';')[0]
      ?.trim()
      .toLowerCase() ?? '';
  if (type === 'application/x-protobuf' || type === 'application/protobuf') return 'protobuf';
  if (type === 'application/json') return 'json';
  throw new HttpError(
    415,
    'unsupported_type',
    `content-type ${type === '' ? 'is missing' : `${type.slice(0, 60)} is not supported`}`,
    { field: 'content-type', allowed: 'application/x-protobuf, application/json' },
  );
}

const GRPC_CODES: Record<number, number> = { 400: 3, 401: 16, 403: 7, 404: 5, 413: 8, 415: 3, 429: 8, 503: 14 };

/** OTLP wants google.rpc.Status in the request's own encoding. */
export function sendOtlpError(request: FastifyRequest, reply: FastifyReply, error: unknown): FastifyReply {
  const known = asHttpError(error);
  const encoding: OtlpEncoding = String(request.headers['content-type'] ?? '').includes('json') ? 'json' : 'protobuf';
  return reply
    .code(known.statusCode)
    .header('content-type', OTLP_TYPES[encoding])
    .send(statusAnswer(encoding, GRPC_CODES[known.statusCode] ?? 13, known.message));
}
