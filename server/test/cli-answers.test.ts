/** What the commands answer: the same from a server and from a file, whole, and mistakes in a shape of their own. */
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { treeOrder } from '../dist/cli/tree-order';
import { folder, hex, inSession, type Local, local, span, T0, traces } from './support/local';
import { CLI, cli, runLocal } from './support/run-local';

async function filled(): Promise<{ server: Local; file: Local }> {
  const [server, file] = await Promise.all([local(), local()]);
  for (const one of [server, file])
    await one.call('POST', '/v1/traces', traces([span({ attributes: inSession(randomUUID()) })]));
  await file.close();
  return { server, file };
}

/** How a command ends whose reader, as `head` does, goes away after the first part. */
function firstPart(args: string[]): Promise<{ code: number | null; stderr: string }> {
  const child = spawn(process.execPath, [CLI, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout.once('data', () => child.stdout.destroy());
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, stderr })));
}

test('a server that ends in the middle of an answer is named, without a stack', async () => {
  const broken = createServer((_request, response) => {
    response.writeHead(200, { 'content-length': '1000' });
    response.write('{"items":[');
    setTimeout(() => response.destroy(), 50);
  });
  await new Promise<void>((resolve) => broken.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(broken.address() as AddressInfo).port}`;
  for (const command of [['stats'], ['sessions', 'tail'], ['export', 'x']]) {
    const { code, stderr } = await cli([...command, '--url', url]);
    expect([command, code, stderr]).toEqual([command, 1, `honeyhive-local: ${url} broke off its answer: aborted\n`]);
  }
  broken.close();
});

test('a limit or a query that is none is refused in the same words from a server and from a file', async () => {
  const { server, file } = await filled();
  for (const flags of [
    ['--limit', 'abc'],
    ['--limit', '0'],
    ['--limit', '1001'],
    ['--limit', '1.5'],
    ['--limit=-1'],
    ['--q', 'nmae:x'],
    ['--q', '('],
  ]) {
    const [asked, read] = await Promise.all([
      cli(['sessions', 'list', ...flags, '--url', server.url]),
      cli(['sessions', 'list', ...flags, '--db', file.db]),
    ]);
    expect(asked).toMatchObject({ code: 1, stdout: '' });
    expect(asked.stderr).toMatch(flags[0] === '--q' ? /^honeyhive-local: [^\n]+\n$/ : /limit is .*from 1 to 1000\n$/);
    expect(read).toEqual(asked);
  }
  expect((await cli(['sessions', 'list', '--limit', '1', '--db', file.db])).code).toBe(0);
}, 60_000);

test('with --json a mistake is one line of JSON on standard error, whatever the command', async () => {
  const { server, file } = await filled();
  const none = join(folder(), 'none.db');
  const cases: [string[], string, object?][] = [
    [['frobnicate'], 'usage'],
    [['--nonsense'], 'usage'],
    [['serve', '--port', 'x'], 'usage', { field: '--port', allowed: 'a whole number from 0 to 65535' }],
    [['serve', '--db', server.db], 'in_use'],
    [['sessions', 'dance'], 'usage'],
    [['sessions', 'show'], 'usage'],
    [['sessions', 'show', randomUUID(), '--url', server.url], 'not_found'],
    [['sessions', 'show', randomUUID(), '--db', file.db], 'not_found'],
    [['sessions', 'list', '--limit', 'x', '--url', server.url], 'invalid_field', { field: 'limit' }],
    [['sessions', 'list', '--limit', 'x', '--db', file.db], 'invalid_field', { field: 'limit' }],
    [['sessions', 'list', '--q', '(', '--url', server.url], 'bad_query', { field: 'q' }],
    [['sessions', 'list', '--q', '(', '--db', file.db], 'bad_query', { field: 'q' }],
    [['sessions', 'tail', '--db', file.db], 'usage'],
    [['export', randomUUID(), '--url', server.url], 'not_found'],
    [['export', randomUUID(), '--db', file.db], 'not_found'],
    [['import', '/nowhere/file', '--url', server.url], 'unreadable'],
    [['prune', '--url', server.url], 'usage'],
    [['prune', '--keep', '', '--url', server.url], 'usage', { field: '--keep' }],
    [['compact', '--db', none], 'no_file'],
    [['stats', '--db', __filename], 'not_a_database'],
    [['stats', '--url', 'http://127.0.0.1:1'], 'unreachable'],
    [['stats', '--url', 'nowhere'], 'usage', { field: '--url' }],
    [['doctor', '--db', none], 'no_file'],
  ];
  for (const [args, code, more] of cases) {
    const answer = await cli([...args, '--json']);
    expect([args, answer.code, answer.stdout]).toEqual([args, 1, '']);
    expect(answer.stderr).toMatch(/^[^\n]+\n$/);
    expect([args, JSON.parse(answer.stderr)]).toEqual([
      args,
      { error: expect.objectContaining({ code, message: expect.any(String), ...more }) },
    ]);
  }
  await expect(runLocal(['--port', '0', '--db', server.db])).rejects.toThrow('"code":"in_use"');
}, 120_000);

test('a session of more spans than a page is shown to its last one, as a tree and as JSON', async () => {
  const server = await local();
  const sessionId = randomUUID();
  const traceId = hex(16);
  const parent = hex(8);
  const many = 10_050;
  for (let from = 0; from < many; from += 2010) {
    const spans = Array.from({ length: 2010 }, (_, n) =>
      span({
        traceId,
        ...(from + n === 0 ? { spanId: parent } : { parentSpanId: parent }),
        name: `step${from + n}.`,
        startMs: T0 + from + n,
        attributes: inSession(sessionId),
      }),
    );
    expect((await server.call('POST', '/v1/traces', traces(spans))).status).toBe(200);
  }
  const check = async (where: string[]): Promise<void> => {
    const tree = (await cli(['sessions', 'show', sessionId, ...where])).stdout;
    expect(tree.split('\n')).toHaveLength(1 + many + 1);
    expect(tree).toContain(`    step${many - 1}. `);
    const { session, spans, nextCursor } = JSON.parse(
      (await cli(['sessions', 'show', sessionId, '--json', ...where])).stdout,
    );
    expect(session).toMatchObject({ sessionId, spanCount: many });
    expect(nextCursor).toBeNull();
    expect(new Set(spans.map((one: { name: string }) => one.name)).size).toBe(many);
  };
  await check(['--url', server.url]);
  expect(await firstPart(['sessions', 'show', sessionId, '--url', server.url])).toEqual({ code: 0, stderr: '' });
  await server.close();
  await check(['--db', server.db]);
}, 60_000);

test('a hundred thousand calls of one parent are put in order at once', () => {
  const spans = Array.from({ length: 100_000 }, (_, n) => ({
    traceId: 't',
    spanId: `${n}`,
    parentSpanId: n === 0 ? null : '0',
  }));
  const from = performance.now();
  const placed = treeOrder(spans as never);
  expect(performance.now() - from).toBeLessThan(2000);
  expect(placed.map(({ span: { spanId } }) => Number(spanId))).toEqual(spans.map((_, n) => n));
  expect(placed.at(-1)?.depth).toBe(1);
});

test('letters beyond ASCII are found in a file as by its server, in capitals too', async () => {
  const file = await local();
  await file.call('POST', '/session/start', {
    session: { session_name: 'R\u00e9servation', metadata: { city: 'K\u00d6LN' } },
  });
  await file.close();
  for (const q of ['name:r\u00c9servation', 'metadata.city~k\u00f6l', 'name:r\u00e9*']) {
    const found = await cli(['sessions', 'list', '--q', q, '--db', file.db, '--json']);
    expect([q, found.stderr, JSON.parse(found.stdout || '{}').items?.length]).toEqual([q, '', 1]);
  }
});

test('a flag or an argument that a command does not take is refused before anything is touched', async () => {
  const { server, file } = await filled();
  const refused: [string[], string][] = [
    [['prune', '--q', 'x', '--keep', '0'], 'prune does not take --q; it takes --retention, --older-than, --keep, '],
    [['prune', 'old', '--keep', '0'], "prune does not take 'old'; it takes --retention, --older-than, --keep, "],
    [['compact', '--keep', '0'], 'compact does not take --keep; it takes --url, --db, --json'],
    [['sessions', 'list', 'refund'], "sessions list does not take 'refund'; it takes --q, --limit, "],
    [['sessions', 'show', 'one', 'two'], "sessions show does not take 'two'; it takes one argument, --url, "],
    [['sessions', 'tail', '--q', 'x'], 'sessions tail does not take --q; '],
    [['export', randomUUID(), '--limit', '1'], 'export does not take --limit; '],
    [['stats', '--port', '1'], 'stats does not take --port; '],
  ];
  for (const [args, message] of refused)
    for (const where of [
      ['--url', server.url],
      ['--db', file.db],
    ]) {
      const answer = await cli([...args, ...where]);
      expect([args, answer.code, answer.stdout]).toEqual([args, 1, '']);
      expect(answer.stderr).toContain(message);
    }
  for (const where of [
    ['--url', server.url],
    ['--db', file.db],
  ])
    expect(JSON.parse((await cli(['stats', '--json', ...where])).stdout).sessions).toBe(1);
  const serve = await cli(['--url', server.url]);
  expect([serve.code, serve.stderr]).toEqual([
    1,
    expect.stringContaining('serve does not take --url; it takes --port'),
  ]);
}, 120_000);

test('a whole id finds its session: that of the session, of a trace, of a span, of an event', async () => {
  const server = await local();
  const [sessionId, otherId] = [randomUUID(), randomUUID()];
  const mine = span({ attributes: inSession(sessionId) });
  await server.call('POST', '/v1/traces', traces([mine, span({ attributes: inSession(otherId) })]));
  const { eventId } = (await server.call('GET', `/api/spans/${mine.traceId}/${mine.spanId}`)).json;
  const found = async (q: string): Promise<string[]> => {
    const answer = await cli(['sessions', 'list', '--json', '--q', q, '--url', server.url]);
    return JSON.parse(answer.stdout).items.map((one: { sessionId: string }) => one.sessionId);
  };
  for (const id of [sessionId, mine.traceId, mine.spanId, eventId]) {
    expect([id, await found(id)]).toEqual([id, [sessionId]]);
    expect([id, await found(id.toUpperCase())]).toEqual([id, [sessionId]]);
    expect([id, await found(`NOT ${id}`)]).toEqual([id, [otherId]]);
    expect(await found(`${id.slice(0, -1)}x`)).toEqual([]);
    const spans = (await server.call('GET', `/api/spans?q=${id}`)).json.items;
    expect(spans.map((one: { spanId: string }) => one.spanId)).toEqual([mine.spanId]);
  }
}, 60_000);
