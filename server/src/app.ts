import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createHttp } from './http/create-http.js';
import { crowdLimit } from './http/crowd-limit.js';
import { isLoopback } from './http/guard.js';
import { Keys, KeysError } from './http/keys.js';
import { LiveFeed } from './http/live-feed.js';
import { identify } from './identify.js';
import { packageVersion } from './package-version.js';
import { SqliteStore } from './store/sqlite/sqlite-store.js';
import { fileFingerprint, StoreFileError } from './store/sqlite/store-file.js';
import type { PriceTable } from './wire/price.js';

export interface ServerOptions {
  /** Port to listen on; 0 takes a free one. Default 4318, where OpenTelemetry programs look without a setting. */
  port?: number;
  /** Address to listen on. Default 127.0.0.1. */
  host?: string;
  /** Database file. Default `.honeyhive/traces.db`. */
  db?: string;
  /** Keys as in `HH_LOCAL_KEYS`: `project=key`, `project=key:ingest`, `project=key:read`, with commas between. Default none. */
  keys?: string;
  /** Bytes of data to keep; beyond it the oldest sessions go. Default 2 GiB; 0 keeps everything. */
  retentionBytes?: number;
  /** More host names that requests may use. */
  allowedHosts?: readonly string[];
  /** US dollars a million tokens by model: `{ 'my-model': [input, output] }`; comes before the list prices. */
  prices?: PriceTable;
  /** Told, in words, what is out of the ordinary: another port, a quarantined file. Default: a line on stderr. */
  onNotice?: (message: string) => void;
}

export interface LocalServer {
  readonly url: string;
  readonly db: string;
  /** Ends: no new requests, running ones are finished, everything is on disk. Idempotent. */
  close(): Promise<void>;
}

export const DEFAULT_PORT = 4318;
export const DEFAULT_DB = join('.honeyhive', 'traces.db');
export const DEFAULT_RETENTION = 2 * 1024 ** 3;
const PORTS_TO_TRY = 20;

/**
 * Starts a server in this process.
 * @throws StoreFileError when the database is open elsewhere, was written by a newer version, or cannot be opened.
 */
export async function startServer(options: ServerOptions = {}): Promise<LocalServer> {
  const db = options.db ?? DEFAULT_DB;
  const host = options.host ?? '127.0.0.1';
  const wanted = options.port ?? DEFAULT_PORT;
  const notice = options.onNotice ?? ((message: string) => process.stderr.write(`honeyhive-local: ${message}\n`));
  const keys = new Keys(options.keys);
  if (!isLoopback(host) && !keys.used)
    throw new KeysError(`listening on ${host} lets other machines in; that needs keys: HH_LOCAL_KEYS=project=key`);
  const feed = new LiveFeed();
  const store = await openStore({ ...options, onNotice: notice }, db, host, wanted, () => feed.removed());
  const http = createHttp({
    store,
    keys,
    feed,
    host,
    allowedHosts: options.allowedHosts ?? [],
    identity: { service: 'honeyhive-local', version: packageVersion(), db: fileFingerprint(db) },
    onError: (error) => notice(`internal error: ${error instanceof Error ? error.message : String(error)}`),
  });
  crowdLimit(http.server);
  try {
    await listen(http, host, wanted, notice);
  } catch (error) {
    await store.close();
    throw error;
  }
  const { port } = http.server.address() as AddressInfo;
  const second = host === '127.0.0.1' ? await alsoOnIpv6(http, port) : undefined;
  let closed: Promise<void> | undefined;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${port}`,
    db,
    close: () => {
      closed ??= (async () => {
        feed.close();
        second?.close();
        second?.closeIdleConnections();
        await http.close();
        second?.closeAllConnections();
        await store.close();
      })();
      return closed;
    },
  };
}

async function openStore(
  options: ServerOptions & Required<Pick<ServerOptions, 'onNotice'>>,
  db: string,
  host: string,
  port: number,
  onRemoved: () => void,
): Promise<SqliteStore> {
  try {
    return await SqliteStore.open({
      file: db,
      onNotice: options.onNotice,
      onRemoved,
      ...(options.retentionBytes === 0 ? {} : { retentionBytes: options.retentionBytes ?? DEFAULT_RETENTION }),
      ...(options.prices ? { prices: options.prices } : {}),
    });
  } catch (error) {
    if (!(error instanceof StoreFileError) || error.code !== 'in_use') throw error;
    const other = await identify(host, port);
    if (other?.db === fileFingerprint(db))
      throw new StoreFileError(
        'in_use',
        `honeyhive-local already runs on port ${port} with ${db}; open http://${host}:${port}`,
      );
    throw error;
  }
}

async function listen(
  http: ReturnType<typeof createHttp>,
  host: string,
  wanted: number,
  notice: (message: string) => void,
): Promise<void> {
  for (let port = wanted; ; port++) {
    try {
      await http.listen({ port, host });
      return;
    } catch (error) {
      if ((error as { code?: string }).code !== 'EADDRINUSE' || port - wanted >= PORTS_TO_TRY || port >= 65_535)
        throw error;
      const other = await identify(host, port);
      const who =
        other?.service === 'honeyhive-local'
          ? 'another honeyhive-local (with a database of its own)'
          : 'another program';
      notice(`port ${port} is taken by ${who}; trying ${port + 1}`);
    }
  }
}

/** `localhost` is ::1 for some programs; a machine without IPv6 simply goes without. */
async function alsoOnIpv6(http: ReturnType<typeof createHttp>, port: number): Promise<Server | undefined> {
  const server = createServer(
    { headersTimeout: 10_000, requestTimeout: 30_000, connectionsCheckingInterval: 2000 },
    (incoming, outgoing) => http.routing(incoming, outgoing),
  );
  crowdLimit(server);
  // What cannot be read at all is answered, and told to `doctor`, as on the other address.
  server.on('clientError', (error, socket) => http.server.emit('clientError', error, socket));
  return new Promise((resolve) => {
    server.once('error', () => resolve(undefined));
    server.listen({ port, host: '::1', ipv6Only: true }, () => resolve(server));
  });
}
