/** A disk that fails, one call to the system at a time; and proof that an answer of 200 waits for the disk. */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openDatabase } from '../../dist/store/sqlite/open-database';
import { client, folder, inSession, local, span, traces } from '../support/local';
import { LONG } from '../support/measure';
import { runLocal } from '../support/run-local';
import { canTrace, strace } from '../support/strace';
import { until } from '../support/wait';

const injecting = canTrace();
if (!injecting)
  process.stderr.write('Failing disk calls are tested on Linux with strace, where it may attach to processes.\n');
const withStrace = injecting ? test : test.skip;

const errors = LONG ? 50 : 8;
withStrace(
  `EIO at the Nth write or sync, for ${errors} Ns: acknowledged spans lost 0, twice 0, the file sound each time`,
  async () => {
    const where = folder();
    const db = join(where, 'traces.db');
    const running = await runLocal(['--port', '0', '--db', db]);
    const call = client(running.url);
    const sessionId = randomUUID();
    const acknowledged: string[] = [];
    let refused = 0;
    const send = async (): Promise<number> => {
      const one = span({ attributes: inSession(sessionId, { 'honeyhive_outputs.result': 'text '.repeat(500) }) });
      const answer = await call('POST', '/v1/traces', traces([one]));
      if (answer.status === 200) acknowledged.push(one.spanId);
      else {
        refused++;
        expect(answer.status).toBe(503);
        expect(answer.headers['retry-after']).toBe('1');
      }
      return answer.status;
    };
    const sound = (): unknown => {
      const reader = openDatabase(db, { readonly: true, busyMs: 5000 });
      try {
        return Object.values(reader.prepare('PRAGMA integrity_check').get() ?? {})[0];
      } finally {
        reader.close();
      }
    };
    expect(await send()).toBe(200);
    for (let n = 1; n <= errors; n++) {
      const calls = 'pwrite64,fdatasync,fsync';
      const rule = [
        '-o',
        join(where, 'strace.txt'),
        '-e',
        `trace=${calls}`,
        '-e',
        `inject=${calls}:error=EIO:when=${n}`,
      ];
      const mend = await strace(running.child.pid as number, rule);
      try {
        for (let tries = 0; tries < 40 && (await send()) === 200; tries++);
        expect((await call('GET', `/api/sessions/${sessionId}?limit=1`)).status).toBe(200);
      } finally {
        await mend();
      }
      expect(readFileSync(join(where, 'strace.txt'), 'utf8')).toContain('EIO (Input/output error) (INJECTED)');
      await until('writing works again', async () => (await send()) === 200);
      expect({ n, sound: sound() }).toEqual({ n, sound: 'ok' });
    }
    expect(refused).toBeGreaterThanOrEqual(errors / 2);
    running.child.kill('SIGKILL');
    await running.ended;
    const again = await local({ db });
    const { json } = await again.call('GET', `/api/sessions/${sessionId}`);
    const kept = new Set<string>(json.spans.map((one: { spanId: string }) => one.spanId));
    expect(kept.size).toBe(json.spans.length);
    expect(json.session.spanCount).toBe(kept.size);
    expect(acknowledged.filter((id) => !kept.has(id))).toEqual([]);
  },
  LONG ? 400_000 : 90_000,
);

withStrace(
  'EIO when the log is synced: refused, and what is acknowledged later does not stand behind a hole',
  async () => {
    const db = join(folder(), 'traces.db');
    const running = await runLocal(['--port', '0', '--db', db]);
    const call = client(running.url);
    const sessionId = randomUUID();
    const acknowledged: string[] = [];
    const send = async (): Promise<number> => {
      const one = span({ attributes: inSession(sessionId) });
      const { status } = await call('POST', '/v1/traces', traces([one]));
      if (status === 200) acknowledged.push(one.spanId);
      return status;
    };
    expect(await send()).toBe(200);
    const log = `${db}.strace`;
    // Every thread counts for itself, and the four that sync take turns.
    const mend = await strace(running.child.pid as number, [
      '-y',
      ...['-o', log],
      ...['-e', 'trace=fdatasync,fsync,pwrite64'],
      ...['-e', 'inject=fdatasync:error=EIO:when=1'],
    ]);
    const answers: number[] = [];
    await until('a sync failed and writing works again', async () => {
      answers.push(await send());
      return answers.includes(503) && answers.at(-1) === 200;
    });
    await mend();
    // Before anything is acknowledged again, the file has all of the log and is synced, and the log begins anew.
    const lines = readFileSync(log, 'utf8').split('\n');
    const failed = lines.findIndex((line) => line.includes('INJECTED'));
    const anew = lines.findIndex((line, n) => n > failed && /traces\.db-wal>, .*, 0\) = 32/.test(line));
    const synced = lines.findIndex((line, n) => n > failed && /fsync\(\d+<[^>]*traces\.db>/.test(line));
    expect([failed, synced, anew].map((at) => at >= 0)).toEqual([true, true, true]);
    expect(synced).toBeLessThan(anew);
    running.child.kill('SIGKILL');
    await running.ended;
    const again = await local({ db });
    const { json } = await again.call('GET', `/api/sessions/${sessionId}`);
    const kept: string[] = json.spans.map((one: { spanId: string }) => one.spanId);
    expect(acknowledged.filter((id) => !kept.includes(id))).toEqual([]);
  },
);

withStrace('an answer of 200 is written only after the log is synced, as losing power demands', async () => {
  const where = folder();
  const db = join(where, 'traces.db');
  const running = await runLocal(['--port', '0', '--db', db]);
  const call = client(running.url);
  await call('POST', '/v1/traces', traces([span()]));
  const log = join(where, 'strace.txt');
  const stop = await strace(running.child.pid as number, [
    '-y',
    '-s',
    '40',
    '-o',
    log,
    '-e',
    'trace=read,recvfrom,pwrite64,fdatasync,fsync,write,writev,sendto,sendmsg',
  ]);
  for (let n = 0; n < 10; n++) expect((await call('POST', '/v1/traces', traces([span()]))).status).toBe(200);
  await stop();
  running.child.kill('SIGTERM');
  await running.ended;
  const seen = { asked: 0, answered: 0, early: 0 };
  // One request after the other: asked, written to the log, a sync of the log begun after that, the sync ended, answered.
  let state: 'waiting' | 'asked' | 'written' | 'syncing' | 'synced' = 'waiting';
  let syncing: string | undefined;
  for (const line of readFileSync(log, 'utf8').split('\n')) {
    const ofLog = line.includes('traces.db-wal>');
    const thread = line.split(' ')[0];
    if (line.includes('"POST /v1/traces')) {
      seen.asked++;
      state = 'asked';
    } else if (ofLog && / pwrite64\(/.test(line)) {
      if (state === 'asked') state = 'written';
    } else if (ofLog && / f(data)?sync\(/.test(line)) {
      if (state === 'written') {
        state = / = 0$/.test(line) ? 'synced' : 'syncing';
        syncing = thread;
      }
      // A call that another thread interrupts in the listing ends on a line without the file's name.
    } else if (/<\.\.\. f(data)?sync resumed>.*= 0$/.test(line)) {
      if (state === 'syncing' && thread === syncing) state = 'synced';
    } else if (line.includes('HTTP/1.1 200')) {
      seen.answered++;
      if (state !== 'synced') seen.early++;
      state = 'waiting';
    }
  }
  expect(seen).toEqual({ asked: 10, answered: 10, early: 0 });
});
