import type { ClientRequest, Agent as HttpAgent, IncomingMessage } from 'node:http';
import type { Agent as HttpsAgent } from 'node:https';
import type { Socket } from 'node:net';
import { platform } from '../base/platform.js';
import { clearTimeout, now, setTimeout } from '../base/timers.js';
import { untraced } from './untraced.js';

/** One request, as it goes out. */
export interface HttpMessage {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** What came of one attempt: a status, or the error that stood in its way. */
export interface HttpOutcome {
  readonly status?: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The answer's body, inflated; empty where it was too long, came too slowly or could not be read. */
  readonly body: Buffer;
  readonly error?: NodeJS.ErrnoException;
}

export interface Poster {
  /** Never rejects. `timeoutMs` is wall-clock time for the whole attempt; default 10,000. */
  post(message: HttpMessage, timeoutMs?: number): Promise<HttpOutcome>;
  /** Ends idle connections. */
  close(): void;
}

const ATTEMPT_MS = 10_000;
/** Once the status line says 2xx the data has arrived; the rest of the answer is worth no more than this. */
const BODY_MS = 2_000;
const MAX_RESPONSE_BYTES = 4 * 1024 * 1024;
const EMPTY = Buffer.alloc(0);

/** Why an attempt ended early. */
export const TIMEOUT_CODE = 'HONEYHIVE_TIMEOUT';

/**
 * Posts requests over HTTP/1.1 with connections kept alive. It never follows a redirect, so no credential can leave
 * for another host, and none of its sockets or timers keeps the process alive.
 */
export function createPoster(connections = 4): Poster {
  const options = { keepAlive: true, maxSockets: connections, scheduling: 'lifo' as const };
  let http: HttpAgent | undefined;
  let https: HttpsAgent | undefined;

  function open(message: HttpMessage, onResponse: (response: IncomingMessage) => void): ClientRequest {
    const url = new URL(message.url);
    const init = {
      method: message.method,
      headers: { ...message.headers, 'content-length': String(message.body.length) },
    };
    if (url.protocol === 'https:') {
      https ??= new (platform('node:https').Agent)(options);
      return platform('node:https').request(url, { ...init, agent: https }, onResponse);
    }
    http ??= new (platform('node:http').Agent)(options);
    return platform('node:http').request(url, { ...init, agent: http }, onResponse);
  }

  function attempt(message: HttpMessage, timeoutMs: number): Promise<HttpOutcome & { stale?: boolean }> {
    return new Promise((resolve) => {
      let request: ClientRequest | undefined;
      let response: IncomingMessage | undefined;
      let timer: NodeJS.Timeout | undefined;
      let done = false;

      function settle(outcome: HttpOutcome & { stale?: boolean }): void {
        if (done) return;
        done = true;
        clearTimeout(timer);
        resolve(outcome);
      }
      function fail(error: NodeJS.ErrnoException): void {
        // The status line has said that the data arrived; what was to follow is worth no second attempt.
        if (response !== undefined && isSuccess(response.statusCode)) {
          settle(answer(response, EMPTY));
          return;
        }
        const stale = request?.reusedSocket === true && response === undefined && error.code === 'ECONNRESET';
        settle({ headers: {}, body: EMPTY, error, stale });
      }
      function cut(): void {
        fail(timeoutError(timeoutMs));
        request?.destroy();
      }

      try {
        request = untraced(() =>
          open(message, (incoming) => {
            response = incoming;
            if (isSuccess(incoming.statusCode) && timeoutMs > BODY_MS) {
              clearTimeout(timer);
              timer = setTimeout(cut, BODY_MS).unref();
            }
            collect(incoming, (body) => settle(answer(incoming, body)), cut, fail);
          }),
        );
        timer = setTimeout(cut, timeoutMs).unref();
        request.on('socket', (socket: Socket) => socket.unref());
        request.on('error', fail);
        request.on('close', () => fail(new Error('the connection closed before the answer')));
        request.end(message.body);
      } catch (error) {
        fail(error as NodeJS.ErrnoException);
      }
    });
  }

  return {
    async post(message, timeoutMs = ATTEMPT_MS) {
      const started = now();
      const outcome = await attempt(message, timeoutMs);
      if (outcome.stale !== true) return outcome;
      // The server had closed the kept connection just then: nothing was wrong with the request.
      return attempt(message, Math.max(1, timeoutMs - (now() - started)));
    },
    close() {
      http?.destroy();
      https?.destroy();
    },
  };
}

function collect(
  response: IncomingMessage,
  onBody: (body: Buffer) => void,
  onTooLong: () => void,
  onError: (error: Error) => void,
): void {
  const chunks: Buffer[] = [];
  let bytes = 0;
  response.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > MAX_RESPONSE_BYTES) onTooLong();
    else chunks.push(chunk);
  });
  response.on('end', () => onBody(inflate(Buffer.concat(chunks), response.headers['content-encoding'])));
  response.on('aborted', () => onError(Object.assign(new Error('the answer broke off'), { code: 'ECONNRESET' })));
  response.on('error', onError);
}

function inflate(body: Buffer, encoding: string | undefined): Buffer {
  try {
    if (encoding === 'gzip') return platform('node:zlib').gunzipSync(body, { maxOutputLength: MAX_RESPONSE_BYTES });
    if (encoding === 'deflate') return platform('node:zlib').inflateSync(body, { maxOutputLength: MAX_RESPONSE_BYTES });
    return body;
  } catch {
    return EMPTY;
  }
}

function answer(response: IncomingMessage, body: Buffer): HttpOutcome {
  return { status: response.statusCode ?? 0, headers: response.headers, body };
}

export function isSuccess(status: number | undefined): boolean {
  return status !== undefined && status >= 200 && status < 300;
}

function timeoutError(ms: number): NodeJS.ErrnoException {
  return Object.assign(new Error(`no complete answer within ${Math.round(ms)} ms`), { code: TIMEOUT_CODE });
}
