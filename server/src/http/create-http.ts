import { STATUS_CODES } from 'node:http';
import { join } from 'node:path';
import fastify, { type FastifyError, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { announcing } from '../store/announcing.js';
import type { TraceStore } from '../store/trace-store.js';
import { MAX_BODY } from './body-size.js';
import { guard } from './guard.js';
import { honeyhiveDataRoutes } from './honeyhive-data.js';
import { honeyhiveEventRoutes } from './honeyhive-events.js';
import { honeyhiveRunRoutes } from './honeyhive-runs.js';
import { honeyhiveSessionRoutes } from './honeyhive-sessions.js';
import { asHttpError, HttpError } from './http-error.js';
import type { Keys } from './keys.js';
import type { LiveFeed } from './live-feed.js';
import { liveRoute } from './live-route.js';
import { loadLimit } from './load-limit.js';
import { openApi, type Route } from './openapi.js';
import { signalAdvice } from './other-signals.js';
import { queryRoutes } from './query-routes.js';
import { RequestLog } from './request-log.js';
import type { ScopeOf } from './scope.js';
import { staticFiles } from './static-files.js';
import { sendOtlpError, TRACE_PATHS, tracesRoute } from './traces-route.js';
import { upkeepRoutes } from './upkeep-routes.js';

export interface HttpOptions {
  store: TraceStore;
  keys: Keys;
  feed: LiveFeed;
  host: string;
  allowedHosts?: readonly string[];
  /** What `/healthz` says of this server, so that another one can recognise it. */
  identity: Record<string, unknown>;
  onError?: (error: unknown) => void;
}

/** Ids are shorter. */
const MAX_PARAM = 200;

const SECURITY_HEADERS = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
};

/** The routes, their limits and their error shape. */
export function createHttp(options: HttpOptions): FastifyInstance {
  const { keys, feed } = options;
  const store = announcing(options.store, feed);
  const scopeOf: ScopeOf = (request, right) => {
    const project = keys.project(request, right);
    return project === undefined ? {} : { project };
  };
  const app = fastify({
    bodyLimit: MAX_BODY,
    requestTimeout: 30_000,
    connectionTimeout: 0,
    keepAliveTimeout: 72_000,
    forceCloseConnections: true,
    logger: false,
    http: { headersTimeout: 10_000, connectionsCheckingInterval: 2000, maxHeaderSize: 16_384 },
    routerOptions: { maxParamLength: MAX_PARAM, ignoreTrailingSlash: true },
    // A path that the router cannot read reaches no hook: what the hooks do is done here.
    frameworkErrors: (error, request, reply) => {
      const known = checked(request) ?? unroutable(error);
      if (known.statusCode === 500) options.onError?.(error);
      log.note(request, known.statusCode, known.message);
      sendError(request, reply.headers(SECURITY_HEADERS), known.statusCode, known.code, known.message, known.details);
    },
  });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  const routes: Route[] = [];
  app.addHook('onRoute', (route) => {
    for (const method of [route.method].flat()) routes.push({ method, url: route.url });
  });
  const log = new RequestLog(keys);
  log.watch(app);
  const check = guard(app, { host: options.host, allowedHosts: options.allowedHosts ?? [], keys });
  const checked = (request: FastifyRequest): HttpError | undefined => {
    try {
      check(request);
      return undefined;
    } catch (error) {
      return asHttpError(error);
    }
  };
  loadLimit(app);
  app.addHook('onSend', async (_request, reply) => {
    reply.headers(SECURITY_HEADERS);
  });
  app.setErrorHandler((error, request, reply) => {
    const known = asHttpError(error);
    if (known.statusCode === 500) options.onError?.(error);
    if (known.statusCode === 503 || known.statusCode === 429) reply.header('retry-after', '1');
    if (known.statusCode === 413) reply.header('connection', 'close');
    return TRACE_PATHS.includes(request.url.split('?')[0] as string)
      ? sendOtlpError(request, reply, known)
      : sendError(request, reply, known.statusCode, known.code, known.message, known.details);
  });

  app.get('/healthz', async (_request, reply) => {
    const { unwritable } = store;
    if (unwritable === undefined) return { status: 'ok', ...options.identity };
    const reason = `nothing can be stored any more: ${unwritable}; restart the server`;
    return reply.code(503).send({ status: 'failing', reason, ...options.identity });
  });
  app.get('/api/openapi.json', async () => openApi(routes));
  app.get('/api/doctor', async (request) => log.report(scopeOf(request, 'read').project));
  tracesRoute(app, store, feed, scopeOf);
  honeyhiveSessionRoutes(app, store, feed, scopeOf);
  honeyhiveEventRoutes(app, store, scopeOf);
  honeyhiveRunRoutes(app, store, scopeOf);
  honeyhiveDataRoutes(app, store, scopeOf);
  queryRoutes(app, store, scopeOf);
  upkeepRoutes(app, store, scopeOf);
  liveRoute(app, store, feed, scopeOf);
  const sendFile = staticFiles(app, join(__dirname, '..', 'web'));

  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split(/[?#]/)[0] as string;
    if (request.method === 'GET' || request.method === 'HEAD') {
      const sent = sendFile(path, reply);
      if (sent) return sent;
    }
    return sendError(
      request,
      reply,
      404,
      'not_found',
      signalAdvice(path) ??
        `${request.method} ${path.slice(0, 200)} does not exist here; traces go to POST /v1/traces, HoneyHive's API is under /session, /events and /v1, queries under /api`,
      { allowed: near(routes, path) },
    );
  });
  return app;
}

/** What a path is that the router could not read; the answer does not repeat it. */
function unroutable(error: FastifyError): HttpError {
  if (error.code === 'FST_ERR_BAD_URL')
    return new HttpError(
      400,
      'bad_url',
      'the path cannot be read: after each % come two hex digits, and together they are UTF-8',
    );
  if (error.code === 'FST_ERR_MAX_PARAM_LENGTH')
    return new HttpError(414, 'too_long', `a part of the path is longer than ${MAX_PARAM} characters`);
  return asHttpError(error);
}

/** Routes that begin like the path that was asked for, else where to read about all of them. */
function near(routes: readonly Route[], path: string): string {
  const first = path
    .split('/')
    .slice(0, path.startsWith('/v1/') || path.startsWith('/api/') ? 3 : 2)
    .join('/');
  const alike = routes.filter((route) => route.method !== 'HEAD' && route.url.startsWith(first) && first.length > 1);
  return alike.length > 0
    ? alike
        .slice(0, 12)
        .map((route) => `${route.method} ${route.url}`)
        .join(', ')
    : 'GET /api/openapi.json lists all there is';
}

function sendError(
  request: FastifyRequest,
  reply: FastifyReply,
  statusCode: number,
  code: string,
  message: string,
  details: { field?: string; allowed?: string } = {},
): FastifyReply {
  const error = { code, message, ...details };
  const own = request.url.startsWith('/api/');
  const body = own ? { error } : { error, statusCode, message, success: false };
  return reply
    .code(statusCode)
    .header('content-type', 'application/json; charset=utf-8')
    .send(JSON.stringify(body) || STATUS_CODES[statusCode]);
}
