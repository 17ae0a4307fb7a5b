import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { openDatabase } from '../dist/store/sqlite/open-database';
import { MIGRATIONS } from '../dist/store/sqlite/schema';
import { openForWriting } from '../dist/store/sqlite/store-file';
import { client, folder, hex, inSession, local, span, traces } from './support/local';
import { runLocal } from './support/run-local';
import { canTrace, strace } from './support/strace';
import { until } from './support/wait';

const injecting = canTrace();
if (!injecting)
  process.stderr.write('A disk that fails to sync is tested on Linux with strace, where it may attach to processes.\n');

/** Every sync to disk fails with EIO until the answer is called. */
const breakSyncs = (pid: number, logFile: string): Promise<() => Promise<void>> =>
  strace(pid, ['-o', logFile, '-e', 'trace=fdatasync,fsync', '-e', 'inject=fdatasync,fsync:error=EIO']);

(injecting ? test : test.skip)(
  'a disk that cannot sync: 503 and no false acknowledgement, reading goes on, and writing too once it can',
  async () => {
    const where = folder();
    const running = await runLocal(['--port', '0', '--db', join(where, 'traces.db')]);
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
    const mend = await breakSyncs(running.child.pid as number, join(where, 'strace.txt'));
    try {
      for (let n = 0; n < 3; n++) {
        const one = span({ attributes: inSession(sessionId) });
        const refused = await call('POST', '/v1/traces', traces([one]));
        expect(refused.status).toBe(503);
        expect(refused.headers['retry-after']).toBe('1');
      }
      expect((await call('GET', `/api/sessions/${sessionId}`)).status).toBe(200);
    } finally {
      await mend();
    }
    await until('it takes spans again', async () => (await send()) === 200);
    expect(await send()).toBe(200);
    running.child.kill('SIGKILL');
    await running.ended;
    const again = await local({ db: join(where, 'traces.db') });
    const { json } = await again.call('GET', `/api/sessions/${sessionId}`);
    const kept = json.spans.map((one: { spanId: string }) => one.spanId);
    expect(new Set(kept).size).toBe(kept.length);
    expect(kept).toEqual(expect.arrayContaining(acknowledged));
  },
  30_000,
);

(injecting ? test : test.skip)(
  'a disk that fails at everything, with a prune meanwhile: 503, and writing again once it is well',
  async () => {
    const where = folder();
    const db = join(where, 'traces.db');
    const running = await runLocal(['--port', '0', '--db', db]);
    const call = client(running.url);
    const send = async (): Promise<number> => {
      const one = span({ attributes: inSession(randomUUID(), { text: hex(15_000) }) });
      return (await call('POST', '/v1/traces', traces([one]))).status;
    };
    // More than is kept in memory, so that looking at the file again has to read it.
    for (let n = 0; n < 100; n++) expect(await send()).toBe(200);
    const calls = 'pread64,pwrite64,fdatasync,fsync';
    const only = ['', '-wal', '-shm'].flatMap((suffix) => ['-P', `${db}${suffix}`]);
    const inject = ['-e', `trace=${calls}`, '-e', `inject=${calls}:error=EIO`];
    const mend = await strace(running.child.pid as number, ['-o', join(where, 'strace.txt'), ...only, ...inject]);
    try {
      for (let n = 0; n < 3; n++) {
        expect(await send()).toBe(503);
        await call('POST', '/api/prune', { maxBytes: 1_000_000_000 });
        await call('POST', '/api/compact', {});
        await new Promise((resolve) => setTimeout(resolve, 400));
      }
    } finally {
      await mend();
    }
    await until('it takes spans again', async () => (await send()) === 200);
    expect((await call('POST', '/api/prune', { maxBytes: 1_000_000_000 })).status).toBe(200);
    running.child.kill('SIGTERM');
    expect((await running.ended).code).toBe(0);
  },
  60_000,
);

const say = (): void => undefined;

describe('a file of an older schema', () => {
  const NEXT = [...MIGRATIONS, 'CREATE TABLE later(a); UPDATE sessions SET name = upper(name)'];

  async function written(): Promise<{ db: string; sessionId: string }> {
    const db = join(folder(), 'traces.db');
    const sessionId = randomUUID();
    const server = await local({ db });
    await server.call('POST', '/session/start', { session: { session_id: sessionId, session_name: 'kept' } });
    await server.call('POST', '/v1/traces', traces([span({ attributes: inSession(sessionId) })]));
    await server.close();
    return { db, sessionId };
  }

  function nameIn(file: string): { name: unknown; version: number } {
    const db = openDatabase(file, { readonly: true });
    const name = db.prepare('SELECT name FROM sessions').get()?.name;
    const version = Number(db.prepare('PRAGMA user_version').get()?.user_version);
    db.close();
    return { name, version };
  }

  test('is copied before it is changed, and the copy is usable', async () => {
    const { db, sessionId } = await written();
    const notices: string[] = [];
    const store = openForWriting(db, (notice) => notices.push(notice), NEXT);
    store.release();
    const copy = `${db}.schema-${MIGRATIONS.length}`;
    expect(notices[0]).toContain(copy);
    expect(nameIn(db)).toEqual({ name: 'KEPT', version: NEXT.length });
    expect(nameIn(copy)).toEqual({ name: 'kept', version: MIGRATIONS.length });
    expect(existsSync(`${copy}.part`)).toBe(false);
    const old = await local({ db: copy });
    expect((await old.call('GET', `/api/sessions/${sessionId}`)).json.spans).toHaveLength(1);
    await expect(local({ db })).rejects.toThrow('newer honeyhive-local');
  });

  test('stays as it was where a statement of the migration fails', async () => {
    const { db } = await written();
    for (const broken of [
      'NOT SQL',
      'CREATE TABLE later(a); NOT SQL',
      'DROP TABLE spans; DELETE FROM sessions; NOT SQL',
    ]) {
      expect(() => openForWriting(db, say, [...MIGRATIONS, broken])).toThrow(/syntax error/);
      expect(nameIn(db)).toEqual({ name: 'kept', version: MIGRATIONS.length });
    }
    const store = openForWriting(db, say, NEXT);
    store.release();
    expect(nameIn(db).version).toBe(NEXT.length);
  });

  test('is not changed where it cannot be copied', async () => {
    const { db } = await written();
    // A folder that is in the way stands for a full disk: the copy cannot be written.
    mkdirSync(`${db}.schema-${MIGRATIONS.length}.part`);
    expect(() => openForWriting(db, say, NEXT)).toThrow('could not be copied first');
    expect(nameIn(db)).toEqual({ name: 'kept', version: MIGRATIONS.length });
  });

  test('is not copied where nothing has to change', async () => {
    const { db } = await written();
    openForWriting(db, say).release();
    expect(existsSync(`${db}.schema-${MIGRATIONS.length}`)).toBe(false);
  });
});
