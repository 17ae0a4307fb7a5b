/** Names of databases: what leads to another file, and what is none. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { folder, inSession, local, span, traces } from './support/local';
import { CLI, cli, runLocal } from './support/run-local';

const files = (of: string): string[] => readdirSync(of).sort();

function linked(): { home: string; real: string; link: string } {
  const home = folder();
  mkdirSync(join(home, 'elsewhere'));
  const link = join(home, 'traces.db');
  symlinkSync(join('elsewhere', 'moved.db'), link);
  return { home, real: join(home, 'elsewhere', 'moved.db'), link };
}

test('a link to a database is as good as its name, and what belongs to it stays beside it', async () => {
  const { home, real, link } = linked();
  const first = await local({ db: real });
  expect((await first.call('POST', '/v1/traces', traces([span()]))).status).toBe(200);
  await first.close();
  const second = await local({ db: link });
  for (let n = 0; n < 3; n++) expect((await second.call('POST', '/v1/traces', traces([span()]))).status).toBe(200);
  expect((await second.call('GET', '/api/stats')).json.spans).toBe(4);
  expect(files(home)).toEqual(['elsewhere', 'traces.db']);
  expect(files(join(home, 'elsewhere'))).toContain('moved.db.lock');
});

test('a link that leads to no file yet: the file is made where it leads to', async () => {
  const { home, real, link } = linked();
  const server = await local({ db: link });
  expect((await server.call('POST', '/v1/traces', traces([span()]))).status).toBe(200);
  expect(existsSync(real)).toBe(true);
  expect(files(home)).toEqual(['elsewhere', 'traces.db']);
});

test('links that lead round in a circle are refused', async () => {
  const home = folder();
  symlinkSync('b.db', join(home, 'a.db'));
  symlinkSync('a.db', join(home, 'b.db'));
  await expect(local({ db: join(home, 'a.db') })).rejects.toThrow(/cannot open|unable to open/);
});

test.each([
  ['link', 'real'],
  ['real', 'link'],
] as const)('open by its %s name, a second server is refused it by its %s one', async (first, second) => {
  const names = linked();
  const running = await runLocal(['--port', '0', '--db', names[first]]);
  await expect(runLocal(['--port', '0', '--db', names[second]])).rejects.toThrow('already');
  running.child.kill('SIGTERM');
  await running.ended;
});

test.each([':memory:', '', ' '])(
  "a database that is no file is refused, and nothing is left of the try: '%s'",
  async (db) => {
    const cwd = folder();
    const child = spawn(process.execPath, [CLI, 'serve', '--port', '0', '--db', db], { cwd, stdio: 'pipe' });
    const stderr: Buffer[] = [];
    child.stderr.on('data', (part: Buffer) => stderr.push(part));
    const late = setTimeout(() => child.kill('SIGKILL'), 10_000);
    const [code] = await once(child, 'close');
    clearTimeout(late);
    expect([code, Buffer.concat(stderr).toString()]).toEqual([1, expect.stringMatching(/no file.*--db/)]);
    expect(files(cwd)).toEqual([]);
  },
);

test('a file that was left with a log is only read through a link too', async () => {
  const { real, link } = linked();
  const running = await runLocal(['--port', '0', '--db', real]);
  const sent = await fetch(`${running.url}/v1/traces`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(traces([span({ attributes: inSession('left-behind') })])),
  });
  expect(sent.status).toBe(200);
  running.child.kill('SIGKILL');
  await running.ended;
  const before = statSync(`${real}-wal`).size;
  expect(before).toBeGreaterThan(0);
  const shown = await cli(['stats', '--db', link, '--json']);
  expect(JSON.parse(shown.stdout).spans).toBe(1);
  expect(statSync(`${real}-wal`).size).toBe(before);
});
