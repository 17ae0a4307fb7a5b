/** Fifty secrets planted in every input a stranger or a careless client has, then looked for wherever nobody meant them to be. */
import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { startServer } from 'honeyhive-local';
import { client, folder, hex, inSession, span, traces } from '../support/local';
import { raw } from '../support/raw';
import { cli, runLocal } from '../support/run-local';

interface Place {
  what: string;
  secret: string;
}

const places: Place[] = [];
function plant(what: string): string {
  const secret = `canary${places.length}x${hex(8)}`;
  places.push({ what, secret });
  return secret;
}

test('fifty planted secrets are in no output, no file, no report, no list of processes and no answer to somebody else', async () => {
  const where = folder();
  const db = join(where, 'traces.db');
  const key = plant('the key of a project');
  const half = plant('a key that may only read');
  const running = await runLocal(['--port', '0', '--db', db], { HH_LOCAL_KEYS: `p=${key},q=${half}:read` });
  let output = '';
  running.child.stdout?.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  const call = client(running.url);
  const answers: string[] = [];
  const ask = async (
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<number> => {
    const answer = await call(method, path, body, { authorization: `Bearer ${key}`, ...headers });
    answers.push(JSON.stringify(answer));
    return answer.status;
  };
  // Whoever sent these may read them again in the answer, but nobody else.
  const strange = { authorization: 'Bearer nobody' };
  await call('PUT', `/v1/events/${plant('an id sent without a valid key')}`, {}, strange);
  await call('POST', `/${plant('a path sent without a valid key')}`, {}, strange);
  await call('POST', '/v1/traces', 'x', {
    ...strange,
    'content-type': `x/${plant('a type sent without a valid key')}`,
  });
  const unauthorized = (what: string, header: (secret: string) => string) =>
    ask('POST', '/session/start', { session: {} }, { authorization: header(plant(what)) });
  await unauthorized('a wrong key', (one) => `Bearer ${one}`);
  await unauthorized('a key with a name before it', (one) => `Basic ${Buffer.from(`user:${one}`).toString('base64')}`);
  await unauthorized('a key without a scheme', (one) => one);
  await unauthorized('a key in two words', (one) => `Bearer ${one} ${one}`);
  for (const header of [
    'x-api-key',
    'x-honeyhive-key',
    'proxy-authorization',
    'x-auth-token',
    'cookie',
    'x-forwarded-for',
    'x-forwarded-host',
    'user-agent',
    'referer',
    'x-request-id',
    'traceparent',
    'baggage',
    'hh-client-version',
    'accept',
    'accept-language',
    'if-none-match',
    'forwarded',
    'via',
    'sec-websocket-protocol',
  ])
    await ask('POST', '/v1/traces', traces([]), { [header]: plant(`the header ${header}`) });
  await ask('GET', '/api/sessions', undefined, { host: `${plant('the host')}.example` });
  await ask('POST', '/v1/traces', traces([]), { origin: `https://${plant('the origin')}.example` });
  for (const name of ['key', 'token', 'api_key', 'password'])
    await ask('POST', `/v1/traces?${name}=${plant(`the parameter ${name}`)}`, traces([]));
  await ask('GET', `/api/sessions?cursor=${plant('a cursor')}`);
  await ask('PUT', '/events', { event_id: randomUUID() }, { cookie: `honeyhive_local=${plant('a cookie')}` });
  for (const [what, path] of [
    ['OTLP', '/v1/traces'],
    ['a session', '/session/start'],
    ['an event', '/v1/events'],
    ['a run', '/v1/runs'],
    ['a search', '/v1/events/export'],
  ] as const)
    await ask('POST', path, `{"authorization":"${plant(`${what} that breaks off`)}`);
  await ask('POST', '/v1/traces', gzipSync(`{"x":"${plant('zipped JSON that breaks off')}`), {
    'content-encoding': 'gzip',
  });
  await ask('POST', '/v1/traces', Buffer.from(`\x0a\x05${plant('protobuf that breaks off')}`), {
    'content-type': 'application/x-protobuf',
  });
  await ask('POST', '/v1/traces', plant('no JSON at all'));
  await ask('POST', '/v1/traces', `{"resourceSpans":[{"scopeSpans":"${plant('the wrong type of a list')}"}]}`);
  await ask('POST', '/session/start', { session: { start_time: plant('a time that is none') } });
  await ask('POST', '/session/start', { session: { end_time: plant('an end that is none') } });
  await ask('POST', '/v1/events', {
    session_id: randomUUID(),
    event_type: 'tool',
    inputs: plant('inputs that are none'),
  });
  await ask('POST', '/api/import', `{"resourceSpans":\n"${plant('a file that breaks off')}`);
  // Not HTTP, or hardly: Node answers these itself.
  answers.push(
    (
      await raw(running.url, (socket) =>
        socket.write(`GET / HTTP/1.1\r\nHost: x\r\n${plant('a header without a colon')}\r\n\r\n`),
      )
    ).text,
  );
  answers.push((await raw(running.url, (socket) => socket.write(`${plant('no HTTP at all')}\r\n\r\n`))).text);
  expect(places.length).toBeGreaterThanOrEqual(50);

  // What is meant to be kept is kept, beside all that.
  const kept = `meant${hex(8)}`;
  const one = span({ attributes: inSession(randomUUID(), { kept }) });
  expect(await ask('POST', '/v1/traces', traces([one]))).toBe(200);
  expect(
    (await call('GET', `/api/spans/${one.traceId}/${one.spanId}`, undefined, { authorization: `Bearer ${key}` })).text,
  ).toContain(kept);

  const doctor = await call('GET', '/api/doctor', undefined, { authorization: `Bearer ${key}` });
  expect(doctor.json.recent.length).toBeGreaterThan(10);
  const reports = [doctor.text];
  for (const command of [['doctor'], ['doctor', '--json'], ['stats', '--json']])
    reports.push(JSON.stringify(await cli([...command, '--url', running.url], { HH_API_KEY: key })));
  const list = process.platform === 'linux' ? execFileSync('ps', ['-eo', 'args']).toString() : '';
  running.child.kill('SIGTERM');
  await running.ended;
  const files = readdirSync(where)
    .map((name) => join(where, name))
    .filter((file) => statSync(file).isFile())
    .map((file) => readFileSync(file).toString('latin1'));
  const again = await startServer({ port: 0, db });
  const stored = JSON.stringify([
    await client(again.url)('GET', '/api/spans?limit=1000'),
    await client(again.url)('GET', '/api/sessions?limit=1000'),
    await client(again.url)('POST', '/v1/events/export', { filters: [] }),
  ]);
  await again.close();
  const sinks: Record<string, string> = {
    'standard output': output,
    'standard error': running.stderr(),
    'a report': reports.join('\n'),
    'the list of processes': list,
    'a file': files.join('\n'),
    'what is stored': stored,
    'an answer': answers.join('\n'),
  };
  const leaks = Object.entries(sinks).flatMap(([sink, text]) =>
    places.filter(({ secret }) => text.includes(secret)).map(({ what }) => `${what} is in ${sink}`),
  );
  expect(leaks).toEqual([]);
}, 60_000);

test('an end of line or a colour in a path, a type or a message is no line and no colour in the report', async () => {
  const running = await runLocal(['--port', '0', '--db', join(folder(), 'traces.db')]);
  const call = client(running.url);
  const evil = '\u001b[31mred\u001b[0m\r\nforged line';
  await raw(running.url, (socket) =>
    socket.write(
      `POST /x\u001b[31m%0d%0aforged%20line HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`,
    ),
  );
  await call('POST', `/${encodeURIComponent(evil)}`, '{}');
  await call('POST', '/v1/traces', '{}', { 'content-type': `application/x\u009b31m; ${'x'.repeat(200)}` });
  await call('POST', '/session/start', { session: { start_time: evil } });
  const { stdout } = await cli(['doctor', '--url', running.url]);
  expect(stdout).toContain('POST');
  expect(stdout.split('\n').filter((line) => line.startsWith('forged'))).toEqual([]);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for.
  expect(stdout.replaceAll('\n', '')).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
  running.child.kill('SIGTERM');
  await running.ended;
  expect(running.stderr()).toBe('');
});

test('an error inside the server says nothing of where it happened', async () => {
  const running = await runLocal(['--port', '0', '--db', join(folder(), 'traces.db')]);
  const call = client(running.url);
  const answers = await Promise.all([
    call('GET', '/%ff'),
    call('GET', `/api/sessions/${'x'.repeat(500)}`),
    call('GET', '/api/sessions?limit=NaN'),
    call('POST', '/v1/traces', 'x', { 'content-type': 'a/b' }),
    call('DELETE', '/v1/datasets/none', {}),
    call('PUT', '/events', []),
  ]);
  for (const { status, text } of answers) {
    expect(status).toBeGreaterThanOrEqual(400);
    expect(text).not.toMatch(/node_modules|\.js:\d+|\n {4}at |\/server\/|traces\.db/);
  }
  running.child.kill('SIGTERM');
  await running.ended;
});
