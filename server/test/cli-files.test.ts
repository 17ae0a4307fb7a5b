/** `--db FILE`: what is no database of ours stays as it is, and what only reads changes nothing. */
import { randomUUID } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { openDatabase } from '../dist/store/sqlite/open-database';
import { MIGRATIONS } from '../dist/store/sqlite/schema';
import { client, folder, inSession, local, span, traces } from './support/local';
import { cli, runLocal } from './support/run-local';

/** Everything in a folder: names, content, and when it was written. */
function all(where: string, but = /^$/): Record<string, string> {
  return Object.fromEntries(
    readdirSync(where)
      .filter((name) => !but.test(name))
      .map((name) => {
        const file = join(where, name);
        const { mtimeMs } = statSync(file);
        return [name, statSync(file).isFile() ? `${mtimeMs} ${readFileSync(file).toString('latin1')}` : 'folder'];
      }),
  );
}

const READING = (id: string): string[][] => [
  ['sessions', 'list'],
  ['sessions', 'list', '--q', 'kept', '--json'],
  ['sessions', 'show', id],
  ['sessions', 'show', id, '--json'],
  ['export', id],
  ['stats'],
  ['doctor'],
];
/** With a file to import, which is not beside the database. */
const WRITING = (): string[][] => {
  const file = join(folder(), 'one.json');
  writeFileSync(file, JSON.stringify(traces([span()])));
  return [['import', file], ['prune', '--keep', '1'], ['compact']];
};

async function filled(): Promise<{ db: string; where: string; sessionId: string }> {
  const where = folder();
  const db = join(where, 'traces.db');
  const server = await local({ db });
  const sessionId = randomUUID();
  await server.call('POST', '/v1/traces', traces([span({ name: 'kept', attributes: inSession(sessionId) })]));
  await server.close();
  return { db, where, sessionId };
}

describe('a file that no command may touch', () => {
  const cases: [string, (db: string) => void, RegExp][] = [
    ['none at all', () => undefined, /there is no file .*traces\.db; name .* or start .*serve --db/],
    ['a text', (db) => writeFileSync(db, 'my notes\n'.repeat(1000)), /is no database of honeyhive-local; .* untouched/],
    ['an exported session', (db) => writeFileSync(db, '{"honeyhiveSession":{}}\n'), /is no database/],
    ['nothing in it', (db) => writeFileSync(db, ''), /is no database/],
    ['a folder', (db) => mkdirSync(db), /is a folder/],
    [
      "another program's database",
      (db) => {
        const other = openDatabase(db);
        other.exec('CREATE TABLE notes(id INTEGER PRIMARY KEY, text TEXT); INSERT INTO notes(text) VALUES (1)');
        other.close();
      },
      /is no database of honeyhive-local, but of another program; .* untouched/,
    ],
  ];
  test.each(cases)(
    '%s: refused, exit code 1, nothing created, renamed or changed',
    async (_name, make, message) => {
      const where = folder();
      const db = join(where, 'traces.db');
      make(db);
      const before = all(where);
      for (const command of [...READING(randomUUID()), ...WRITING()]) {
        const answer = await cli([...command, '--db', db]);
        expect([command, answer.code, answer.stdout]).toEqual([command, 1, '']);
        expect(answer.stderr).toMatch(message);
        expect(answer.stderr.trim()).not.toContain('\n');
        expect([command, all(where)]).toEqual([command, before]);
      }
    },
    60_000,
  );

  test('a mistyped folder is not made either', async () => {
    const where = folder();
    expect((await cli(['stats', '--db', join(where, 'no', 'such', 'traces.db')])).stderr).toContain('there is no file');
    expect(readdirSync(where)).toEqual([]);
  });

  test('written by a newer version', async () => {
    const { db, where } = await filled();
    const newer = openDatabase(db);
    newer.exec('PRAGMA user_version = 999');
    newer.close();
    const before = all(where);
    for (const command of [['stats'], ['prune', '--keep', '0']]) {
      const answer = await cli([...command, '--db', db]);
      expect(answer).toMatchObject({ code: 1, stdout: '' });
      expect(answer.stderr).toContain('newer honeyhive-local (schema 999');
    }
    expect(all(where)).toEqual(before);
  });
});

