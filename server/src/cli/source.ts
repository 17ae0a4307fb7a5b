import { existsSync } from 'node:fs';
import { request } from 'node:http';
import { DEFAULT_DB, DEFAULT_PORT } from '../app.js';
import { parseQuery } from '../query/parse.js';
import { SqliteStore } from '../store/sqlite/sqlite-store.js';
import type { TraceStore } from '../store/trace-store.js';
import { importParts, readSessionFile, sessionLines } from '../wire/session-file.js';

/** Something the command line cannot go on after; printed without a stack. */
export class CliError extends Error {}

export interface Source {
  readonly name: string;
  /** The running server's address, where there is one. */
  readonly url: string | undefined;
  get(path: string): Promise<unknown>;
  post(path: string, body: unknown): Promise<unknown>;
  lines(sessionId: string): AsyncIterable<string>;
  import(text: string): Promise<unknown>;
  close(): Promise<void>;
}

/** Where the commands look: a running server, or a database file that no server has open. */
export async function openSource(options: {
  url?: string | undefined;
  db?: string | undefined;
  write?: boolean;
}): Promise<Source> {
  if (options.url !== undefined) return overHttp(options.url.replace(/\/$/, ''));
  if (options.db !== undefined) return fromFile(options.db);
  const url = `http://127.0.0.1:${process.env.HH_LOCAL_PORT || DEFAULT_PORT}`;
  const http = overHttp(url);
  const health = (await http.get('/healthz').catch(() => undefined)) as { service?: string } | undefined;
  if (health?.service === 'honeyhive-local') return http;
  const file = process.env.HH_LOCAL_DB || DEFAULT_DB;
  if (!existsSync(file))
    throw new CliError(
      `no server answers at ${url} and there is no ${file} here; start one with 'honeyhive-local', or name it with --url or --db`,
    );
  return fromFile(file);
}

function overHttp(url: string): Source {
  const key = process.env.HH_API_KEY;
  const call = (method: string, path: string, body?: string, type = 'application/json'): Promise<string> =>
    new Promise((resolve, reject) => {
      const headers: Record<string, string> = {
        ...(key ? { authorization: `Bearer ${key}` } : {}),
        ...(body === undefined ? {} : { 'content-type': type }),
      };
      const outgoing = request(`${url}${path}`, { method, headers }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString();
          if ((response.statusCode ?? 500) < 300) resolve(text);
          else reject(new CliError(messageIn(text) ?? `${url} answered ${response.statusCode}`));
        });
        response.on('error', reject);
      });
      outgoing.on('error', (error: Error & { code?: string }) =>
        reject(new CliError(`cannot reach ${url}: ${error.code ?? error.message}`)),
      );
      outgoing.end(body);
    });
  return {
    name: url,
    url,
    get: async (path) => JSON.parse(await call('GET', path)) as unknown,
    post: async (path, body) => JSON.parse(await call('POST', path, JSON.stringify(body))) as unknown,
    async *lines(sessionId) {
      yield await call('GET', `/api/sessions/${encodeURIComponent(sessionId)}/export`);
    },
    import: async (text) => JSON.parse(await call('POST', '/api/import', text, 'application/x-ndjson')) as unknown,
    close: async () => undefined,
  };
}

function messageIn(text: string): string | undefined {
  try {
    return (JSON.parse(text) as { error?: { message?: string } }).error?.message;
  } catch {
    return undefined;
  }
}

/** The same answers as the server's, straight from the file. */
async function fromFile(file: string): Promise<Source> {
  const store: TraceStore = await SqliteStore.open({ file });
  const get = async (path: string): Promise<unknown> => {
    const url = new URL(path, 'http://localhost');
    const query = Object.fromEntries(url.searchParams);
    const [, , what, id] = url.pathname.split('/');
    if (what === 'stats') return store.stats({});
    if (what === 'sessions' && id === undefined) {
      if (query.q) parseQuery(query.q);
      return store.listSessions(
        {},
        {
          ...(query.q ? { q: query.q } : {}),
          limit: Number(query.limit ?? 50),
          ...(query.cursor ? { cursor: query.cursor } : {}),
        },
      );
    }
    if (what === 'sessions' && id !== undefined) {
      const found = await store.getSession({}, decodeURIComponent(id), {});
      if (!found) throw new CliError('there is no session with this id');
      return found;
    }
    throw new CliError('this needs a running server: give --url');
  };
  return {
    name: file,
    url: undefined,
    get,
    post: async (path, body) => {
      if (path === '/api/prune') return store.prune(body as object);
      if (path === '/api/compact') return store.compact();
      throw new CliError('this needs a running server: give --url');
    },
    lines: (sessionId) => sessionLines(store, {}, sessionId),
    import: (text) => importParts(store, {}, readSessionFile(text)),
    close: () => store.close(),
  };
}
