/** SIGTERM whatever is going on: ended with 0 within 5 s, and never an answer of 200 for what is not kept. */
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { client, folder, hex, inSession, local, span, traces } from '../support/local';
import { LONG } from '../support/measure';
import { runLocal } from '../support/run-local';
import { until } from '../support/wait';

const HEAD = 'POST /v1/traces HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n';

test('with a listener, a body that has half come, an answer nobody reads and a slow query', async () => {
  const db = join(folder(), 'traces.db');
  const running = await runLocal(['--port', '0', '--db', db]);
  const call = client(running.url);
  const sessionId = randomUUID();
  for (let n = 0; n < 20; n++) {
    const spans = Array.from({ length: 100 }, () =>
      span({ attributes: inSession(sessionId, { 'honeyhive_metadata.k': hex(2000) }) }),
    );
    expect((await call('POST', '/v1/traces', traces(spans))).status).toBe(200);
  }
  const { hostname, port } = new URL(running.url);
  const open = (text: string) => {
    const socket = connect(Number(port), hostname, () => socket.pause().write(text));
    return socket.on('error', () => undefined);
  };
  const host = 'HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n';
  const slow = encodeURIComponent(Array.from({ length: 100 }, (_, n) => `span.metadata.k~zz${n}`).join(' OR '));
  const sockets = [
    open(`GET /api/live?after=0 ${host}`),
    open(`${HEAD}Content-Length: 1000\r\n\r\n{"resource`),
    open(`${HEAD}Transfer-Encoding: chunked\r\n\r\n5\r\n{"res`),
    open('GET /api/sessions HTTP/1.1\r\nHost: 127'),
    open(`GET /api/sessions/${sessionId}/export ${host}`),
    open(`GET /api/spans?q=${slow} ${host}`),
    open(''),
  ];
  await until('all are connected', () => sockets.every((socket) => socket.bytesWritten > 0 || !socket.connecting));
  const began = Date.now();
  running.child.kill('SIGTERM');
  expect(await running.ended).toEqual({ code: 0, signal: null });
  expect(Date.now() - began).toBeLessThan(5000);
  for (const socket of sockets) socket.destroy();
  expect(existsSync(`${db}-wal`)).toBe(false);
  await expect(call('GET', '/healthz')).rejects.toThrow(/ECONNREFUSED/);
});

const rounds = LONG ? 30 : 3;
test(
  `under load, ${rounds} times, with a second SIGTERM and a SIGINT behind it: 0 acknowledged spans lost`,
  async () => {
    const db = join(folder(), 'traces.db');
    const acknowledged: string[] = [];
    const sessionId = randomUUID();
    const odd = new Set<number>();
    for (let round = 0; round < rounds; round++) {
      const running = await runLocal(['--port', '0', '--db', db]);
      const call = client(running.url);
      let alive = true;
      const before = acknowledged.length;
      const sender = async (): Promise<void> => {
        while (alive) {
          const spans = Array.from({ length: 20 }, () => span({ attributes: inSession(sessionId) }));
          const answer = await call('POST', '/v1/traces', traces(spans)).catch(() => undefined);
          if (answer?.status === 200) acknowledged.push(...spans.map((one) => one.spanId));
          else if (answer) odd.add(answer.status);
          else await new Promise((resolve) => setTimeout(resolve, 5));
        }
      };
      const senders = Array.from({ length: 4 }, sender);
      await until('some are acknowledged', () => acknowledged.length > before + 200);
      const began = Date.now();
      running.child.kill('SIGTERM');
      setTimeout(() => running.child.kill('SIGTERM'), 5);
      setTimeout(() => running.child.kill('SIGINT'), 10);
      expect(await running.ended).toEqual({ code: 0, signal: null });
      expect(Date.now() - began).toBeLessThan(5000);
      const atEnd = acknowledged.length;
      await new Promise((resolve) => setTimeout(resolve, 50));
      alive = false;
      await Promise.all(senders);
      // Answers that were on their way may still have come; what is sent after the end is not acknowledged.
      expect(acknowledged.length - atEnd).toBeLessThanOrEqual(4 * 20);
    }
    expect([...odd].filter((status) => status !== 503)).toEqual([]);
    const server = await local({ db });
    const kept = new Set<string>();
    let cursor: string | null = '';
    while (cursor !== null) {
      const { json }: { json: any } = await server.call(
        'GET',
        `/api/sessions/${sessionId}${cursor ? `?cursor=${cursor}` : ''}`,
      );
      for (const one of json.spans) {
        expect(kept.has(one.spanId)).toBe(false);
        kept.add(one.spanId);
      }
      cursor = json.nextCursor;
    }
    expect(acknowledged.filter((id) => !kept.has(id))).toEqual([]);
  },
  LONG ? 400_000 : 60_000,
);
