/** Requests that no HTTP library would send: lengths that lie, many at once, expectations, headers without end. */
import { randomUUID } from 'node:crypto';
import { inSession, type Local, local, span, traces } from '../support/local';
import { raw, statuses } from '../support/raw';

let server: Local;
beforeAll(async () => {
  server = await local();
});

const HEAD = 'POST /v1/traces HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n';
const send = (text: string, ms?: number) => raw(server.url, (socket) => socket.write(text), ms);

async function kept(sessionId: string): Promise<number> {
  const { status, json } = await server.call('GET', `/api/sessions/${sessionId}`);
  return status === 404 ? 0 : json.session.spanCount;
}

const body = (sessionId: string): string => JSON.stringify(traces([span({ attributes: inSession(sessionId) })]));

test('a length that says more than comes, with the connection ended: nothing is kept', async () => {
  const sessionId = randomUUID();
  const text = body(sessionId);
  const { text: answer } = await raw(server.url, (socket) => {
    socket.end(`${HEAD}Content-Length: ${text.length + 100}\r\n\r\n${text}`);
  });
  expect(statuses(answer).filter((status) => status < 400)).toEqual([]);
  expect(await kept(sessionId)).toBe(0);
});

test('a length that says less than comes: the first part alone is read, and the rest is no request', async () => {
  const sessionId = randomUUID();
  const text = body(sessionId);
  const { text: answer, closed } = await send(`${HEAD}Content-Length: ${text.length - 10}\r\n\r\n${text}`);
  expect(new Set(statuses(answer))).toEqual(new Set([400]));
  expect(closed).toBe(true);
  expect(await kept(sessionId)).toBe(0);
});

test.each([
  ['negative', 'Content-Length: -1'],
  ['no number', 'Content-Length: 1e3'],
  ['twice, with different numbers', 'Content-Length: 2\r\nContent-Length: 3'],
  ['beyond 64 bits', `Content-Length: ${'9'.repeat(30)}`],
  ['and chunks at once', 'Content-Length: 2\r\nTransfer-Encoding: chunked'],
  ['chunks of a coding nobody knows', 'Transfer-Encoding: gzip'],
  ['a blank before the colon', 'Content-Length : 2'],
])('a length that is %s: 4xx and the connection closed', async (_name, header) => {
  const { text, closed } = await send(`${HEAD}${header}\r\n\r\n{}`);
  expect(statuses(text)).toEqual([expect.any(Number)]);
  expect([400, 413]).toContain(statuses(text)[0]);
  expect(closed).toBe(true);
});

test.each([
  ['no number', 'zz\r\n{}\r\n0\r\n\r\n'],
  ['negative', '-2\r\n{}\r\n0\r\n\r\n'],
  ['longer than it says', '1\r\n{}\r\n0\r\n\r\n'],
  ['of a size beyond 64 bits', `${'f'.repeat(20)}\r\n{}`],
  ['with an extension of 100 KB', `2;${'x'.repeat(100_000)}\r\n{}\r\n0\r\n\r\n`],
])('a chunk that is %s: 4xx and the connection closed', async (_name, chunks) => {
  const { text, closed } = await send(`${HEAD}Transfer-Encoding: chunked\r\n\r\n${chunks}`);
  expect(statuses(text).every((status) => status >= 400 && status < 500)).toBe(true);
  expect(closed).toBe(true);
});

test('100-continue: go on when it fits, 413 at once when it does not', async () => {
  const sessionId = randomUUID();
  const text = body(sessionId);
  const fits = await raw(server.url, (socket) => {
    socket.write(`${HEAD}Content-Length: ${text.length}\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n`);
    socket.once('data', () => socket.write(text));
  });
  expect(statuses(fits.text)).toEqual([100, 200]);
  expect(await kept(sessionId)).toBe(1);
  const large = await send(`${HEAD}Content-Length: ${65 * 1024 * 1024}\r\nExpect: 100-continue\r\n\r\n`);
  expect(statuses(large.text).at(-1)).toBe(413);
  expect(large.closed).toBe(true);
  expect(statuses((await send(`${HEAD}Content-Length: 2\r\nExpect: a miracle\r\n\r\n{}`, 500)).text)).toEqual([417]);
});

test('a hundred requests in one piece: each answered, in order, and each kept', async () => {
  const sessionId = randomUUID();
  const requests = Array.from({ length: 99 }, () => {
    const text = body(sessionId);
    return `${HEAD}Content-Length: ${text.length}\r\n\r\n${text}`;
  });
  const last = 'GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n';
  const { text } = await send(requests.join('') + last, 10_000);
  expect(statuses(text)).toEqual(Array(100).fill(200));
  expect(text.lastIndexOf('"status":"ok"')).toBeGreaterThan(text.lastIndexOf('x-honeyhive-duplicates'));
  expect(await kept(sessionId)).toBe(99);
});

test('headers that never end: the connection is closed', async () => {
  const { text, closed } = await raw(server.url, (socket) => {
    socket.write('GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n');
    const more = setInterval(() => socket.write('X: y\r\n'.repeat(100)), 1);
    socket.once('close', () => clearInterval(more));
  });
  expect(closed).toBe(true);
  // The answer may be lost where the connection is reset while more is on its way.
  expect([[], [431]]).toContainEqual(statuses(text));
});

test('a request hidden in the body of another is not read as one', async () => {
  const hidden = 'GET /api/stats HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n';
  const { text } = await send(`${HEAD}Content-Length: ${hidden.length}\r\nConnection: close\r\n\r\n${hidden}`);
  expect(statuses(text)).toEqual([400]);
});

test.each([
  [
    'seventeen kilobytes of headers',
    `GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nX: ${'a'.repeat(17_000)}\r\n\r\n`,
    431,
  ],
  ['an address of seventeen kilobytes', `GET /${'a'.repeat(17_000)} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`, 431],
  ['no Host', 'GET /healthz HTTP/1.1\r\nConnection: close\r\n\r\n', 400],
  ['two Hosts', 'GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: localhost\r\nConnection: close\r\n\r\n', 400],
  ['a header with a line feed in it', 'GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nX: a\nY: b\0\r\n\r\n', 400],
  ['a method nobody knows', 'BREW /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n', 400],
  ['no HTTP at all', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', 400],
  ['the beginning of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400],
])('%s', async (_name, text, status) => {
  const answer = await send(text);
  expect(statuses(answer.text)).toEqual([status]);
  expect(answer.closed).toBe(true);
});
