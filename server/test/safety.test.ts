import { randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import fc from 'fast-check';
import { startServer } from 'honeyhive-local';
import { folder, hex, inSession, type Local, local, span, traces } from './support/local';

const start = { session: { session_name: 'x' } };

describe('without keys, on loopback', () => {
  let server: Local;
  beforeAll(async () => {
    server = await local();
  });

  test.each([
    ['another name', { host: 'evil.example' }, 421],
    ['another name with our port', { host: 'evil.example:4318' }, 421],
    ['localhost.evil.example', { host: 'localhost.evil.example' }, 421],
    ['an outer address', { host: '192.168.0.5' }, 421],
    ['0.0.0.0', { host: '0.0.0.0' }, 421],
    ['localhost', { host: 'localhost:1234' }, 200],
    ['127.0.0.1', { host: '127.0.0.1' }, 200],
    ['::1', { host: '[::1]:99' }, 200],
  ])('Host: %s', async (_name, headers, status) => {
    expect((await server.call('POST', '/session/start', start, headers as never)).status).toBe(status);
    expect((await server.call('GET', '/api/sessions', undefined, headers as never)).status).toBe(status);
  });

  const own = (): string => server.url;
  test.each<[string, () => Record<string, string>, number]>([
    ['another site', () => ({ origin: 'https://evil.example' }), 403],
    ['another local port', () => ({ origin: 'http://127.0.0.1:3000' }), 403],
    ['null', () => ({ origin: 'null' }), 403],
    ['our own origin', () => ({ origin: own() }), 200],
    ['no Origin but a cross-site fetch', () => ({ 'sec-fetch-site': 'cross-site' }), 403],
    ['no Origin but a same-site fetch', () => ({ 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'no-cors' }), 403],
    ['a same-origin fetch', () => ({ 'sec-fetch-site': 'same-origin' }), 200],
    ['a Referer of ours with a foreign Origin', () => ({ origin: 'http://evil.example', referer: `${own()}/` }), 403],
    ['no browser', () => ({}), 200],
  ])('Origin: %s', async (_name, headers, status) => {
    expect((await server.call('POST', '/session/start', start, headers())).status).toBe(status);
    expect((await server.call('POST', '/v1/traces', traces([]), headers())).status).toBe(status);
    expect((await server.call('GET', '/api/sessions', undefined, headers())).status).toBe(status);
    expect(
      (
        await server.call('GET', '/api/live?after=0', undefined, {
          ...headers(),
          ...(status === 200 ? { host: 'evil.example' } : {}),
        })
      ).status,
    ).not.toBe(200);
  });

  test('a link to the page may be followed, its data not', async () => {
    const link = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };
    expect([200, 404]).toContain((await server.call('GET', '/', undefined, link)).status);
    expect((await server.call('GET', '/api/sessions', undefined, link)).status).toBe(403);
  });

  test('a form or a text body changes nothing', async () => {
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x']) {
      expect(
        (await server.call('POST', '/session/start', JSON.stringify(start), { 'content-type': type })).status,
      ).toBe(415);
      expect((await server.call('PUT', '/events', '{"event_id":"x"}', { 'content-type': type })).status).toBe(415);
    }
    expect((await server.call('GET', '/api/stats')).json.spans).toBe(0);
  });

  test('every answer carries the strict policy and none allows other origins', async () => {
    for (const path of ['/', '/api/sessions', '/nothing', '/api/sessions/none']) {
      const { headers } = await server.call('GET', path);
      expect(headers['content-security-policy']).toContain("default-src 'none'");
      expect(headers['content-security-policy']).not.toContain('unsafe');
      expect(headers['x-content-type-options']).toBe('nosniff');
      expect(headers['access-control-allow-origin']).toBeUndefined();
    }
  });

  test('a path that cannot be read is refused like everything else: after the guard, with the policy, not repeated', async () => {
    for (const [path, status, code] of [
      ['/api/sessions/%E0%A4%A', 400, 'bad_url'],
      ['/v1/events/%ffcanary', 400, 'bad_url'],
      ['/session/%', 400, 'bad_url'],
      [`/api/sessions/${'canary'.repeat(50)}`, 414, 'too_long'],
    ] as const) {
      const answer = await server.call('GET', path);
      expect([path, answer.status]).toEqual([path, status]);
      expect(answer.json.error).toEqual({ code, message: expect.any(String) });
      expect(answer.json.success).toBe(path.startsWith('/api/') ? undefined : false);
      expect(answer.text).not.toMatch(/canary|FST_/);
      expect(answer.headers['content-security-policy']).toContain("default-src 'none'");
      expect(answer.headers['x-content-type-options']).toBe('nosniff');
      expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
      expect((await server.call('GET', path, undefined, { host: 'evil.example' })).status).toBe(421);
      expect((await server.call('GET', path, undefined, { origin: 'http://evil.example' })).status).toBe(403);
    }
  });

  test('no path leads out of the page', async () => {
    const tries = [
      '/../package.json',
      '/%2e%2e%2fpackage.json',
      '/%252e%252e/package.json',
      '/..%5cpackage.json',
      '/assets/../../package.json',
      '//etc/passwd',
      '/.%00/x',
      '/index.html%00',
      '/assets%2f..%2f..%2fcli.js',
      '/cli.js',
      '/app.js',
    ];
    for (const path of tries) {
      const answer = await new Promise<string>((resolve) => {
        const socket = connect(Number(new URL(server.url).port), '127.0.0.1', () =>
          socket.write(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n`),
        );
        let text = '';
        socket.on('data', (chunk) => {
          text += chunk.toString();
        });
        socket.on('close', () => resolve(text));
      });
      expect(answer).toMatch(/^HTTP\/1.1 4\d\d/);
      expect(answer).not.toContain('honeyhive-decorators');
    }
  });
});

describe('with keys', () => {
  const keys = 'red=red-key-1,red=red-ingest:ingest,blue=blue-key-1,blue=blue-read:read';
  const bearer = (key: string) => ({ authorization: `Bearer ${key}` });

  test('listening elsewhere needs keys', async () => {
    await expect(startServer({ port: 0, host: '0.0.0.0', db: `${folder()}/t.db` })).rejects.toThrow('HH_LOCAL_KEYS');
  });

  test('a bad list of keys is refused without repeating it', async () => {
    await expect(startServer({ port: 0, db: `${folder()}/t.db`, keys: 'secretsecret' })).rejects.toThrow(/entry 1/);
    await startServer({ port: 0, db: `${folder()}/t.db`, keys: 'secretsecret' }).catch((error: Error) =>
      expect(error.message).not.toContain('secretsecret'),
    );
  });

  test('none, wrong, half and full rights', async () => {
    const server = await local({ keys });
    const status = async (method: string, path: string, key?: string): Promise<number> =>
      (await server.call(method, path, method === 'GET' ? undefined : start, key === undefined ? {} : bearer(key)))
        .status;
    expect(await status('POST', '/session/start')).toBe(401);
    expect(await status('GET', '/api/sessions')).toBe(401);
    expect(await status('GET', '/api/sessions?key=red-key-1')).toBe(401);
    expect(await status('POST', '/session/start', 'nope')).toBe(401);
    expect(await status('POST', '/session/start', 'x'.repeat(10_000))).toBe(401);
    expect(await status('POST', '/session/start', 'red-ingest')).toBe(200);
    expect(await status('GET', '/api/sessions', 'red-ingest')).toBe(403);
    expect(await status('POST', '/session/start', 'blue-read')).toBe(403);
    expect(await status('GET', '/api/sessions', 'blue-read')).toBe(200);
    expect(
      (await server.call('POST', '/session/start', start, { ...bearer('red-key-1'), origin: 'http://localhost:3000' }))
        .status,
    ).toBe(200);
    const refused = await server.call('POST', '/session/start', start, bearer('guess-canary'));
    expect(refused.text).not.toContain('canary');
    expect((await server.call('POST', '/v1/traces', traces([]))).status).toBe(401);
  });

  test('only a key with both rights deletes: sessions, runs, data sets and all that hangs on them', async () => {
    const own = await local({ keys: 'red=all,red=in:ingest,red=out:read' });
    const sessionId = randomUUID();
    await own.call('POST', '/v1/traces', traces([span({ attributes: inSession(sessionId) })]), bearer('in'));
    for (const kind of ['datasets', 'datapoints', 'metrics', 'configurations'])
      await own.call('POST', `/v1/${kind}`, { id: 'one', name: 'one' }, bearer('in'));
    await own.call('POST', '/v1/runs', { run_id: 'one', name: 'one' }, bearer('in'));
    const { paths } = (await own.call('GET', '/api/openapi.json')).json;
    const routes = Object.keys(paths).filter((path) => 'delete' in paths[path]);
    expect(routes.length).toBeGreaterThan(8);
    const id = (path: string): string => path.replace(/\{\w+\}/, path.includes('session') ? sessionId : 'one');
    for (const path of routes) {
      for (const key of ['in', 'out'])
        expect([path, key, (await own.call('DELETE', id(path), undefined, bearer(key))).status]).toEqual([
          path,
          key,
          403,
        ]);
    }
    expect((await own.call('DELETE', `/v1/sessions/${sessionId}`, undefined, bearer('in'))).json.message).toContain(
      'both rights',
    );
    expect((await own.call('GET', '/api/stats', undefined, bearer('out'))).json.sessions).toBe(1);
    for (const path of ['/api/sessions/{id}', '/v1/datasets/{id}', '/v1/runs/{id}'])
      expect([path, (await own.call('DELETE', id(path), undefined, bearer('all'))).status]).toEqual([path, 200]);
    expect((await own.call('GET', '/api/stats', undefined, bearer('out'))).json.sessions).toBe(0);
  });

  test('a key that only ingests is shown nothing of what it changes', async () => {
    const own = await local({ keys: 'shop=all,shop=in:ingest' });
    const send = (method: string, path: string, body: object | undefined, key: string) =>
      own.call(method, path, body, bearer(key));
    const canary = { metadata: { note: 'canary' }, inputs: { q: 'canary' }, parameters: { p: 'canary' } };
    const run = { run_id: 'one', name: 'canary', metadata: { note: 'canary' }, configuration: { c: 'canary' } };
    const kinds = ['datasets', 'datapoints', 'metrics', 'configurations'];
    for (const base of ['', '/v1']) {
      for (const kind of kinds)
        expect(
          (await send('POST', `${base}/${kind}`, { id: 'one', name: 'canary', ...canary }, 'all')).json,
        ).toMatchObject({
          success: true,
          metadata: { note: 'canary' },
        });
      expect((await send('POST', `${base}/runs`, run, 'all')).json.evaluation.name).toBe('canary');
      for (const [method, path, body] of [
        ...kinds.flatMap((kind) => [
          ['PUT', `${base}/${kind}/one`, {}] as const,
          ['PUT', `${base}/${kind}`, { id: 'one' }] as const,
          ['POST', `${base}/${kind}`, { id: 'one' }] as const,
        ]),
        ['PUT', `${base}/runs/one`, {}] as const,
        ['POST', `${base}/runs`, { run_id: 'one' }] as const,
      ]) {
        const answer = await send(method, path, body, 'in');
        expect([method, path, answer.status, answer.json.success]).toEqual([method, path, 200, true]);
        expect(answer.text).not.toContain('canary');
        if (method === 'POST' || !path.includes('runs')) expect(answer.text).toContain('"one"');
        if (method === 'PUT') expect((await send(method, path, body, 'all')).text).toContain('canary');
      }
    }
  });

  test('a key that only ingests takes nothing out of a dataset', async () => {
    const own = await local({ keys: 'shop=all,shop=in:ingest' });
    const send = (method: string, path: string, body: object | undefined, key: string) =>
      own.call(method, path, body, bearer(key));
    const members = async () => (await own.call('GET', '/v1/datasets/one', undefined, bearer('all'))).json.datapoints;
    await send('POST', '/v1/datasets', { id: 'one', name: 'one' }, 'in');
    await send('POST', '/v1/datasets/one/datapoints', { data: [{ q: 1 }] }, 'in');
    expect((await send('POST', '/v1/datapoints', { id: 'two', linked_datasets: ['one'] }, 'in')).status).toBe(200);
    const before = await members();
    expect(before).toHaveLength(2);
    for (const [method, path, body] of [
      ['PUT', '/v1/datasets/one', { datapoints: [] }],
      ['PUT', '/datasets', { dataset_id: 'one', datapoints: ['two'] }],
      ['POST', '/v1/datasets', { id: 'one', datapoints: [] }],
      ['PUT', '/v1/datapoints/two', { linked_datasets: [] }],
      ['PUT', '/datapoints/two', { linked_datasets: ['other'] }],
      ['POST', '/v1/datapoints', { id: 'two', linked_datasets: ['other'] }],
      ['POST', '/v1/datapoints', { id: 'two', dataset_id: 'other' }],
    ] as const) {
      const answer = await send(method, path, body, 'in');
      expect([method, path, answer.status]).toEqual([method, path, 403]);
      expect(answer.json.message).toContain('both rights');
      expect(await members()).toEqual(before);
    }
    expect((await send('PUT', '/v1/datasets/one', { datapoints: ['two'] }, 'all')).status).toBe(200);
    expect(await members()).toEqual(['two']);
  });

  test('who guesses is slowed down, even when the guess is right; whoever was let in before is not', async () => {
    const server = await local({ keys });
    const status = async (key: string): Promise<number> =>
      (await server.call('GET', '/api/stats', undefined, bearer(key))).status;
    expect(await status('red-key-1')).toBe(200);
    const answers: number[] = [];
    for (let n = 0; n < 25; n++) answers.push(await status(`guess-${n}`));
    expect(answers.slice(0, 20)).toEqual(Array(20).fill(401));
    expect(answers.at(-1)).toBe(429);
    expect(await status('blue-read')).toBe(429);
    expect(await status('red-key-1')).toBe(200);
  });

  test('a key opens something in its own header alone', async () => {
    const server = await local({ keys });
    expect((await server.call('POST', '/api/login', { key: 'red-key-1' })).status).toBe(404);
    const elsewhere = { cookie: 'honeyhive_local=red-key-1; key=red-key-1', 'x-api-key': 'red-key-1' };
    expect((await server.call('GET', '/api/sessions', undefined, elsewhere)).status).toBe(401);
    expect((await server.call('GET', '/api/sessions?key=red-key-1')).status).toBe(401);
  });

  test('two projects never see a byte of each other', async () => {
    const server = await local({ keys });
    const traceId = hex(16);
    const shared = randomUUID();
    const make = async (project: string) => {
      const secret = `${project}canary`;
      const ids = { traceId, spanId: 'aaaaaaaaaaaaaaaa' };
      await server.call(
        'POST',
        '/session/start',
        {
          session: {
            session_id: shared,
            session_name: secret,
            project: 'red',
            metadata: { run_id: 'same-run', secret },
          },
        },
        bearer(`${project}-key-1`),
      );
      await server.call(
        'POST',
        '/v1/traces',
        traces([
          span({
            ...ids,
            name: secret,
            attributes: inSession(shared, { 'honeyhive.project': 'red', 'honeyhive_metadata.secret': secret }),
          }),
          span({ name: secret, attributes: inSession(randomUUID(), { big: secret.repeat(300) }) }),
        ]),
        bearer(`${project}-key-1`),
      );
      await server.call('POST', '/v1/datasets', { id: 'same', name: secret }, bearer(`${project}-key-1`));
      await server.call('POST', '/v1/runs', { run_id: 'same-run', name: secret }, bearer(`${project}-key-1`));
    };
    await make('red');
    await make('blue');
    const word = fc.constantFrom('redcanary', 'bluecanary', shared, traceId, 'same', 'same-run', '*');
    const read = fc.oneof(
      word.map((one) => ['GET', `/api/sessions?q=${encodeURIComponent(one)}`] as const),
      fc
        .tuple(fc.constantFrom('metadata.secret', 'name', 'project', 'span.name', 'span.metadata.secret'), word)
        .map(
          ([field, one]) =>
            ['GET', `/api/sessions?q=${encodeURIComponent(`NOT ${field}:"${one}" OR ${field}~"${one}"`)}`] as const,
        ),
      word.map((one) => ['GET', `/api/spans?q=${encodeURIComponent(one)}`] as const),
      fc
        .constantFrom(
          '/api/sessions',
          '/api/sessions?project=blue',
          '/api/sessions?project=red',
          `/api/sessions/${shared}`,
          `/api/sessions/${shared}/export`,
          `/api/spans/${traceId}/aaaaaaaaaaaaaaaa`,
          '/api/spans',
          '/api/aggregate?group=name',
          '/api/aggregate?of=sessions&group=name',
          `/v1/events/${shared}`,
          '/v1/datasets',
          '/v1/datasets/same',
          '/v1/runs',
          '/v1/runs/same-run',
          '/v1/runs/same-run/result',
          '/v1/runs/same-run/compare-with/same-run',
          '/api/stats',
        )
        .map((path) => ['GET', path] as const),
      fc.constantFrom('red', 'blue').map((project) => ['POST', '/v1/events/export', { project, filters: [] }] as const),
      word.map(
        (one) =>
          [
            'POST',
            '/v1/events/search',
            { filters: [{ field: 'metadata.secret', operator: 'contains', value: one }] },
          ] as const,
      ),
    );
    await fc.assert(
      fc.asyncProperty(read, fc.constantFrom('red', 'blue'), async ([method, path, body], project) => {
        const answer = await server.call(method, path, body, bearer(`${project}-key-1`));
        const other = project === 'red' ? 'bluecanary' : 'redcanary';
        expect(answer.text.toLowerCase()).not.toContain(other);
        expect(answer.status).toBeLessThan(500);
      }),
      { numRuns: 120 },
    );
    const mine = await server.call('GET', `/api/sessions/${shared}`, undefined, bearer('blue-key-1'));
    expect(mine.json.session).toMatchObject({ sessionName: 'bluecanary', project: 'blue', spanCount: 1 });
  });
});

// The limit itself is 10 s, so only the long run waits for it.
(process.env.HH_LONG ? test : test.skip)(
  'a connection that sends nothing is closed in the end, others are served meanwhile',
  async () => {
    const server = await local();
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1', () =>
      socket.write('GET / HTTP/1.1\r\nHost: 127'),
    );
    socket.on('error', () => undefined).resume();
    const closed = new Promise<boolean>((resolve) => socket.on('close', () => resolve(true)));
    expect((await server.call('GET', '/healthz')).status).toBe(200);
    expect(await closed).toBe(true);
  },
  20_000,
);

test('beyond its limits the server says 503 before it reads a body, and recovers', async () => {
  const server = await local();
  const port = Number(new URL(server.url).port);
  const held = await Promise.all(
    Array.from(
      { length: 4 },
      () =>
        new Promise<ReturnType<typeof connect>>((resolve) => {
          const socket = connect(port, '127.0.0.1', () => {
            socket.write(
              `POST /v1/traces HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: ${45 * 1024 * 1024}\r\n\r\n{`,
            );
            resolve(socket);
          });
          socket.on('error', () => undefined);
        }),
    ),
  );
  const big = `{"resourceSpans":[${' '.repeat(12 * 1024 * 1024)}]}`;
  let answer = await server.call('POST', '/v1/traces', big).catch(() => undefined);
  for (let tries = 0; answer?.status !== 503 && tries < 50; tries++)
    answer = await server.call('POST', '/v1/traces', big).catch(() => undefined);
  expect(answer?.status).toBe(503);
  expect(answer?.headers['retry-after']).toBe('1');
  for (const socket of held) socket.destroy();
  for (let tries = 0; answer?.status !== 200 && tries < 100; tries++)
    answer = await server.call('POST', '/v1/traces', traces([])).catch(() => undefined);
  expect(answer?.status).toBe(200);
});
