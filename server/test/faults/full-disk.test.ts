/** A disk that is really full, and one that may only be read: a small file system in memory. */
import { execFileSync, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, rmSync, statfsSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openDatabase } from '../../dist/store/sqlite/open-database';
import { type Answer, client, folder, hex, inSession, local, span, traces } from '../support/local';
import { LONG } from '../support/measure';
import { type Running, runLocal } from '../support/run-local';
import { until } from '../support/wait';

/** A file system of that size, gone when the test is over; undefined where it may not be made. */
function smallDisk(megabytes: number): { path: string; mount(how: string): void; remove(): void } | undefined {
  const path = folder();
  const made = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', path]);
  if (made.status !== 0) return undefined;
  return {
    path,
    mount: (how) => void execFileSync('mount', ['-o', `remount,${how}`, path]),
    remove: () => void spawnSync('umount', ['-l', path]),
  };
}

const probe = smallDisk(1);
probe?.remove();
if (!probe) process.stderr.write('A disk that is full is tested as root, who may mount one.\n');
const onDisk = probe ? test : test.skip;

interface Filled {
  call: ReturnType<typeof client>;
  sessionId: string;
  acknowledged: string[];
  send(kilobytes: number): Promise<Answer>;
}

function sender(running: Running): Filled {
  const call = client(running.url);
  const sessionId = randomUUID();
  const acknowledged: string[] = [];
  const send = async (kilobytes: number): Promise<Answer> => {
    const one = span({ attributes: inSession(sessionId, { 'honeyhive_outputs.result': hex(kilobytes * 512) }) });
    const answer = await call('POST', '/v1/traces', traces([one]));
    if (answer.status === 200) acknowledged.push(one.spanId);
    return answer;
  };
  return { call, sessionId, acknowledged, send };
}

const cycles = LONG ? 20 : 2;
onDisk(
  `a full disk, ${cycles} times: refused with Retry-After, read on, room made, written on; 0 acknowledged spans lost`,
  async () => {
    const disk = smallDisk(128) as NonNullable<ReturnType<typeof smallDisk>>;
    try {
      const db = join(disk.path, 'traces.db');
      const running = await runLocal(['--port', '0', '--db', db]);
      const { call, sessionId, acknowledged, send } = sender(running);
      expect((await send(1)).status).toBe(200);
      for (let cycle = 0; cycle < cycles; cycle++) {
        // What another program leaves: the disk fills up at another point each time.
        const filler = join(disk.path, 'filler');
        await until('the filler is there, also where the log grows under it', async () => {
          const { bavail, bsize } = statfsSync(disk.path);
          spawnSync('fallocate', ['-l', String(bavail * bsize - (2 + (cycle % 3)) * 1024 * 1024), filler]);
          return statSync(filler).size > 0;
        });
        let refused: Answer | undefined;
        for (let n = 0; n < 400 && refused === undefined; n++) {
          const answer = await send(100);
          if (answer.status !== 200) refused = answer;
        }
        expect(refused?.status).toBe(503);
        expect(refused?.headers['retry-after']).toBe('1');
        const { session } = (await call('GET', `/api/sessions/${sessionId}?limit=1`)).json;
        expect(session.spanCount).toBe(acknowledged.length);
        expect((await call('GET', '/api/sessions?q=nothing')).status).toBe(200);
        rmSync(filler);
        await until('writing works again', async () => (await send(1)).status === 200);
      }
      running.child.kill('SIGKILL');
      await running.ended;
      const again = await local({ db });
      const { json } = await again.call('GET', `/api/sessions/${sessionId}`);
      const kept = json.spans.map((one: { spanId: string }) => one.spanId);
      expect(new Set(kept).size).toBe(kept.length);
      expect(kept).toEqual(expect.arrayContaining(acknowledged));
      await again.close();
      const reader = openDatabase(db, { readonly: true });
      expect(Object.values(reader.prepare('PRAGMA integrity_check').get() ?? {})[0]).toBe('ok');
      reader.close();
    } finally {
      disk.remove();
    }
  },
  LONG ? 300_000 : 60_000,
);

onDisk(
  'on a disk that stays full, room can be made from inside: the reserve goes first',
  async () => {
    const disk = smallDisk(64) as NonNullable<ReturnType<typeof smallDisk>>;
    try {
      const db = join(disk.path, 'traces.db');
      const running = await runLocal(['--port', '0', '--db', db]);
      const { call, sessionId, send } = sender(running);
      await call('POST', '/v1/traces', traces([span({ attributes: inSession(sessionId) })]));
      const large = randomUUID();
      for (let n = 0; n < 20; n++) {
        const one = span({ attributes: inSession(large, { 'honeyhive_outputs.result': hex(200_000) }) });
        expect((await call('POST', '/v1/traces', traces([one]))).status).toBe(200);
      }
      expect(existsSync(`${db}.reserve`)).toBe(true);
      // To the last byte.
      try {
        writeFileSync(join(disk.path, 'filler'), Buffer.alloc(64 * 1024 * 1024));
      } catch {}
      let status = 200;
      for (let n = 0; n < 400 && status === 200; n++) status = (await send(100)).status;
      expect(status).toBe(503);
      expect(existsSync(`${db}.reserve`)).toBe(false);
      await until('a session can be removed', async () => {
        const { status } = await call('DELETE', `/api/sessions/${large}`);
        return status === 200;
      });
      expect((await call('GET', `/api/sessions/${large}`)).status).toBe(404);
      await until('and something new be written', async () => (await send(100)).status === 200);
      running.child.kill('SIGTERM');
      expect((await running.ended).code).toBe(0);
    } finally {
      disk.remove();
    }
  },
  60_000,
);

// Linux turns no disk read-only while a file on it is open for writing: this is what the next start meets.
onDisk(
  'a disk that may only be read: one clear line and exit code 1; used as before when it may be written',
  async () => {
    const disk = smallDisk(32) as NonNullable<ReturnType<typeof smallDisk>>;
    try {
      const db = join(disk.path, 'traces.db');
      const first = await runLocal(['--port', '0', '--db', db]);
      const { sessionId, send } = sender(first);
      expect((await send(1)).status).toBe(200);
      first.child.kill('SIGTERM');
      await first.ended;
      disk.mount('ro');
      await expect(runLocal(['--port', '0', '--db', db])).rejects.toThrow(/ended with 1: \{"error":\{[^\n]+\n$/);
      disk.mount('rw');
      const second = await runLocal(['--port', '0', '--db', db]);
      const call = client(second.url);
      expect((await call('GET', `/api/sessions/${sessionId}`)).json.session.spanCount).toBe(1);
      expect((await call('POST', '/v1/traces', traces([span()]))).status).toBe(200);
      second.child.kill('SIGTERM');
      await second.ended;
    } finally {
      disk.remove();
    }
  },
);
