import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { extname, join } from 'node:path';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { PAGES } from './pages.js';

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.json': 'application/json',
  '.map': 'application/json',
  '.txt': 'text/plain; charset=utf-8',
};

interface Asset {
  type: string;
  data: Buffer;
}

/**
 * The built page. A request's path is only looked up among the files that were there at the start, never joined with
 * a directory, so that no path can lead outside.
 */
export function staticFiles(
  app: FastifyInstance,
  directory: string,
): (path: string, reply: FastifyReply) => FastifyReply | undefined {
  let assets = load(directory);
  const send = (path: string, reply: FastifyReply): FastifyReply | undefined => {
    if (assets.size === 0) assets = load(directory);
    const asset = assets.get(path);
    if (!asset) return undefined;
    const forever = path.startsWith('/assets/');
    return reply
      .header('content-type', asset.type)
      .header('cache-control', forever ? 'public, max-age=31536000, immutable' : 'no-cache')
      .send(asset.data);
  };
  const page = (reply: FastifyReply): FastifyReply =>
    send('/index.html', reply) ??
    reply
      .code(404)
      .header('content-type', 'text/plain; charset=utf-8')
      .send('The page has not been built (npm run build). The API is there: /api/sessions\n');
  for (const path of PAGES) app.get(path, (_request, reply) => page(reply));
  return send;
}

function load(directory: string): Map<string, Asset> {
  const assets = new Map<string, Asset>();
  if (!existsSync(directory)) return assets;
  const walk = (folder: string, prefix: string): void => {
    for (const entry of readdirSync(folder)) {
      const file = join(folder, entry);
      if (statSync(file).isDirectory()) walk(file, `${prefix}${entry}/`);
      else
        assets.set(`${prefix}${entry}`, {
          type: TYPES[extname(entry)] ?? 'application/octet-stream',
          data: readFileSync(file),
        });
    }
  };
  walk(directory, '/');
  return assets;
}
