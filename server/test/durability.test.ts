import { randomUUID } from 'node:crypto';
import {
  closeSync,
  copyFileSync,
  existsSync,
  openSync,
  readdirSync,
  readFileSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { openDatabase } from '../dist/store/sqlite/open-database';
import { client, folder, hex, inSession, local, span, traces } from './support/local';
import { expectWithin, LONG, percentile } from './support/measure';
import { random } from './support/random';
import { runLocal } from './support/run-local';
import { until } from './support/wait';

function integrity(file: string): unknown {
  const db = openDatabase(file, { readonly: true, busyMs: 5000 });
  try {
    return Object.values(db.prepare('PRAGMA integrity_check').get() ?? {})[0];
  } finally {
    db.close();
  }
}

const cycles = LONG ? 200 : 20;
const seed = Number(process.env.HH_SEED ?? 20260105);

test(
  `killed ${cycles} times at random while it takes spans (seed ${seed}): every acknowledged one is there, none twice`,
  async () => {
    const next = random(seed);
    const db = join(folder(), 'traces.db');
    const acknowledged = new Map<string, string[]>();
    const startsMs: number[] = [];
    let sent = 0;
    for (let cycle = 0; cycle < cycles; cycle++) {
      const began = Date.now();
      const running = await runLocal(['--port', '0', '--db', db]);
      startsMs.push(Date.now() - began);
      expect(integrity(db)).toBe('ok');
      const call = client(running.url);
      const sessionId = randomUUID();
      let alive = true;
      const sender = async (): Promise<void> => {
        while (alive) {
          const spans = Array.from({ length: 1 + Math.floor(next() * 20) }, () =>
            span({
              traceId: hex(16),
              attributes: inSession(sessionId, {
                'honeyhive_outputs.result': `text ${next()} ${'filler '.repeat(Math.floor(next() * 300))}`,
              }),
            }),
          );
          sent += spans.length;
          const answer = await call('POST', '/v1/traces', traces(spans)).catch(() => undefined);
          if (answer?.status === 200)
            acknowledged.set(sessionId, [...(acknowledged.get(sessionId) ?? []), ...spans.map((one) => one.spanId)]);
        }
      };
      const senders = [sender(), sender(), sender()];
      setTimeout(() => running.child.kill('SIGKILL'), 30 + next() * 250);
      await running.ended;
      alive = false;
      await Promise.all(senders);
    }
    expectWithin(percentile(startsMs, 0.99), 2000);
    if (LONG)
      process.stderr.write(
        `${cycles} kills, seed ${seed}: ready after at most ${Math.max(...startsMs)} ms, ${sent} spans sent\n`,
      );
    const server = await local({ db });
    let found = 0;
    for (const [sessionId, ids] of acknowledged) {
      const { json } = await server.call('GET', `/api/sessions/${sessionId}`);
      const stored: string[] = json.spans.map((one: { spanId: string }) => one.spanId);
      expect(new Set(stored).size).toBe(stored.length);
      expect(json.session.spanCount).toBe(stored.length);
      const set = new Set(stored);
      const lost = ids.filter((id) => !set.has(id));
      if (lost.length > 0)
        throw new Error(`seed ${seed}: ${lost.length} acknowledged spans of session ${sessionId} are lost`);
      found += ids.length;
    }
    expect(found).toBeGreaterThan(0);
    expect(found).toBeLessThanOrEqual(sent);
  },
  LONG ? 600_000 : 90_000,
);

test('SIGTERM under load: ends with 0 in time, and what was answered 200 is there', async () => {
  const db = join(folder(), 'traces.db');
  const running = await runLocal(['--port', '0', '--db', db]);
  const call = client(running.url);
  const sessionId = randomUUID();
  const acknowledged: string[] = [];
  let alive = true;
  const sender = async (): Promise<void> => {
    while (alive) {
      const spans = Array.from({ length: 50 }, () => span({ attributes: inSession(sessionId) }));
      const answer = await call('POST', '/v1/traces', traces(spans)).catch(() => undefined);
      if (answer?.status === 200) acknowledged.push(...spans.map((one) => one.spanId));
    }
  };
  const senders = [sender(), sender()];
  while (acknowledged.length < 500) await new Promise((resolve) => setTimeout(resolve, 10));
  const began = Date.now();
  running.child.kill('SIGTERM');
  running.child.kill('SIGTERM');
  expect(await running.ended).toEqual({ code: 0, signal: null });
  expect(Date.now() - began).toBeLessThan(5000);
  alive = false;
  await Promise.all(senders);
  expect(existsSync(`${db}-wal`)).toBe(false);
  const server = await local({ db });
  const stored = new Set(
    (await server.call('GET', `/api/sessions/${sessionId}`)).json.spans.map((one: { spanId: string }) => one.spanId),
  );
  expect(acknowledged.filter((id) => !stored.has(id))).toEqual([]);
});

test('closed and opened again, everything is still there', async () => {
  const db = join(folder(), 'traces.db');
  const first = await local({ db });
  const sessionId = randomUUID();
  await first.call('POST', '/session/start', {
    session: { session_id: sessionId, session_name: 'kept', metadata: { a: { b: 1 } } },
  });
  await first.call('POST', '/v1/traces', traces([span({ attributes: inSession(sessionId) })]));
  const before = (await first.call('GET', `/api/sessions/${sessionId}`)).text;
  const stats = (await first.call('GET', '/api/stats')).json;
  await first.close();
  await first.close();
  const second = await local({ db });
  expect((await second.call('GET', `/api/sessions/${sessionId}`)).text).toBe(before);
  expect((await second.call('GET', '/api/stats')).json).toMatchObject({
    received: stats.received,
    seq: stats.seq,
    spans: stats.spans,
  });
});

describe('the port and the file', () => {
  test('a port that another program has: said plainly, the next one used', async () => {
    const other = createServer((socket) => socket.destroy());
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as { port: number };
    const notices: string[] = [];
    const server = await local({ port, onNotice: (message) => notices.push(message) });
    expect(notices[0]).toBe(`port ${port} is taken by another program; trying ${port + 1}`);
    expect(Number(new URL(server.url).port)).toBeGreaterThan(port);
    expect((await server.call('GET', '/healthz')).status).toBe(200);
    other.close();
  });
  test('a second server on the same file: one clear line, the first untouched', async () => {
    const db = join(folder(), 'traces.db');
    const first = await local({ db });
    const port = Number(new URL(first.url).port);
    await expect(local({ db, port })).rejects.toThrow(`honeyhive-local already runs on port ${port} with ${db}`);
    await expect(local({ db })).rejects.toThrow('another honeyhive-local already has');
    await expect(runLocal(['--port', '0', '--db', db])).rejects.toThrow('another honeyhive-local already has');
    expect((await first.call('POST', '/v1/traces', traces([span()]))).status).toBe(200);
  });
  test('a newer file is refused and not touched', async () => {
    const db = join(folder(), 'traces.db');
    await (await local({ db })).close();
    // user_version stands at byte 60 of an SQLite file.
    const handle = openSync(db, 'r+');
    writeSync(handle, Buffer.from([0, 0, 3, 0xe7]), 0, 4, 60);
    closeSync(handle);
    const before = readFileSync(db);
    await expect(local({ db })).rejects.toThrow(/newer honeyhive-local \(schema 999/);
    expect(readFileSync(db).equals(before)).toBe(true);
  });
  test('a database of another program is refused', async () => {
    const db = join(folder(), 'other.db');
    const other = openDatabase(db);
    other.exec('CREATE TABLE mine(a)');
    other.close();
    await expect(local({ db })).rejects.toThrow('of another program');
  });
  test.each<[string, (db: string) => void]>([
    ['no database at all', (db) => writeFileSync(db, 'not a database, '.repeat(1000))],
    [
      'a header that is damaged',
      (db) => {
        const handle = openSync(db, 'r+');
        writeSync(handle, Buffer.alloc(100, 0xff), 0, 100, 0);
        closeSync(handle);
      },
    ],
    [
      'a schema page that is damaged',
      (db) => {
        const handle = openSync(db, 'r+');
        writeSync(handle, Buffer.alloc(4000, 0xff), 0, 4000, 100);
        closeSync(handle);
      },
    ],
  ])('%s: put aside by name, a new one begun', async (_name, damage) => {
    const db = join(folder(), 'traces.db');
    await (await local({ db })).close();
    damage(db);
    const notices: string[] = [];
    const server = await local({ db, onNotice: (message) => notices.push(message) });
    expect(notices.join()).toContain('moved to');
    expect(readdirSync(join(db, '..')).some((name) => name.startsWith('traces.db.damaged-'))).toBe(true);
    expect((await server.call('POST', '/v1/traces', traces([span()]))).status).toBe(200);
  });
  test('an empty file and a log cut short are opened as they are', async () => {
    const empty = join(folder(), 'traces.db');
    writeFileSync(empty, '');
    expect((await (await local({ db: empty })).call('GET', '/api/sessions')).status).toBe(200);
    const db = join(folder(), 'traces.db');
    const first = await local({ db });
    await first.call('POST', '/v1/traces', traces([span()]));
    const copy = join(folder(), 'traces.db');
    copyFileSync(db, copy);
    copyFileSync(`${db}-wal`, `${copy}-wal`);
    truncateSync(`${copy}-wal`, 1000);
    expect((await (await local({ db: copy })).call('GET', '/api/sessions')).status).toBe(200);
  });
});

test('a full disk: 503 and Retry-After, reading goes on, then writing again', async () => {
  const db = join(folder(), 'traces.db');
  const sessionId = randomUUID();
  // A limit on file size stands in for a full disk; SQLite sees the same refusal.
  const running = await runLocal(['--port', '0', '--db', db]).catch(() => undefined);
  expect(running).toBeDefined();
  const call = client(running?.url as string);
  await call('POST', '/v1/traces', traces([span({ attributes: inSession(sessionId) })]));
  const { execFileSync } = require('node:child_process') as typeof import('node:child_process');
  const prlimit = (bytes: string): boolean => {
    try {
      execFileSync('prlimit', ['--pid', String(running?.child.pid), `--fsize=${bytes}`], { stdio: 'ignore' });
      return true;
    } catch {
      return false;
    }
  };
  if (prlimit('65536:unlimited')) {
    const big = () =>
      traces(
        Array.from({ length: 50 }, () =>
          span({ attributes: inSession(sessionId, { 'honeyhive_outputs.result': hex(4000) }) }),
        ),
      );
    const feed = new AbortController();
    const said: unknown[] = [];
    const events = (await fetch(`${running?.url}/api/live`, { signal: feed.signal })).body
      ?.pipeThrough(new TextDecoderStream())
      .getReader();
    const listening = (async () => {
      let text = '';
      for (let part = await events?.read(); part && !part.done; part = await events?.read()) {
        text += part.value;
        said.splice(
          0,
          said.length,
          ...[...text.matchAll(/event: store\ndata: (.*)\n/g)].map(([, data]) => JSON.parse(data as string)),
        );
      }
    })().catch(() => undefined);
    const refused = await call('POST', '/v1/traces', big());
    expect(refused.status).toBe(503);
    expect(refused.headers['retry-after']).toBe('1');
    expect((await call('GET', `/api/sessions/${sessionId}`)).json.session.spanCount).toBe(1);
    expect(prlimit('unlimited:unlimited')).toBe(true);
    let answer = await call('POST', '/v1/traces', big());
    for (let tries = 0; answer.status !== 200 && tries < 40; tries++) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      answer = await call('POST', '/v1/traces', big());
    }
    expect(answer.status).toBe(200);
    expect((await call('GET', `/api/sessions/${sessionId}`)).json.session.spanCount).toBe(51);
    await until('the page is told', () => said.length >= 2);
    expect(said[0]).toEqual({ refusing: expect.stringContaining('nothing can be written') });
    expect(said.at(-1)).toEqual({ refusing: null });
    feed.abort();
    await listening;
  }
  running?.child.kill('SIGTERM');
  expect((await running?.ended)?.code).toBe(0);
});

test('retention removes the oldest sessions, with all that belonged to them, while spans arrive', async () => {
  const server = await local({ retentionBytes: 3 * 1024 * 1024 });
  const ids: string[] = [];
  for (let n = 0; n < 40; n++) {
    const sessionId = randomUUID();
    ids.push(sessionId);
    const spans = Array.from({ length: 20 }, () =>
      span({
        startMs: Date.UTC(2026, 0, 1) + n * 60_000,
        attributes: inSession(sessionId, { 'honeyhive_outputs.result': `${hex(4000)}` }),
      }),
    );
    await server.call('POST', '/v1/traces', traces(spans));
  }
  let stats: { dbBytes: number; freeBytes: number; sessions: number; spans: number } | undefined;
  // It goes on a little below the limit, so that the next batch does not start it again.
  await until('retention has come to its end', async () => {
    stats = (await server.call('GET', '/api/stats')).json;
    return stats !== undefined && stats.dbBytes - stats.freeBytes <= 3 * 1024 * 1024 * 0.9;
  });
  if (stats === undefined) throw new Error('unreachable');
  expect(stats.sessions).toBeGreaterThan(0);
  expect(stats.sessions).toBeLessThan(40);
  expect((await server.call('GET', `/api/sessions/${ids.at(-1)}`)).status).toBe(200);
  expect((await server.call('GET', `/api/sessions/${ids[0]}`)).status).toBe(404);
  const left = (await server.call('GET', '/api/spans?limit=1000')).json.items;
  expect(left.length).toBe(stats.spans);
});