describe('reading a file', () => {
  test('that was closed cleanly changes nothing and leaves nothing behind', async () => {
    const { db, where, sessionId } = await filled();
    rmSync(`${db}.lock`);
    rmSync(`${db}.reserve`);
    const before = all(where);
    for (const command of READING(sessionId)) {
      const answer = await cli([...command, '--db', db]);
      expect([command, answer.code, answer.stderr]).toEqual([command, 0, '']);
      expect([command, all(where)]).toEqual([command, before]);
    }
    expect((await cli(['export', sessionId, '--db', db])).stdout).toContain('"name":"kept"');
  }, 60_000);

  test('whose server was killed reads its log along, and leaves both as they are', async () => {
    const where = folder();
    const db = join(where, 'traces.db');
    const running = await runLocal(['--port', '0', '--db', db]);
    const sessionId = randomUUID();
    await client(running.url)('POST', '/v1/traces', traces([span({ attributes: inSession(sessionId) })]));
    running.child.kill('SIGKILL');
    await running.ended;
    expect(statSync(`${db}-wal`).size).toBeGreaterThan(0);
    const before = all(where, /-shm$/);
    for (const command of READING(sessionId)) {
      const answer = await cli([...command, '--db', db]);
      expect([command, answer.code, answer.stderr]).toEqual([command, 0, '']);
      expect([command, all(where, /-shm$/)]).toEqual([command, before]);
    }
    expect((await cli(['sessions', 'list', '--db', db])).stdout).toContain(sessionId);
    expect((await local({ db })).url).toContain('http');
  }, 60_000);

  test('that a server has open goes on beside it; writing does not', async () => {
    const server = await local();
    const sessionId = randomUUID();
    await server.call('POST', '/v1/traces', traces([span({ attributes: inSession(sessionId) })]));
    expect((await cli(['sessions', 'list', '--db', server.db])).stdout).toContain(sessionId);
    for (const command of WRITING()) {
      const answer = await cli([...command, '--db', server.db]);
      expect(answer).toMatchObject({ code: 1, stdout: '' });
      expect(answer.stderr).toContain('another honeyhive-local already has');
    }
    await server.call('POST', '/v1/traces', traces([span({ attributes: inSession(sessionId) })]));
    expect((await server.call('GET', `/api/sessions/${sessionId}`)).json.spans).toHaveLength(2);
  });

  test('of an older schema is refused and says how to go on; a command that writes copies and converts it', async () => {
    const where = folder();
    const db = join(where, 'traces.db');
    writeFileSync(db, gunzipSync(readFileSync(join(__dirname, 'files', 'schema-1.db.gz'))));
    const before = all(where);
    for (const command of [['stats'], ['export', '11111111-2222-4333-8444-555555555555']]) {
      const answer = await cli([...command, '--db', db]);
      expect([command, answer.code, answer.stdout]).toEqual([command, 1, '']);
      expect(answer.stderr).toMatch(/from an older version \(schema 1, .*serve --db .*copies it/);
      expect([command, all(where)]).toEqual([command, before]);
    }
    const written = await cli(['compact', '--db', db]);
    expect(written.code).toBe(0);
    expect(written.stderr).toContain(`brought from schema ${MIGRATIONS.length - 1} to ${MIGRATIONS.length}`);
    expect(existsSync(`${db}.schema-1`)).toBe(true);
    expect((await cli(['stats', '--db', db])).code).toBe(0);
  }, 60_000);
});

describe('a damaged file', () => {
  /** Cut short, or with the page from which all payloads are found overwritten. */
  async function damaged(how: 'cut' | 'overwritten'): Promise<{ db: string; where: string; sessionId: string }> {
    const { db, where, sessionId } = await filled();
    if (how === 'cut') {
      truncateSync(db, Math.floor(statSync(db).size / 2));
    } else {
      const found = openDatabase(db, { readonly: true });
      const page = Number(found.prepare("SELECT rootpage FROM sqlite_master WHERE name = 'payloads'").get()?.rootpage);
      found.close();
      for (const suffix of ['-wal', '-shm']) rmSync(db + suffix, { force: true });
      const bytes = readFileSync(db);
      bytes.fill(0xaa, (page - 1) * 8192, page * 8192);
      writeFileSync(db, bytes);
    }
    return { db, where, sessionId };
  }

  test.each(['cut', 'overwritten'] as const)('that is %s is not put aside by a command', async (how) => {
    const { db, where, sessionId } = await damaged(how);
    const before = all(where);
    for (const command of [['export', sessionId], ...WRITING()]) {
      const answer = await cli([...command, '--db', db]);
      expect([command, answer.code]).toEqual([command, 1]);
      expect(answer.stderr).toMatch(/cannot read all of .*traces\.db \(.*\); it was left untouched.* puts it aside/);
      expect([command, all(where)]).toEqual([command, before]);
    }
  });

  test('is read as far as it goes', async () => {
    const { db, sessionId } = await damaged('overwritten');
    expect((await cli(['stats', '--db', db])).code).toBe(0);
    expect((await cli(['sessions', 'show', sessionId, '--db', db])).stdout).toContain('kept');
  });
});
