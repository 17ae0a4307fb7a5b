/** Paths that want to leave the page's folder: every answer is an asset that was built, the page, or a refusal. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { type Local, local } from '../support/local';
import { LONG } from '../support/measure';
import { raw } from '../support/raw';

const WEB = join(__dirname, '../../dist/web');

let server: Local;
let built: Set<string>;
const digest = (bytes: Buffer | string): string => createHash('sha256').update(bytes).digest('hex');

beforeAll(async () => {
  server = await local();
  const files = existsSync(WEB) ? readdirSync(WEB, { recursive: true, withFileTypes: true }) : [];
  built = new Set(
    files.filter((file) => file.isFile()).map((file) => digest(readFileSync(join(file.parentPath, file.name)))),
  );
});

/** What the server says to a request target just as it is, which no library would send. */
async function target(path: string): Promise<{ status: number; body: string }> {
  const { text } = await raw(server.url, (socket) =>
    socket.write(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n`),
  );
  const end = text.indexOf('\r\n\r\n');
  return { status: Number(text.slice(9, 12)), body: text.slice(end + 4) };
}

async function harmless(path: string): Promise<void> {
  const { status, body } = await target(path);
  if (status !== 200) expect([path, status]).toEqual([path, expect.any(Number)]);
  if (status >= 400 && status < 500) return;
  if (status === 200 && (body.startsWith('{') || built.has(digest(Buffer.from(body, 'latin1'))))) return;
  throw new Error(`${path} was answered with ${status}: ${body.slice(0, 200)}`);
}

test.each([
  '/../package.json',
  '/..%2fpackage.json',
  '/%2e%2e%2fpackage.json',
  '/%252e%252e%252fpackage.json',
  '/..%5cpackage.json',
  '/..\\package.json',
  '/.%2e/cli.js',
  '/%c0%ae%c0%ae/package.json',
  '/assets/../../cli.js',
  '/assets/..%2f..%2fcli.js',
  '/assets//../../cli.js',
  '/assets/%00',
  '/index.html%00.js',
  '/index.html/../../cli.js',
  '/web/../cli.js',
  // Twins of the folder's name.
  '/../web-private/secret',
  '/../webs/x',
  '/index.htmlx',
  // Fragments and queries in the target.
  '/#/../../cli.js',
  '/x#/../../cli.js',
  '/?/../../cli.js',
  '/?import&raw',
  '/index.html?raw??',
  '/@fs/etc/passwd',
  '/@fs/etc/passwd?import&raw??',
  '/.svg?.wasm?init',
  '/sessions/../../cli.js',
  '/sessions/%2e%2e/%2e%2e/cli.js',
  '//etc/passwd',
  '///etc/passwd',
  '/.',
  '/./',
  '/./../cli.js',
  '/.git/config',
  '/.env',
  '/proc/self/environ',
  '/file:///etc/passwd',
  'http://127.0.0.1/../../etc/passwd',
  'http://evil.example/',
  'file:///etc/passwd',
  '*',
  '',
])('%s', async (path) => harmless(path));

test('any path from the pieces such paths are made of', async () => {
  const piece = fc.constantFrom(
    ...[
      '..',
      '.',
      '%2e',
      '%2E%2e',
      '%252e',
      '/',
      '%2f',
      '%5c',
      '\\',
      '%00',
      '#',
      '?',
      ';',
      ':',
      '//',
      '~',
      'web',
      'assets',
    ],
    ...[
      'index.html',
      'cli.js',
      'app.js',
      'package.json',
      'etc',
      'passwd',
      'store',
      'sessions',
      'api',
      '%',
      '%zz',
      '%ff',
      'é',
    ],
  );
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { minLength: 1, maxLength: 10 }), async (pieces) =>
      harmless(`/${pieces.join('')}`),
    ),
    { numRuns: LONG ? 5000 : 300 },
  );
}, 120_000);
