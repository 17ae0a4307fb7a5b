/** Clients that take their time: with the head, with the body, with reading. The limits are 10 and 30 s, so the long run waits for them. */
import { randomUUID } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { client, folder, hex, inSession, span, traces } from '../support/local';
import { expectWithin, LONG, percentile, residentMb } from '../support/measure';
import { raw, statuses } from '../support/raw';
import { type Running, runLocal } from '../support/run-local';
import { until } from '../support/wait';

const long = LONG ? test : test.skip;
const HEAD = 'POST /v1/traces HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n';

let running: Running;
beforeAll(async () => {
  running = await runLocal(['--port', '0', '--db', join(folder(), 'traces.db')]);
});

/** Bytes one by one for as long as the connection lives. */
function drip(socket: Socket, text: string, everyMs: number): void {
  let at = 0;
  const timer = setInterval(() => socket.write(text[at++ % text.length] as string), everyMs);
  socket.on('close', () => clearInterval(timer));
}

/** How long a healthy client waits, in ms, while `others` are at it. */
async function waits(count: number): Promise<number[]> {
  const call = client(running.url);
  const times: number[] = [];
  for (let n = 0; n < count; n++) {
    const from = performance.now();
    const { status } = await call('POST', '/v1/traces', traces([span({ attributes: inSession(randomUUID()) })]));
    times.push(performance.now() - from);
    expect(status).toBe(200);
  }
  return times;
}

const crowd = LONG ? 900 : 200;
test(`${crowd} slow heads, bodies and readers: a healthy client does not feel them`, async () => {
  const { hostname, port } = new URL(running.url);
  const sockets: Socket[] = [];
  await waits(50);
  const before = residentMb(running.child.pid as number);
  for (let n = 0; n < crowd; n++) {
    const socket = connect(Number(port), hostname, () => {
      if (n % 3 === 0) socket.write('GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ');
      else if (n % 3 === 1) socket.write(`${HEAD}Content-Length: 10000\r\n\r\n{`);
      else socket.pause().write('GET /api/live HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n');
    });
    socket.on('error', () => undefined);
    if (n % 3 < 2) drip(socket, ' ', 2000);
    sockets.push(socket);
  }
  try {
    await until('all of them are connected', () => sockets.every((socket) => !socket.connecting));
    const times = await waits(LONG ? 500 : 100);
    const p99 = percentile(times, 0.99);
    const more = residentMb(running.child.pid as number) - before;
    if (LONG)
      process.stderr.write(
        `${crowd} slow clients: p99 of a healthy one ${p99.toFixed(0)} ms, ${more.toFixed(0)} MB more\n`,
      );
    expectWithin(p99, 100);
    expect(more).toBeLessThan(100);
  } finally {
    for (const socket of sockets) socket.destroy();
  }
}, 60_000);

test('a reader that does not read costs its own connection, not the memory of the server', async () => {
  const call = client(running.url);
  const sessionId = randomUUID();
  const spans = Array.from({ length: 20 }, () =>
    span({ attributes: inSession(sessionId, { 'honeyhive_outputs.result': hex(250_000) }) }),
  );
  for (let n = 0; n < 5; n++)
    expect((await call('POST', '/v1/traces', traces(spans.slice(n * 4, n * 4 + 4)))).status).toBe(200);
  const before = residentMb(running.child.pid as number);
  const { hostname, port } = new URL(running.url);
  const sockets = Array.from({ length: 10 }, () => {
    const socket = connect(Number(port), hostname, () =>
      socket.pause().write(`GET /api/sessions/${sessionId}/export HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`),
    );
    return socket.on('error', () => undefined);
  });
  try {
    const times = await waits(100);
    expect(percentile(times, 0.99)).toBeLessThan(3000);
    // Ten answers of ten megabytes, of which only what the connections hold is made.
    expect(residentMb(running.child.pid as number) - before).toBeLessThan(400);
  } finally {
    for (const socket of sockets) socket.destroy();
  }
}, 60_000);

long(
  'a head that drips is cut after 10 s, a body that drips after 30 s',
  async () => {
    const [head, body] = await Promise.all([
      raw(
        running.url,
        (socket) => {
          socket.write('GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ');
          drip(socket, 'x', 300);
        },
        20_000,
      ),
      raw(
        running.url,
        (socket) => {
          socket.write(`${HEAD}Content-Length: 10000\r\n\r\n{`);
          drip(socket, ' ', 300);
        },
        40_000,
      ),
    ]);
    expect(head).toMatchObject({ closed: true });
    expect(body).toMatchObject({ closed: true });
    expect(statuses(head.text).every((status) => status === 408)).toBe(true);
    expect(statuses(body.text).every((status) => status === 408)).toBe(true);
    expect(head.afterMs).toBeLessThan(14_000);
    expect(body.afterMs).toBeLessThan(34_000);
  },
  60_000,
);

test('after all this it ends as it should', async () => {
  running.child.kill('SIGTERM');
  expect(await running.ended).toEqual({ code: 0, signal: null });
});
