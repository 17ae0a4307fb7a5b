import type { FastifyInstance } from 'fastify';

interface Seen {
  time: number;
  method: string;
  path: string;
  status: number;
  contentType: string;
  contentEncoding: string;
  problem?: string;
}

const KEPT = 50;
const IGNORED = /^\/(api(?!\/public\/otel\/)|assets|healthz|favicon)/;

/** What arrived lately and how it was answered, so that `doctor` can say why nothing shows up. No bodies, no keys. */
export class RequestLog {
  readonly #recent: Seen[] = [];
  #ingested = 0;
  #lastIngest: number | null = null;

  watch(app: FastifyInstance): void {
    const problems = new WeakMap<object, string>();
    app.addHook('onError', async (request, _reply, error) => {
      problems.set(request, error.message);
    });
    app.addHook('onResponse', async (request, reply) => {
      const path = request.url.split(/[?#]/)[0]?.slice(0, 200) ?? '';
      if (request.method === 'GET' || IGNORED.test(path)) return;
      if (reply.statusCode === 200) {
        this.#ingested++;
        this.#lastIngest = Date.now();
        if (this.#recent.at(-1)?.status === 200) this.#recent.pop();
      }
      const problem = problems.get(request) ?? (reply.statusCode === 404 ? 'no such path' : undefined);
      this.#recent.push({
        time: Date.now(),
        method: request.method,
        path,
        status: reply.statusCode,
        contentType: String(request.headers['content-type'] ?? '').slice(0, 80),
        contentEncoding: String(request.headers['content-encoding'] ?? '').slice(0, 20),
        ...(problem === undefined ? {} : { problem: problem.slice(0, 300) }),
      });
      if (this.#recent.length > KEPT) this.#recent.shift();
    });
  }

  report(): { accepted: number; lastAccepted: number | null; recent: Seen[]; advice: string[] } {
    return {
      accepted: this.#ingested,
      lastAccepted: this.#lastIngest,
      recent: [...this.#recent].reverse(),
      advice: this.#advice(),
    };
  }

  #advice(): string[] {
    const advice: string[] = [];
    const failed = this.#recent.filter((seen) => seen.status >= 400);
    const has = (status: number): Seen | undefined => failed.find((seen) => seen.status === status);
    if (this.#recent.length === 0)
      advice.push(
        'Nothing has arrived since the server started. Does the program run, and does it send to this address (OTEL_EXPORTER_OTLP_ENDPOINT, HH_API_URL)?',
      );
    const wrongPath = has(404);
    if (wrongPath)
      advice.push(
        `${wrongPath.method} ${wrongPath.path} does not exist here: traces go to /v1/traces (an exporter's full URL must end so).`,
      );
    const wrongType = has(415);
    if (wrongType)
      advice.push(
        `Content type '${wrongType.contentType}' or encoding '${wrongType.contentEncoding}' is not supported: OTLP over HTTP is application/x-protobuf or application/json, plain or gzip (gRPC needs a collector in between).`,
      );
    if (has(400)) advice.push(`A body could not be read: ${has(400)?.problem ?? ''}`);
    if (has(401) || has(403))
      advice.push('A request was refused for its key or its origin: check HH_API_KEY against HH_LOCAL_KEYS.');
    if (has(421)) advice.push('A request used a host name this server does not answer to: add it to HH_LOCAL_HOSTS.');
    if (has(413)) advice.push('A body was larger than 64 MiB: send smaller batches.');
    if (failed.some((seen) => seen.status >= 500))
      advice.push('The server could not store something; see its log and the free disk space.');
    if (failed.length === 0 && this.#ingested > 0) advice.push('All is well: the last requests were accepted.');
    return advice;
  }
}
