import type * as http from 'node:http';
import type * as https from 'node:https';
import type { AxiosInstance, AxiosResponse } from 'axios';
import { messageOf } from '../base/errors.js';
import { platform } from '../base/platform.js';
import { isCredential, isLoopback, wouldExpose } from '../delivery/credentials.js';
import { isSuccess } from '../delivery/http.js';
import { LIVE_HEADER, liveSeconds } from '../delivery/response.js';
import { asksToWait, isRetryable } from '../delivery/retry.js';
import { untraced } from '../delivery/untraced.js';
import { type Answer, unreachable } from './answer.js';

const ATTEMPT_MS = 5_000;
/** Nothing in an answer is needed beyond its status and the reason of a refusal. */
const ANSWER_BYTES = 1024 * 1024;
const REASON_LENGTH = 300;

interface Requester {
  readonly request: AxiosInstance['request'];
  /** Ends its connections, those in use too. */
  destroy(): void;
}

export interface ClientOptions {
  /** Base URL without a trailing slash. */
  serverUrl: string;
  headers: Readonly<Record<string, string>>;
  /** Whether credentials may travel over plain http to another machine. */
  allowInsecure: boolean;
  /** The server asks, for so many seconds, for spans while they run. */
  onLive?: ((seconds: number) => void) | undefined;
}

export interface SessionClient {
  /** As each request carries them. */
  readonly headers: Readonly<Record<string, string>>;
  readonly origin: string;
  readonly startUrl: string;
  readonly eventsUrl: string;
  /** One attempt, 5 s at most. Never rejects. */
  send(method: 'POST' | 'PUT', url: string, body: string): Promise<Answer>;
  /** Ends its connections; nothing is sent any more. */
  close(): void;
}

/** HoneyHive's REST API for sessions, over axios (loaded with the first request). */
export function createClient({ serverUrl, headers, allowInsecure, onLive }: ClientOptions): SessionClient {
  const base = withoutSlash(serverUrl);
  const target = new URL(base);
  const local = isLoopback(target.hostname);
  const insecure = !allowInsecure && wouldExpose(base, headers);
  const secrets = secretsOf(headers);
  const sent = { ...headers, 'Content-Type': 'application/json', Accept: 'application/json' };
  let axios: Promise<Requester> | undefined;
  let closed = false;

  async function send(method: 'POST' | 'PUT', url: string, body: string): Promise<Answer> {
    if (insecure) {
      return {
        kind: 'held',
        cause: 'insecure',
        problem: `the API key is not sent over plain http to ${target.hostname}: use https, or set allowInsecure: true (HH_ALLOW_INSECURE)`,
      };
    }
    if (closed) return unreachable('CLOSED', target);
    try {
      axios ??= makeAxios(local);
      const client = await axios;
      const signal = AbortSignal.timeout(ATTEMPT_MS);
      const request = (): Promise<AxiosResponse<unknown>> =>
        untraced(() => client.request<unknown>({ method, url, data: body, headers: { ...sent }, signal }));
      // A connection that the server closed while it was idle: nothing was wrong with the request.
      const response = await request().catch((error: unknown) =>
        wasStale(error) && !closed ? request() : Promise.reject(error),
      );
      const live = liveSeconds(response.headers[LIVE_HEADER]);
      if (live > 0) onLive?.(live);
      return judge(response, target, secrets);
    } catch (error) {
      // The status line has said that the data arrived; what was to follow is worth no second attempt.
      return wasTaken(error) ? { kind: 'ok' } : unreachable(codeOf(error), target);
    }
  }

  return {
    headers: sent,
    origin: target.origin,
    startUrl: `${base}/session/start`,
    eventsUrl: `${base}/events`,
    send,
    close() {
      closed = true;
      void axios?.then(({ destroy }) => destroy()).catch(() => undefined);
    },
  };
}

/** A client of our own: neither the interceptors nor the defaults that the program gave to its axios apply. */
async function makeAxios(local: boolean): Promise<Requester> {
  const { Axios } = await import('axios');
  const httpAgent = new (platform('node:http').Agent)(AGENT);
  const httpsAgent = new (platform('node:https').Agent)(AGENT);
  const axios = new Axios({
    httpAgent,
    httpsAgent,
    timeout: ATTEMPT_MS,
    // Credentials must not follow a redirect.
    maxRedirects: 0,
    maxContentLength: ANSWER_BYTES,
    maxBodyLength: Number.POSITIVE_INFINITY,
    responseType: 'text',
    transformRequest: [(data: unknown) => data],
    transformResponse: [(data: unknown) => data],
    validateStatus: () => true,
    transport: { request: requestWithoutHold },
    // A proxy of the environment is not asked for the way to this very machine.
    ...(local ? { proxy: false as const } : {}),
  } as ConstructorParameters<typeof Axios>[0]);
  return {
    request: (config) => axios.request(config),
    destroy() {
      httpAgent.destroy();
      httpsAgent.destroy();
    },
  };
}

