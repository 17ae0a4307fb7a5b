/** A disk that fails, one call to the system at a time; and proof that an answer of 200 waits for the disk. */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openDatabase } from '../../dist/store/sqlite/open-database';
import { client, folder, inSession, local, span, traces } from '../support/local';
import { runLocal } from '../support/run-local';
import { canTrace, strace } from '../support/strace';
import { until } from '../support/wait';

const LONG = Boolean(process.env.HH_LONG);
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
    'trace=pwrite64,fdatasync,fsync,write,writev,sendto,sendmsg',
  ]);
  for (let n = 0; n < 10; n++) expect((await call('POST', '/v1/traces', traces([span()]))).status).toBe(200);
  await stop();
  running.child.kill('SIGTERM');
  await running.ended;
  const seen = { written: 0, synced: 0, answered: 0, early: 0 };
  let unsynced = false;
  for (const line of readFileSync(log, 'utf8').split('\n')) {
    const ofLog = line.includes('traces.db-wal>');
    if (ofLog && / pwrite64\(/.test(line)) {
      seen.written++;
      unsynced = true;
      // A call that another thread interrupts in the listing ends on a line without the file's name.
    } else if ((ofLog && / f(data)?sync\(.*= 0/.test(line)) || /<\.\.\. f(data)?sync resumed>.*= 0/.test(line)) {
      seen.synced++;
      unsynced = false;
    } else if (line.includes('HTTP/1.1 200')) {
      seen.answered++;
      if (unsynced) seen.early++;
    }
  }
  expect(seen).toMatchObject({ answered: 10, early: 0 });
  expect(seen.written).toBeGreaterThanOrEqual(10);
  expect(seen.synced).toBeGreaterThanOrEqual(10);
});
