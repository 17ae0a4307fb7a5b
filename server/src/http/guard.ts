import { isIP } from 'node:net';
import { hostname } from 'node:os';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { HttpError } from './http-error.js';
import type { Keys } from './keys.js';

export interface GuardOptions {
  host: string;
  /** More names that requests may use for this server. */
  allowedHosts: readonly string[];
  keys: Keys;
}

/**
 * Keeps other web pages out. A name that some DNS server points at this machine is not ours (DNS rebinding), and a
 * page of another origin, another local port too, may neither change nor read anything.
 * @returns the check itself, for requests that reach no route and no hook.
 */
export function guard(app: FastifyInstance, options: GuardOptions): (request: FastifyRequest) => void {
  const names = new Set([
    'localhost',
    options.host.toLowerCase(),
    ...options.allowedHosts.map((name) => name.toLowerCase()),
  ]);
  const open = !isLoopback(options.host);
  if (open) names.add(hostname().toLowerCase());
  const check = (request: FastifyRequest): void => {
    checkHost(request, names, open);
    checkOrigin(request, options.keys);
  };
  app.addHook('onRequest', async (request) => check(request));
  return check;
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host);
}

function checkHost(request: FastifyRequest, names: ReadonlySet<string>, open: boolean): void {
  const raw = request.raw.rawHeaders;
  let hosts = 0;
  for (let index = 0; index < raw.length; index += 2) if ((raw[index] as string).toLowerCase() === 'host') hosts++;
  if (hosts !== 1) throw new HttpError(400, 'bad_host', `a request has one Host header, this one has ${hosts}`);
  const name = nameOf(request.headers.host ?? '');
  // An address, unlike a name, cannot be pointed somewhere else.
  const ours = name !== undefined && (names.has(name) || isLoopback(name) || (open && isIP(name) !== 0));
  if (!ours)
    throw new HttpError(
      421,
      'bad_host',
      'this server does not answer to that name; add it to HH_LOCAL_HOSTS if it should',
    );
}

function nameOf(host: string): string | undefined {
  const match = /^(?:\[([0-9a-f:.]+)\]|([a-z0-9._-]+))(?::\d{1,5})?$/i.exec(host);
  return (match?.[1] ?? match?.[2])?.toLowerCase();
}

function checkOrigin(request: FastifyRequest, keys: Keys): void {
  const { origin } = request.headers;
  const site = request.headers['sec-fetch-site'];
  const foreign =
    (origin !== undefined && origin !== `http://${request.headers.host}`) ||
    (site !== undefined && site !== 'same-origin' && site !== 'none');
  if (!foreign) return;
  // Following a link to the page is fine: nothing is changed and the other page cannot look at it.
  const navigation =
    request.method === 'GET' &&
    request.headers['sec-fetch-mode'] === 'navigate' &&
    origin === undefined &&
    !request.url.startsWith('/api/') &&
    request.headers['sec-fetch-dest'] === 'document';
  if (navigation || keys.carriesValidKey(request)) return;
  throw new HttpError(403, 'foreign_origin', 'requests from other web pages are refused unless they carry a key');
}
