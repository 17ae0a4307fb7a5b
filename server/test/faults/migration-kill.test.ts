/** Killed while a file is brought to a newer schema, at each write to the disk: the file is the old one or the new one, whole. */
import { spawn, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { copyFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { openDatabase } from '../../dist/store/sqlite/open-database';
import { MIGRATIONS } from '../../dist/store/sqlite/schema';
import { openForWriting } from '../../dist/store/sqlite/store-file';
import { folder, hex, inSession, local, span, traces } from '../support/local';
import { LONG } from '../support/measure';
import { canTrace } from '../support/strace';

const tracing = canTrace();
if (!tracing) process.stderr.write('A kill at each write of a migration is tested on Linux with strace.\n');

const OLD = MIGRATIONS.length;
/** Two steps: one adds and fills a table and a column, one rewrites what is there. */
const NEXT = [
  `CREATE TABLE later(id INTEGER PRIMARY KEY, a TEXT);
   ALTER TABLE sessions ADD COLUMN later TEXT;
   INSERT INTO later(id, a) SELECT id, name FROM spans;
   UPDATE sessions SET later = name;`,
  `UPDATE spans SET name = upper(name);
   CREATE INDEX later_by_a ON later(a);
   UPDATE sessions SET name = upper(name);`,
];

async function written(): Promise<{ db: string; sessionId: string }> {
  const db = join(folder(), 'traces.db');
  const sessionId = randomUUID();
  const server = await local({ db });
  await server.call('POST', '/session/start', { session: { session_id: sessionId, session_name: 'kept' } });
  for (let n = 0; n < 5; n++)
    await server.call(
      'POST',
      '/v1/traces',
      traces(Array.from({ length: 100 }, () => span({ name: `step ${hex(40)}`, attributes: inSession(sessionId) }))),
    );
  await server.close();
  return { db, sessionId };
}

interface State {
  version: number;
  name: unknown;
  spans: number;
  later: number;
  upper: number;
  sound: unknown;
}

function stateOf(file: string): State {
  const db = openDatabase(file, { readonly: false });
  try {
    const value = (sql: string): unknown => Object.values(db.prepare(sql).get() ?? {})[0];
    const has = Number(value("SELECT count(*) FROM sqlite_master WHERE name = 'later'")) > 0;
    return {
      version: Number(value('PRAGMA user_version')),
      name: value('SELECT name FROM sessions'),
      spans: Number(value('SELECT count(*) FROM spans')),
      later: has ? Number(value('SELECT count(*) FROM later')) : 0,
      upper: Number(value('SELECT count(*) FROM spans WHERE name = upper(name)')),
      sound: value('PRAGMA integrity_check'),
    };
  } finally {
    db.close();
  }
}

const BY_VERSION: Record<number, Partial<State>> = {
  [OLD]: { name: 'kept', later: 0, upper: 0 },
  [OLD + 1]: { name: 'kept', later: 500, upper: 0 },
  [OLD + 2]: { name: 'KEPT', later: 500, upper: 500 },
};

/** Whatever was reached, it is one of the three schemas and nothing in between, and opening it goes on to the newest. */
function check(db: string): number {
  const state = stateOf(db);
  expect(state).toMatchObject({ spans: 500, sound: 'ok', ...BY_VERSION[state.version] });
  const copy = `${db}.schema-${OLD}`;
  if (state.version > OLD) expect(stateOf(copy)).toMatchObject({ version: OLD, name: 'kept', spans: 500, sound: 'ok' });
  openForWriting(db, () => undefined, [...MIGRATIONS, ...NEXT]).release();
  expect(stateOf(db)).toMatchObject({ version: OLD + 2, spans: 500, sound: 'ok', ...BY_VERSION[OLD + 2] });
  expect(stateOf(copy)).toMatchObject({ version: OLD, name: 'kept', spans: 500 });
  expect(existsSync(`${copy}.part`)).toBe(false);
  return state.version;
}

const program = [join(__dirname, 'migrate.cjs')];

(tracing ? test : test.skip)(
  'at the Nth write, for one N after the other until a run comes through',
  async () => {
    const { db } = await written();
    const reached = new Set<number>();
    let killed = 0;
    // The short run takes fewer steps, not a shorter way.
    const step = LONG ? 1 : 7;
    for (let n = 1; n < 2000; n += step) {
      const copy = join(folder(), 'traces.db');
      copyFileSync(db, copy);
      const calls = 'pwrite64,fdatasync,fsync,ftruncate,rename,unlink,copy_file_range,sendfile';
      const args = ['-f', '-o', '/dev/null', '-e', `trace=${calls}`, '-e', `inject=${calls}:signal=SIGKILL:when=${n}`];
      const run = spawnSync('strace', [...args, process.execPath, ...program, copy, JSON.stringify(NEXT)]);
      expect(run.stdout.toString()).toMatch(/^begin/);
      reached.add(check(copy));
      if (run.stdout.toString().includes('done')) break;
      killed++;
    }
    if (LONG) process.stderr.write(`killed at ${killed} writes of a migration\n`);
    expect(killed).toBeGreaterThanOrEqual(3);
    expect([...reached]).toEqual(expect.arrayContaining([OLD, OLD + 2]));
  },
  LONG ? 600_000 : 60_000,
);

const times = LONG ? 100 : 5;
test(
  `at ${times} moments spread over it`,
  async () => {
    const { db } = await written();
    for (let n = 0; n < times; n++) {
      const copy = join(folder(), 'traces.db');
      copyFileSync(db, copy);
      const child = spawn(process.execPath, [...program, copy, JSON.stringify(NEXT)], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      await new Promise<void>((resolve) => child.stdout.once('data', () => resolve()));
      const ended = new Promise((resolve) => child.once('close', resolve));
      setTimeout(() => child.kill('SIGKILL'), (n * 60) / times);
      await ended;
      check(copy);
    }
  },
  LONG ? 300_000 : 60_000,
);

const megabytes = LONG ? 5000 : 50;
test(
  `a file of ${megabytes} MB: said before it is copied, whole when killed meanwhile, then brought to the newest schema`,
  async () => {
    const { db } = await written();
    const file = openDatabase(db);
    const fill = file.prepare(
      'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50) INSERT INTO blobs(hash, encoding, data, refs) SELECT randomblob(16), 0, randomblob(1000000), 1 FROM n',
    );
    for (let filled = 0; filled < megabytes; filled += 50) fill.run();
    file.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    file.close();
    const first = spawn(process.execPath, [...program, db, JSON.stringify(NEXT)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ended = new Promise((resolve) => first.once('exit', resolve));
    first.stdout.on('data', (text) => {
      if (String(text).includes('copying it to')) first.kill('SIGKILL');
    });
    await ended;
    expect(BY_VERSION[stateOf(db).version]).toBeDefined();
    const from = performance.now();
    const { stdout } = spawnSync(process.execPath, [...program, db, JSON.stringify(NEXT)]);
    const seconds = (performance.now() - from) / 1000;
    if (LONG)
      process.stderr.write(`${megabytes} MB copied and brought to the next schema in ${seconds.toFixed(0)} s\n`);
    expect(stdout.toString()).toContain('done');
    check(db);
  },
  LONG ? 600_000 : 60_000,
);
