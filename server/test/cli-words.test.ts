/** How the commands say things to people: numbers, times, names, and what they do not show. */

import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { inSession, local, span, T0, traces } from './support/local';
import { CLI, cli, runLocal } from './support/run-local';

test('one is one, times have a unit that suits them, and no emoji is cut in two', async () => {
  const server = await local();
  const lasting = async (name: string, ms: number): Promise<void> => {
    const attributes = inSession(randomUUID(), { 'honeyhive.session_name': name });
    await server.call('POST', '/v1/traces', traces([span({ attributes, startMs: T0, endMs: T0 + ms })]));
  };
  await lasting('days', 39 * 86_400_000);
  await lasting('hours', 5 * 3_600_000);
  const short = span({ attributes: inSession(randomUUID(), { 'honeyhive.session_name': 'micro' }), startMs: T0 });
  const endTimeUnixNano = `${T0}250000`;
  await server.call('POST', '/v1/traces', traces([{ ...short, endTimeUnixNano }]));
  await lasting(`${'x'.repeat(29)}👩‍🚀 flies`, 20);
  const list = (await cli(['sessions', 'list', '--url', server.url])).stdout;
  expect(list).toMatch(/ days {28}1 span {2}39\.0 d\n/);
  expect(list.replaceAll(/ {3,}/g, ' ')).toMatch(/ hours 1 span {2}5\.0 h\n/);
  expect(list.replaceAll(/ {3,}/g, ' ')).toMatch(/ micro 1 span {2}250 µs\n/);
  expect(list).toMatch(/ x{29} {3}1 span/);
  expect((await cli(['sessions', 'list', '--q', 'name:days', '--url', server.url])).stdout).not.toContain('spans');
  expect((await cli(['prune', '--keep', '3', '--url', server.url])).stdout).toContain('1 session with 1 span removed');
});

test('a session none of whose spans has ended is running', async () => {
  const server = await local();
  const sessionId = randomUUID();
  const running = span({ attributes: inSession(sessionId), endMs: null });
  await server.call('POST', '/v1/traces', traces([running]));
  for (const command of [
    ['sessions', 'list'],
    ['sessions', 'show', sessionId],
  ])
    expect((await cli([...command, '--url', server.url])).stdout).toMatch(/1 span {2}running\n/);
});

test('a list that is not whole says so, beside what it lists', async () => {
  const server = await local();
  await server.call('POST', '/v1/traces', traces([1, 2].map(() => span({ attributes: inSession(randomUUID()) }))));
  const [one, two] = await Promise.all(
    ['1', '2'].map((limit) => cli(['sessions', 'list', '--limit', limit, '--url', server.url])),
  );
  expect(one?.stdout.trim().split('\n')).toHaveLength(1);
  expect(one?.stderr).toBe('honeyhive-local: there are more; --limit shows up to 1000, --q narrows\n');
  expect(two?.stderr).toBe('');
  expect((await cli(['sessions', 'list', '--limit', '1', '--json', '--url', server.url])).stderr).toBe('');
});

test('tail says that the server has ended', async () => {
  const server = await local();
  const child = spawn(process.execPath, [CLI, 'sessions', 'tail', '--url', server.url], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  let told = false;
  child.stdout.once('data', () => {
    told = true;
  });
  while (!told) await server.call('POST', '/v1/traces', traces([span({ attributes: inSession(randomUUID()) })]));
  await server.close();
  expect([await ended, stderr]).toEqual([1, `honeyhive-local: ${server.url} has ended, and tells nothing more\n`]);
});

test('a server that asks for a key is told apart, with where the key goes', async () => {
  const { url, child } = await runLocal(['--port', '0', '--db', `${(await local()).db}.keys`], {
    HH_LOCAL_KEYS: 'shop=s3cret',
  });
  const message = `honeyhive-local: ${url} asks for a key, or for another one: set HH_API_KEY\n`;
  expect(await cli(['stats', '--url', url])).toMatchObject({ code: 1, stderr: message });
  expect(await cli(['stats', '--url', url], { HH_API_KEY: 'wrong' })).toMatchObject({ code: 1, stderr: message });
  expect(await cli(['stats', '--url', url], { HH_API_KEY: 's3cret' })).toMatchObject({ code: 0, stderr: '' });
  expect((await cli(['--help'])).stdout).toContain('HH_API_KEY');
  child.kill('SIGTERM');
});