const AGENT = { keepAlive: true, maxSockets: 8, maxFreeSockets: 2, timeout: 30_000 } as const;

/** `http.request` whose socket does not keep the process alive. */
function requestWithoutHold(
  options: https.RequestOptions,
  onResponse: (response: http.IncomingMessage) => void,
): http.ClientRequest {
  const request = platform(options.protocol === 'https:' ? 'node:https' : 'node:http').request(options, onResponse);
  request.on('socket', (socket) => socket.unref());
  return request;
}

function wasStale(error: unknown): boolean {
  const { code, request, response } = (typeof error === 'object' && error !== null ? error : {}) as {
    code?: unknown;
    request?: { reusedSocket?: unknown };
    response?: unknown;
  };
  return (code === 'ECONNRESET' || code === 'EPIPE') && request?.reusedSocket === true && response === undefined;
}

function wasTaken(error: unknown): boolean {
  const { request } = (typeof error === 'object' && error !== null ? error : {}) as {
    request?: { res?: { statusCode?: unknown } };
  };
  const status = request?.res?.statusCode;
  return typeof status === 'number' && isSuccess(status);
}

function judge({ status, headers, data }: AxiosResponse<unknown>, target: URL, secrets: readonly string[]): Answer {
  if (isSuccess(status)) return { kind: 'ok' };
  if (status === 401 || status === 403) {
    const problem = `${target.origin} refused the API key (${status}): check HH_API_KEY and the project it belongs to`;
    return { kind: 'held', cause: 'key', problem };
  }
  if (status >= 300 && status < 400) {
    const problem = `${target.origin} answers with a redirect (${status}), which the API key does not follow: set serverUrl (HH_API_URL) to its final address`;
    return { kind: 'held', cause: 'redirect', problem };
  }
  if (isRetryable(status)) {
    const after: unknown = headers['retry-after'];
    const retryAfter = typeof after === 'string' ? after : undefined;
    return {
      kind: 'retry',
      cause: String(status),
      problem: `${target.origin} answered ${status}`,
      everyone: status === 429 || status === 503,
      retryAfter,
      asked: asksToWait(retryAfter),
    };
  }
  return { kind: 'refused', status, problem: scrub(reasonOf(data), secrets) };
}

/** The reason in a refusal's body: JSON with a message, or the text itself. */
function reasonOf(data: unknown): string {
  if (typeof data !== 'string' || data === '') return 'no reason given';
  let reason = data;
  try {
    const body = JSON.parse(data) as { message?: unknown; error?: unknown; detail?: unknown } | null;
    const inner = body?.error;
    const found =
      body?.message ??
      (typeof inner === 'object' && inner !== null ? (inner as { message?: unknown }).message : inner) ??
      body?.detail;
    if (typeof found === 'string') reason = found;
  } catch {
    // Not JSON: the text is the reason.
  }
  return reason.length > REASON_LENGTH ? `${reason.slice(0, REASON_LENGTH)}…` : reason;
}

function codeOf(error: unknown): string {
  const { code, cause } = (typeof error === 'object' && error !== null ? error : {}) as {
    code?: unknown;
    cause?: unknown;
  };
  const inner = (typeof cause === 'object' && cause !== null ? (cause as { code?: unknown }).code : undefined) ?? code;
  if (code === 'ERR_CANCELED' || code === 'ECONNABORTED' || code === 'ETIMEDOUT') return 'TIMEOUT';
  return typeof inner === 'string' ? inner : typeof code === 'string' ? code : messageOf(error).slice(0, 80);
}

function withoutSlash(url: string): string {
  let end = url.length;
  while (url[end - 1] === '/') end -= 1;
  return url.slice(0, end);
}

function secretsOf(headers: Readonly<Record<string, string>>): string[] {
  return Object.entries(headers)
    .filter(([name]) => isCredential(name))
    .map(([, value]) => value.replace(/^\S+\s+/, ''))
    .filter((value) => value.length > 3);
}

function scrub(text: string, secrets: readonly string[]): string {
  return secrets.reduce((clean, secret) => clean.split(secret).join('[REDACTED]'), text);
}
