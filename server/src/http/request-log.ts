import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Keys } from './keys.js';
import { signalAdvice } from './other-signals.js';
import { advise, type Kept, type Seen } from './request-advice.js';

interface Refusal {
  received: number;
  rejected: number;
  message: string;
}

/** One project, or everybody whose requests had no valid key. */
class Sender {
  /** The oldest first. */
  readonly kept: Kept[] = [];
  accepted = 0;
  lastAccepted: number | null = null;

  add(seen: Kept): void {
    const last = this.kept.at(-1);
    // What goes on in the same way takes one place, so that it does not drive out what went wrong before.
    if (last && last.taken === seen.taken && last.protocol === seen.protocol && (last.taken || last.protocol))
      this.kept.pop();
    this.kept.push(seen);
    if (this.kept.length > MOST) this.kept.shift();
  }
}

const MOST = 50;
/** Routes that bring in spans, events or sessions: what else is asked says nothing of why none of these shows up. */
const INGEST =
  /^(?:\/opentelemetry|\/api\/public\/otel)?\/v1\/traces$|^(?:\/v1)?\/(?:events|sessions?)(?:\/|$)|^\/api\/import$/;
const SEARCH = /\/(?:export|search)$/;
const NO_PATH = '(no such path)';
const CONNECTION = {
  path: '(connection)',
  status: 400,
  contentType: '',
  contentEncoding: '',
  ingest: true,
  taken: false,
};
const NOT_HTTP = {
  grpc: { ...CONNECTION, protocol: 'grpc', method: 'HTTP/2', problem: 'gRPC, not HTTP/1.1' },
  tls: { ...CONNECTION, protocol: 'tls', method: 'TLS', problem: 'https, not http' },
} as const;

/** By request: what was refused of it although it was answered with 200. */
const refusals = new WeakMap<FastifyRequest, Refusal>();

export function noteRefusal(request: FastifyRequest, refusal: Refusal): void {
  if (refusal.rejected > 0) refusals.set(request, refusal);
}

/**
 * What arrived lately and how it was answered, so that `doctor` can say why nothing shows up. No bodies, no keys. With
 * keys a project is told of its own requests, and of those without a valid key no more than their route and status.
 */
export class RequestLog {
  readonly #keys: Keys;
  /** By project; `undefined` has all that came without a valid key, which is everything where no keys are in use. */
  readonly #senders = new Map<string | undefined, Sender>();
  readonly #problems = new WeakMap<FastifyRequest, string>();

  constructor(keys: Keys) {
    this.#keys = keys;
  }

  watch(app: FastifyInstance): void {
    app.addHook('onError', async (request, _reply, error) => {
      this.#problems.set(request, error.message);
    });
    app.addHook('onResponse', async (request, reply) => {
      this.note(request, reply.statusCode, this.#problems.get(request));
    });
    // Fastify answers it; this only looks.
    app.server.on('clientError', (error: Error & { code?: string; rawPacket?: Buffer }) => {
      const protocol = otherProtocol(error.code, error.rawPacket);
      if (protocol !== undefined) this.#sender(undefined).add({ ...NOT_HTTP[protocol], time: Date.now() });
    });
  }

  /** A request as it was answered; for those that were answered outside of all routes and their hooks. */
  note(request: FastifyRequest, status: number, problem?: string): void {
    const { method } = request;
    if (method === 'GET' || method === 'HEAD') return;
    const route = request.routeOptions.url;
    const path = request.url.split(/[?#]/)[0]?.slice(0, 200) ?? '';
    const other = status >= 400 ? signalAdvice(path) : undefined;
    const ingest =
      method !== 'DELETE' &&
      other === undefined &&
      (route === undefined || (INGEST.test(route) && !SEARCH.test(route)));
    const refusal = refusals.get(request);
    const taken = status === 200 && refusal === undefined;
    if (!ingest && (taken || route?.startsWith('/api/'))) return;
    const project = this.#keys.projectOf(request);
    const sender = this.#sender(project);
    const time = Date.now();
    if (status === 200 && (refusal === undefined || refusal.rejected < refusal.received)) {
      sender.accepted++;
      sender.lastAccepted = time;
    }
    const said = refusal ? refusalText(refusal) : (problem ?? (status === 404 ? (other ?? 'no such path') : undefined));
    sender.add({
      time,
      method,
      status,
      ingest,
      taken,
      // What a stranger sent may be what another project sends: of that nothing is kept.
      ...(project === undefined && this.#keys.used
        ? { path: route ?? NO_PATH, contentType: '', contentEncoding: '' }
        : {
            path,
            contentType: String(request.headers['content-type'] ?? '').slice(0, 80),
            contentEncoding: String(request.headers['content-encoding'] ?? '').slice(0, 20),
            ...(said === undefined ? {} : { problem: said.slice(0, 300) }),
          }),
    });
  }

  #sender(project: string | undefined): Sender {
    let sender = this.#senders.get(project);
    if (sender === undefined) {
      sender = new Sender();
      this.#senders.set(project, sender);
    }
    return sender;
  }

  /** For the project of a key, or for whoever asks where no keys are in use. */
  report(project: string | undefined): {
    accepted: number;
    lastAccepted: number | null;
    /** The newest first. */
    recent: Seen[];
    advice: string[];
  } {
    const own = this.#sender(project);
    const strangers = project === undefined ? [] : this.#sender(undefined).kept;
    const all = [...own.kept, ...strangers].reverse().sort((a, b) => b.time - a.time);
    return {
      accepted: own.accepted,
      lastAccepted: own.lastAccepted,
      recent: all.slice(0, MOST).map(({ ingest: _i, taken: _t, protocol: _p, ...seen }) => seen),
      advice: advise(
        all,
        own.kept.findLast(({ ingest }) => ingest),
      ),
    };
  }
}

function refusalText({ received, rejected, message }: Refusal): string {
  return `${rejected === received ? `all ${rejected}` : `${rejected} of ${received}`} spans were refused: ${message}`;
}

/** What a client speaks that does not speak HTTP/1.1, by the first bytes it sends. */
function otherProtocol(code: string | undefined, packet: Buffer | undefined): keyof typeof NOT_HTTP | undefined {
  // Node's parser stops at the preface of HTTP/2: https://www.rfc-editor.org/rfc/rfc9113#section-3.4
  if (code === 'HPE_PAUSED_H2_UPGRADE') return 'grpc';
  // A handshake record of TLS, as every client begins: https://www.rfc-editor.org/rfc/rfc8446#section-5.1
  return packet?.[0] === 0x16 && packet[1] === 0x03 ? 'tls' : undefined;
}
