import * as http from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

/** How the receiver answers one request. */
export interface Script {
  status?: number;
  body?: unknown;
  headers?: Record<string, string>;
  /** Never answers. */
  hang?: boolean;
  /** Closes the connection without an answer. */
  reset?: boolean;
  /** Answers only once this has resolved. */
  after?: Promise<unknown>;
}

export interface ReceivedRequest {
  method: string;
  path: string;
  headers: http.IncomingHttpHeaders;
  body: Record<string, unknown>;
  /** Whether the receiver answered it with success. */
  ok: boolean;
  /** Requests under way when it came, itself included. */
  inFlight: number;
}

export interface RestReceiver {
  readonly url: string;
  readonly port: number;
  readonly requests: ReceivedRequest[];
  /** Answers the coming requests one by one; after the last, 200. */
  script(...scripts: Script[]): void;
  /** Answers by request, before any script; undefined leaves it to them. */
  answer(by: ((request: ReceivedRequest) => Script | undefined) | undefined): void;
  /** Resolves with the first `count` requests (that match); rejects after 10 s. */
  received(count: number, where?: (request: ReceivedRequest) => boolean): Promise<ReceivedRequest[]>;
  /** What a back end would hold for an event: namespaces merged by top-level key, in order of arrival. */
  state(eventId: string): Record<string, unknown>;
  close(): Promise<void>;
}

/** HoneyHive's REST API as a real server in this process: it records what comes and answers as told. */
export async function startRestReceiver(port = 0): Promise<RestReceiver> {
  const requests: ReceivedRequest[] = [];
  const scripts: Script[] = [];
  const sockets = new Set<Socket>();
  const watchers = new Set<() => void>();
  let chosen: ((request: ReceivedRequest) => Script | undefined) | undefined;
  let inFlight = 0;

  const server = http.createServer((message, response) => {
    inFlight += 1;
    response.on('close', () => {
      inFlight -= 1;
    });
    const chunks: Buffer[] = [];
    message.on('data', (chunk: Buffer) => chunks.push(chunk));
    message.on('end', () => {
      const request: ReceivedRequest = {
        method: message.method ?? '',
        path: message.url ?? '',
        headers: message.headers,
        body: bodyOf(Buffer.concat(chunks)),
        ok: false,
        inFlight,
      };
      requests.push(request);
      const script = chosen?.(request) ?? scripts.shift() ?? {};
      void answer(request, script, response);
    });
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.unref();
    socket.on('close', () => sockets.delete(socket));
  });

  async function answer(request: ReceivedRequest, script: Script, response: http.ServerResponse): Promise<void> {
    const status = script.status ?? 200;
    request.ok = !script.hang && !script.reset && status < 300;
    for (const watch of [...watchers]) watch();
    await script.after;
    if (script.hang) return;
    if (script.reset) {
      response.destroy();
      return;
    }
    const text =
      typeof script.body === 'string' ? script.body : JSON.stringify(script.body ?? { success: status < 300 });
    response.writeHead(status, { 'Content-Type': 'application/json', ...script.headers });
    response.end(text);
  }

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  // A test that fails before it closes the receiver must not keep the runner alive.
  server.unref();
  const bound = (server.address() as AddressInfo).port;

  return {
    url: `http://127.0.0.1:${bound}`,
    port: bound,
    requests,
    script: (...more) => void scripts.push(...more),
    answer(by) {
      chosen = by;
    },
    received(count, where = () => true) {
      return new Promise((resolve, reject) => {
        const check = (): void => {
          const found = requests.filter(where);
          if (found.length < count) return;
          watchers.delete(check);
          clearTimeout(timer);
          resolve(found);
        };
        const timer = setTimeout(() => {
          watchers.delete(check);
          reject(new Error(`${requests.filter(where).length} of ${count} requests came within 10 s`));
        }, 10_000);
        watchers.add(check);
        check();
      });
    },
    state: (eventId) => stateOf(eventId, requests),
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

/** Spans come to the same address: their bytes are for other receivers to read. */
function bodyOf(bytes: Buffer): Record<string, unknown> {
  try {
    const body: unknown = JSON.parse(bytes.toString('utf8'));
    return isPlain(body) ? body : {};
  } catch {
    return {};
  }
}

function stateOf(eventId: string, requests: readonly ReceivedRequest[]): Record<string, unknown> {
  let state: Record<string, unknown> = {};
  for (const { ok, path, body } of requests) {
    if (!ok || path !== '/events' || body.event_id !== eventId) continue;
    const { event_id: _, ...fields } = body;
    state = applied(state, fields);
  }
  return state;
}

/** One update applied to what a back end holds: a namespace is merged by its top-level keys, anything else replaced. */
export function applied(state: Record<string, unknown>, update: Record<string, unknown>): Record<string, unknown> {
  const next = new Map(Object.entries(state));
  for (const [name, value] of Object.entries(update)) {
    const before = next.get(name);
    next.set(
      name,
      isPlain(value) && isPlain(before)
        ? Object.fromEntries([...Object.entries(before), ...Object.entries(value)])
        : value,
    );
  }
  return Object.fromEntries(next);
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A port on which nothing listens (any more). */
export async function freePort(): Promise<number> {
  const receiver = await startRestReceiver();
  await receiver.close();
  return receiver.port;
}
