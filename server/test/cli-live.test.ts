import { randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { listen } from './support/listen';
import { folder, hex, inSession, type Local, local, span, T0, traces } from './support/local';
import { cli } from './support/run-local';

let server: Local;
beforeAll(async () => {
  server = await local();
});

async function sample(target: Local): Promise<{ sessionId: string; spans: any[] }> {
  const sessionId = randomUUID();
  const traceId = hex(16);
  const parent = hex(8);
  const spans = [
    span({
      traceId,
      spanId: parent,
      name: 'Desk.serve',
      attributes: inSession(sessionId, { honeyhive_event_type: 'chain', 'honeyhive_outputs.result': 'Paris' }),
    }),
    span({
      traceId,
      parentSpanId: parent,
      name: 'Evil.\u001b[31mname',
      startMs: T0 + 1,
      attributes: inSession(sessionId, {
        big: '9007199254740993',
        d: 2.5,
        list: [1, 'x'],
        'honeyhive_metadata.k': { deep: [true] },
      }),
      events: [
        {
          name: 'gen_ai.evaluation.result',
          attributes: { 'gen_ai.evaluation.name': 'acc', 'gen_ai.evaluation.score.value': 0.5 },
        },
      ],
    }),
  ];
  await target.call('POST', '/session/start', {
    session: {
      session_id: sessionId,
      session_name: 'support chat',
      project: 'shop',
      start_time: T0,
      user_properties: { user_id: 'u1' },
    },
  });
  await target.call('POST', '/v1/traces', traces(spans));
  return { sessionId, spans };
}

describe('the command line', () => {
  test('lists, shows and counts, from a server and from a file', async () => {
    const db = join(folder(), 'traces.db');
    const own = await local({ db });
    const { sessionId } = await sample(own);
    const check = async (where: string[]): Promise<void> => {
      const list = await cli(['sessions', 'list', ...where]);
      expect(list).toMatchObject({ code: 0, stderr: '' });
      expect(list.stdout).toContain(sessionId);
      expect(list.stdout).toContain('support chat');
      const json = JSON.parse((await cli(['sessions', 'list', '--json', '--q', 'name~support', ...where])).stdout);
      expect(json.items[0]).toMatchObject({ sessionId, spanCount: 2 });
      const show = await cli(['sessions', 'show', sessionId, ...where]);
      expect(show.stdout).toMatch(/ {2}Desk\.serve .*Paris\n {4}Evil\. \[31mname/);
      expect(show.stdout).not.toContain('\u001b');
      expect(JSON.parse((await cli(['stats', '--json', ...where])).stdout)).toMatchObject({ sessions: 1, spans: 2 });
    };
    await check(['--url', own.url]);
    await own.close();
    await check(['--db', db]);
  });

  test('a session exported and imported elsewhere is the same session', async () => {
    const { sessionId, spans } = await sample(server);
    const eventId = (await server.call('GET', `/api/spans/${spans[1].traceId}/${spans[1].spanId}`)).json.eventId;
    await server.call('PUT', '/events', { event_id: eventId, feedback: { liked: true } });
    await server.call('POST', '/v1/events', {
      session_id: sessionId,
      event_type: 'tool',
      event_name: 'rest',
      inputs: { a: { b: 1 } },
      metadata: { m: 1 },
    });
    const exported = await cli(['export', sessionId, '--url', server.url]);
    expect(exported.code).toBe(0);
    const file = join(folder(), 'session.ndjson');
    writeFileSync(file, exported.stdout);
    const db = join(folder(), 'traces.db');
    await (await local({ db })).close();
    expect(JSON.parse((await cli(['import', file, '--db', db, '--json'])).stdout)).toEqual({
      sessions: 1,
      spans: 3,
      duplicates: 0,
      rejected: 0,
    });
    const other = await local({ db });
    const strip = (text: string): string => text.replaceAll(/"seq":\d+/g, '');
    const [before, after] = await Promise.all(
      [server, other].map(async (one) => (await one.call('GET', `/api/sessions/${sessionId}`)).text),
    );
    expect(
      JSON.parse(
        strip(after as string)
          .replaceAll(',,', ',')
          .replaceAll(',}', '}')
          .replaceAll('{,', '{'),
      ),
    ).toEqual(
      JSON.parse(
        strip(before as string)
          .replaceAll(',,', ',')
          .replaceAll(',}', '}')
          .replaceAll('{,', '{'),
      ),
    );
    for (const one of spans) {
      const [left, right] = await Promise.all(
        [server, other].map(
          async (target) => (await target.call('GET', `/api/spans/${one.traceId}/${one.spanId}`)).json,
        ),
      );
      expect({ ...right, seq: 0 }).toMatchObject({
        ...left,
        seq: 0,
        attributes: expect.objectContaining(left.attributes),
      });
    }
    expect(JSON.parse((await cli(['import', file, '--url', other.url, '--json'])).stdout)).toMatchObject({
      spans: 0,
      duplicates: 3,
    });
  });

  test('several sessions are exported at once, and several files imported', async () => {
    const own = await local();
    const [one, two] = [await sample(own), await sample(own)];
    const files = await Promise.all(
      [one, two].map(async ({ sessionId }) => {
        const file = join(folder(), 'session.ndjson');
        writeFileSync(file, (await cli(['export', sessionId, '--url', own.url])).stdout);
        return file;
      }),
    );
    const both = await cli(['export', one.sessionId, two.sessionId, '--url', own.url]);
    expect(both.stdout).toBe(files.map((file) => readFileSync(file, 'utf8')).join(''));

    const other = await local();
    const broken = join(folder(), 'broken.ndjson');
    writeFileSync(broken, '{"a":1}\n');
    const nowhere = await cli(['import', ...files, '/nowhere/file', '--url', other.url]);
    expect([nowhere.code, nowhere.stderr]).toEqual([1, expect.stringContaining('cannot read /nowhere/file')]);
    expect((await other.call('GET', '/api/stats')).json.sessions).toBe(0);
    const report = JSON.parse((await cli(['import', ...files, '--json', '--url', other.url])).stdout);
    expect(report).toEqual({ sessions: 2, spans: 4, duplicates: 0, rejected: 0 });
    expect((await cli(['import', ...files, broken, '--url', other.url])).stderr).toContain(`${broken}: line 1: `);
  });

  test('mistakes are answered with what is possible, and exit code 1', async () => {
    for (const [args, message] of [
      [['frobnicate'], "'frobnicate' is not known"],
      [['sessions', 'dance', '--url', server.url], 'sessions list'],
      [['serve', '--port', 'x'], 'from 0 to 65535'],
      [['prune', '--url', server.url], '--older-than'],
      [['prune', '--retention', 'lots', '--url', server.url], '500MB'],
      [['--nonsense'], '--help'],
      [['export', randomUUID(), '--url', server.url], 'no session'],
      [['stats', '--url', 'http://127.0.0.1:1'], 'cannot reach'],
      [['import', '/nowhere/file', '--url', server.url], 'cannot read'],
    ] as const) {
      const answer = await cli([...args]);
      expect(answer.code).toBe(1);
      expect(answer.stderr).toContain(message);
      expect(answer.stderr).not.toContain('    at ');
    }
    expect((await cli(['--help'])).stdout).toContain('doctor');
  });

  test('prune and compact', async () => {
    const own = await local();
    await sample(own);
    await sample(own);
    expect(JSON.parse((await cli(['prune', '--keep', '1', '--json', '--url', own.url])).stdout)).toMatchObject({
      sessions: 1,
      spans: 2,
    });
    expect(JSON.parse((await cli(['compact', '--json', '--url', own.url])).stdout).dbBytes).toBeGreaterThan(0);
    expect((await own.call('GET', '/api/stats')).json.sessions).toBe(1);
  });

  test('doctor says why nothing arrives', async () => {
    const own = await local();
    const advice = async (): Promise<string> => (await cli(['doctor', '--url', own.url])).stdout;
    expect(await advice()).toContain('Nothing has arrived');
    await own.call('POST', '/v2/traces', '{}');
    expect(await advice()).toMatch(/POST \/v2\/traces 404[\s\S]*traces go to \/v1\/traces/);
    await own.call('POST', '/v1/traces', 'x', { 'content-type': 'application/grpc' });
    expect(await advice()).toContain("Content type 'application/grpc'");
    await own.call('POST', '/v1/traces', '{broken');
    expect(await advice()).toContain('could not be read');
    const healthy = await local();
    await healthy.call('POST', '/v1/traces', traces([span()]));
    expect((await cli(['doctor', '--url', healthy.url])).stdout).toContain('All is well');
  });
});

describe('live', () => {
  test('what is committed is told; what was missed is told on return', async () => {
    const feed = await listen(server.url);
    const { seq } = await feed.next('hello');
    const { sessionId } = await sample(server);
    let told = await feed.next('sessions');
    while (
      !told.sessions.some(
        (one: { sessionId: string; spanCount: number }) => one.sessionId === sessionId && one.spanCount === 2,
      )
    )
      told = await feed.next('sessions');
    feed.end();
    const again = await listen(server.url, '', { 'last-event-id': String(seq) });
    const missed = await again.next('sessions');
    expect(missed.sessions.map((one: { sessionId: string }) => one.sessionId)).toContain(sessionId);
    again.end();
  });

  test('of one session: its row and the spans that changed', async () => {
    const { sessionId } = await sample(server);
    const seq = (await server.call('GET', `/api/sessions/${sessionId}`)).json.session.seq;
    const feed = await listen(server.url, `?session=${sessionId}&after=${seq}`);
    await feed.next('hello');
    const late = span({ name: 'late', attributes: inSession(sessionId) });
    await server.call('POST', '/v1/traces', traces([span({ attributes: inSession(randomUUID()) })]));
    await server.call('POST', '/v1/traces', traces([late]));
    const told = await feed.next('spans');
    expect(told.spans.map((one: { name: string }) => one.name)).toEqual(['late']);
    expect(told.session).toMatchObject({ sessionId, spanCount: 3 });
    feed.end();
  });
});
