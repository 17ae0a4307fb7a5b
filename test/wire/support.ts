import { HoneyHiveTracer, type TracerOptions } from 'honeyhive-decorators';
import { type DecodedSpan, decodeTraces } from '../support/otlp-decode.js';
import { type OtlpReceiver, startReceiver } from '../support/otlp-receiver.js';
import { applied } from '../support/rest-receiver.js';

type Body = Record<string, unknown>;

/** A back end on one address: spans are decoded from their protobuf, REST requests from their JSON. */
export interface Wire {
  readonly url: string;
  readonly receiver: OtlpReceiver;
  /** A tracer that sends here; closed with the wire. */
  tracer(options?: TracerOptions): HoneyHiveTracer;
  spans(): DecodedSpan[];
  /** The only span of that name. */
  span(name: string): DecodedSpan;
  /** Bodies of `POST /session/start`, without the envelope. */
  starts(): Body[];
  /** Bodies of `PUT /events`. */
  updates(): Body[];
  /** What a back end holds for an event after all updates. */
  state(eventId: string): Body;
  close(): Promise<void>;
}

export async function startWire(port = 0): Promise<Wire> {
  const receiver = await startReceiver(port);
  const url = `http://127.0.0.1:${receiver.port}`;
  const tracers: HoneyHiveTracer[] = [];
  const bodies = (method: string, path: string): Body[] =>
    receiver.requests
      .filter((request) => request.method === method && request.path === path)
      .map((request) => JSON.parse(request.body.toString('utf8')) as Body);
  const spans = (): DecodedSpan[] =>
    receiver.requests
      .filter(({ path, headers }) => path.endsWith('/v1/traces') && !String(headers['content-type']).includes('json'))
      .flatMap(({ body }) => decodeTraces(body));
  return {
    url,
    receiver,
    tracer(options) {
      const made = HoneyHiveTracer.init({ serverUrl: url, global: false, handleExit: false, ...options });
      tracers.push(made);
      return made;
    },
    spans,
    span(name) {
      const found = spans().filter((span) => span.name === name);
      if (found.length === 1) return found[0] as DecodedSpan;
      throw new Error(`${found.length} spans are called ${name}; there are ${spans().map((span) => span.name)}`);
    },
    starts: () => bodies('POST', '/session/start').map((body) => body.session as Body),
    updates: () => bodies('PUT', '/events'),
    state: (eventId) =>
      bodies('PUT', '/events')
        .filter((body) => body.event_id === eventId)
        .reduce((state, { event_id: _, ...update }) => applied(state, update), {}),
    async close() {
      await Promise.all(tracers.map((tracer) => tracer.close({ timeoutMs: 1_000 })));
      await receiver.close();
    },
  };
}

/** Values as OTLP carries them. */
export const str = (string: string) => ({ string });
export const int = (value: number | bigint) => ({ int: String(value) });
export const dbl = (double: unknown) => ({ double });
export const bool = (value: boolean) => ({ bool: value });

/** The attributes of a span that begin with one of the prefixes. */
export function under(span: DecodedSpan, ...prefixes: string[]): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(span.attributes).filter(([key]) => prefixes.some((prefix) => key.startsWith(prefix))),
  );
}
