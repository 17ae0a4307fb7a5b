import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';

export interface ReceivedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  /** Inflated. */
  readonly body: Buffer;
}

export interface ReceivedSpan {
  readonly spanId: string;
  readonly traceId: string;
  readonly name: string;
}

export interface OtlpReceiver {
  readonly url: string;
  readonly port: number;
  /** Every request that arrived, whatever was answered. */
  readonly requests: ReceivedRequest[];
  /** Spans of requests that were answered with 2xx, in order of arrival. */
  readonly spans: ReceivedSpan[];
  /** Replaces the answer; return true when the request was answered (or is never to be). */
  answer: ((request: ReceivedRequest, response: ServerResponse) => boolean) | undefined;
  close(): Promise<void>;
}

/** A small OTLP back end: real HTTP on loopback, decodes what arrives, answers 200 unless told otherwise. */
export async function startReceiver(port = 0): Promise<OtlpReceiver> {
  const requests: ReceivedRequest[] = [];
  const spans: ReceivedSpan[] = [];
  const server: Server = createServer((incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('error', () => undefined);
    incoming.on('end', () => {
      const raw = Buffer.concat(chunks);
      const body = incoming.headers['content-encoding'] === 'gzip' ? gunzipSync(raw) : raw;
      const request = { method: incoming.method ?? '', path: incoming.url ?? '', headers: incoming.headers, body };
      requests.push(request);
      if (receiver.answer?.(request, response) === true) {
        if (response.statusCode < 300 && response.writableEnded) spans.push(...spansOf(request));
        return;
      }
      spans.push(...spansOf(request));
      response.writeHead(200, { 'content-type': request.headers['content-type'] ?? 'application/x-protobuf' });
      response.end(String(request.headers['content-type']).includes('json') ? '{}' : '');
    });
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const actual = (server.address() as AddressInfo).port;
  const receiver: OtlpReceiver = {
    url: `http://127.0.0.1:${actual}/opentelemetry/v1/traces`,
    port: actual,
    requests,
    spans,
    answer: undefined,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
  return receiver;
}

export function spansOf(request: ReceivedRequest): ReceivedSpan[] {
  if (!request.path.endsWith('/v1/traces')) return [];
  if (String(request.headers['content-type']).includes('json')) {
    const parsed = JSON.parse(request.body.toString('utf8')) as {
      resourceSpans: { scopeSpans: { spans: ReceivedSpan[] }[] }[];
    };
    return parsed.resourceSpans.flatMap((r) => r.scopeSpans.flatMap((s) => s.spans));
  }
  return messages(request.body, 1).flatMap((resource) =>
    messages(resource, 2).flatMap((scope) =>
      messages(scope, 2).map((span) => ({
        traceId: Buffer.from(messages(span, 1)[0] ?? []).toString('hex'),
        spanId: Buffer.from(messages(span, 2)[0] ?? []).toString('hex'),
        name: Buffer.from(messages(span, 5)[0] ?? []).toString('utf8'),
      })),
    ),
  );
}

/** The length-delimited fields with that number: a protobuf reader of its own, so that it cannot share a mistake. */
function messages(message: Uint8Array, field: number): Uint8Array[] {
  const found: Uint8Array[] = [];
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = message[at++];
      if (byte === undefined) throw new Error('truncated protobuf message');
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  while (at < message.length) {
    const tag = Number(varint());
    if ((tag & 7) === 0) varint();
    else if ((tag & 7) === 1) at += 8;
    else if ((tag & 7) === 5) at += 4;
    else if ((tag & 7) === 2) {
      const length = Number(varint());
      if (at + length > message.length) throw new Error('truncated protobuf message');
      if (tag >> 3 === field) found.push(message.subarray(at, at + length));
      at += length;
    } else throw new Error(`unknown wire type ${tag & 7}`);
  }
  return found;
}
