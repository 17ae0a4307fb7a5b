/** Much at once. The short forms run with all tests, the long ones with HH_LONG=1 (`npm run test:faults`). */
import { randomUUID } from 'node:crypto';
import { request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { client, folder, hex, inSession, local, span, T0, traces } from './support/local';
import { LONG, percentile, residentMb } from './support/measure';
import { runLocal } from './support/run-local';
import { until } from './support/wait';

const total = LONG ? 100_000 : 20_000;
test(
  `a session of ${total} spans is taken, listed in pages, opened and searched, and nothing is left out silently`,
  async () => {
    const server = await local();
    const sessionId = randomUUID();
    const traceId = hex(16);
    for (let n = 0; n < total / 1000; n++) {
      const spans = Array.from({ length: 1000 }, (_, i) =>
        span({
          traceId,
          spanId: (n * 1000 + i + 1).toString(16).padStart(16, '0'),
          startMs: T0 + n * 1000 + i,
          attributes: inSession(sessionId, { 'honeyhive_outputs.result': i === 500 ? `needle${n}` : 'hay' }),
        }),
      );
      expect((await server.call('POST', '/v1/traces', traces(spans))).status).toBe(200);
    }
    const ids = new Set<string>();
    let pages = 0;
    for (let cursor: string | null = ''; cursor !== null; pages++) {
      const query = cursor === '' ? '' : `?cursor=${cursor}`;
      const { json } = await server.call('GET', `/api/sessions/${sessionId}${query}`);
      expect(json.session.spanCount).toBe(total);
      for (const one of json.spans) ids.add(one.spanId);
      cursor = json.nextCursor;
    }
    expect(ids.size).toBe(total);
    expect(pages).toBeLessThanOrEqual(total / 10_000 + 1);
    const found = (await server.call('GET', `/api/spans?q=${encodeURIComponent(`needle${total / 1000 - 1}`)}`)).json;
    expect(found.items).toHaveLength(1);
    const { spanId } = found.items[0];
    expect((await server.call('GET', `/api/spans/${traceId}/${spanId}`)).json.outputs.result).toContain('needle');
    const listed = (await server.call('GET', '/api/sessions')).json.items;
    expect(listed).toMatchObject([{ sessionId, spanCount: total }]);
  },
  LONG ? 300_000 : 60_000,
);

const crowd = LONG ? 5000 : 1500;
test(`${crowd} idle connections do not keep a healthy client out or waiting`, async () => {
  const running = await runLocal(['--port', '0', '--db', join(folder(), 'traces.db')]);
  const pid = running.child.pid as number;
  const { hostname, port } = new URL(running.url);
  const before = residentMb(pid);
  const sockets: Socket[] = [];
  try {
    while (sockets.length < crowd) {
      const wave = Array.from({ length: 100 }, () => connect(Number(port), hostname).on('error', () => undefined));
      sockets.push(...wave);
      await Promise.all(
        wave.map((socket) => new Promise((resolve) => socket.once('connect', resolve).once('close', resolve))),
      );
    }
    await until('a thousand stay', () => sockets.filter((socket) => !socket.destroyed).length <= 1000);
    const call = client(running.url);
    const waits: number[] = [];
    for (let n = 0; n < 100; n++) {
      const from = performance.now();
      const { status } = await call('POST', '/v1/traces', traces([span({ attributes: inSession(randomUUID()) })]));
      waits.push(performance.now() - from);
      expect(status).toBe(200);
    }
    if (LONG)
      process.stderr.write(
        `${crowd} idle connections: p99 of a healthy client ${percentile(waits, 0.99).toFixed(0)} ms, ${(residentMb(pid) - before).toFixed(0)} MB more\n`,
      );
    // A full accept queue makes the system ask again after a second.
    expect(percentile(waits, 0.99)).toBeLessThan(5000);
    expect(residentMb(pid) - before).toBeLessThan(100);
  } finally {
    for (const socket of sockets) socket.destroy();
    running.child.kill('SIGTERM');
    await running.ended;
  }
}, 120_000);

interface Sent {
  status: number;
  retryAfter: string | undefined;
}

/** One request; a connection that is closed instead of answered counts as status 0. */
function post(url: string, body: Buffer): Promise<Sent> {
  return new Promise((resolve) => {
    const headers = { 'content-type': 'application/json', 'content-length': String(body.length) };
    const outgoing = request(`${url}/v1/traces`, { method: 'POST', agent: false, headers }, (response) => {
      response.resume();
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, retryAfter: response.headers['retry-after'] }),
      );
      response.on('error', () => resolve({ status: 0, retryAfter: undefined }));
    });
    outgoing.on('error', () => resolve({ status: 0, retryAfter: undefined }));
    outgoing.end(body);
  });
}

(LONG ? test : test.skip)(
  'a minute of far too much: bounded memory, refusals that say when to come back, all acknowledged kept, then as before',
  async () => {
    const running = await runLocal(['--port', '0', '--db', join(folder(), 'traces.db'), '--retention', '50GB']);
    const pid = running.child.pid as number;
    const sessionId = randomUUID();
    const filler = 'far too much '.repeat(4000);
    let acknowledged = 0;
    let peak = 0;
    const refused: Sent[] = [];
    const until = Date.now() + 60_000;
    const sender = async (): Promise<void> => {
      while (Date.now() < until) {
        const spans = Array.from({ length: 20 }, () =>
          span({ attributes: inSession(sessionId, { 'honeyhive_outputs.result': filler + hex(8) }) }),
        );
        const sent = await post(running.url, Buffer.from(JSON.stringify(traces(spans))));
        if (sent.status === 200) acknowledged += spans.length;
        else refused.push(sent);
        peak = Math.max(peak, residentMb(pid));
        if (sent.status !== 200) await new Promise((resolve) => setTimeout(resolve, 20));
      }
    };
    try {
      await Promise.all(Array.from({ length: 300 }, sender));
      for (const { status, retryAfter } of refused) {
        expect([0, 429, 503]).toContain(status);
        if (status !== 0) expect(retryAfter).toBe('1');
      }
      const call = client(running.url);
      const from = performance.now();
      expect((await call('POST', '/v1/traces', traces([span({ attributes: inSession(sessionId) })]))).status).toBe(200);
      expect(performance.now() - from).toBeLessThan(5000);
      const { json } = await call('GET', `/api/sessions/${sessionId}?limit=1`);
      // What was refused by a closed connection may have been kept; what was acknowledged must have been.
      expect(json.session.spanCount).toBeGreaterThanOrEqual(acknowledged + 1);
      process.stderr.write(
        `a minute of overload: ${acknowledged} acknowledged, ${refused.length} requests refused, at most ${peak.toFixed(0)} MB\n`,
      );
      expect(acknowledged).toBeGreaterThan(0);
      expect(peak).toBeLessThan(512);
    } finally {
      running.child.kill('SIGTERM');
      await running.ended;
    }
  },
  180_000,
);
