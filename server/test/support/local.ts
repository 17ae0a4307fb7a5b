import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LocalServer, type ServerOptions, startServer } from 'honeyhive-local';

export interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
  json: any;
}

const open: { close(): Promise<void> }[] = [];
const folders: string[] = [];

afterAll(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

export function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'honeyhive-local-test-'));
  folders.push(made);
  return made;
}

export interface Local extends LocalServer {
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
}

/** A server of its own for a test, on a free port, with a client. */
export async function local(options: ServerOptions = {}): Promise<Local> {
  const server = await startServer({ port: 0, db: join(folder(), 'traces.db'), onNotice: () => undefined, ...options });
  open.push(server);
  return Object.assign(server, { call: client(server.url) });
}

export function client(url: string): Local['call'] {
  return (method, path, body, headers = {}) =>
    new Promise((resolve, reject) => {
      const data =
        body === undefined
          ? undefined
          : Buffer.isBuffer(body)
            ? body
            : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
      const outgoing = httpRequest(
        `${url}${path}`,
        {
          method,
          agent: false,
          headers: {
            ...(data ? { 'content-type': 'application/json', 'content-length': String(data.length) } : {}),
            ...headers,
          },
        },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('end', () => {
            const text = Buffer.concat(chunks).toString();
            let json: unknown;
            try {
              json = JSON.parse(text);
            } catch {
              json = undefined;
            }
            resolve({ status: response.statusCode ?? 0, headers: response.headers, text, json });
          });
          response.on('error', reject);
        },
      );
      outgoing.on('error', reject);
      outgoing.end(data);
    });
}

export const hex = (bytes: number): string => randomBytes(bytes).toString('hex');

export type Value = string | number | boolean | Value[] | { [key: string]: Value };

export function any(value: Value): object {
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  if (typeof value === 'number') return Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value };
  if (Array.isArray(value)) return { arrayValue: { values: value.map(any) } };
  return { kvlistValue: { values: attributes(value) } };
}

export function attributes(map: Record<string, Value>): object[] {
  return Object.entries(map).map(([key, value]) => ({ key, value: any(value) }));
}

export interface SpanInput {
  traceId?: string;
  spanId?: string;
  parentSpanId?: string;
  name?: string;
  startMs?: number;
  endMs?: number | null;
  attributes?: Record<string, Value>;
  events?: { name: string; attributes: Record<string, Value> }[];
  status?: { code: number; message?: string };
}

export const T0 = Date.UTC(2026, 0, 5, 12);

export function span(input: SpanInput = {}): any {
  const start = input.startMs ?? T0;
  const end = input.endMs === null ? undefined : (input.endMs ?? start + 10);
  return {
    traceId: input.traceId ?? hex(16),
    spanId: input.spanId ?? hex(8),
    ...(input.parentSpanId ? { parentSpanId: input.parentSpanId } : {}),
    name: input.name ?? 'Bot.step',
    kind: 1,
    startTimeUnixNano: `${start}000000`,
    endTimeUnixNano: end === undefined ? '0' : `${end}000000`,
    attributes: attributes(input.attributes ?? {}),
    events: (input.events ?? []).map((event) => ({
      name: event.name,
      timeUnixNano: `${start}000000`,
      attributes: attributes(event.attributes),
    })),
    ...(input.status ? { status: input.status } : {}),
  };
}

export function traces(spans: object[], resource: Record<string, Value> = { 'service.name': 'test' }): any {
  return {
    resourceSpans: [
      { resource: { attributes: attributes(resource) }, scopeSpans: [{ scope: { name: 'test' }, spans }] },
    ],
  };
}

export const inSession = (sessionId: string, more: Record<string, Value> = {}): Record<string, Value> => ({
  'honeyhive.session_id': sessionId,
  ...more,
});
