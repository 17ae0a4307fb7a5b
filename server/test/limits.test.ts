import { randomUUID } from 'node:crypto';
import { copyFileSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DESCRIBED_ROUTES } from '../dist/http/openapi';
import { SqliteStore } from '../dist/store/sqlite/sqlite-store';
import { client, folder, hex, inSession, local, span, traces } from './support/local';
import { runLocal } from './support/run-local';

function copyOf(file: string): string {
  const copy = join(folder(), 'traces.db');
  copyFileSync(file, copy);
  return copy;
}

test('a query that takes too long is ended, one nobody waits for too, and the next one works', async () => {
  const file = join(folder(), 'traces.db');
  const filler = await local({ db: file });
  for (let n = 0; n < 30; n++) {
    const spans = Array.from({ length: 100 }, () =>
      span({ attributes: inSession(randomUUID(), { 'honeyhive_metadata.k': hex(4) }) }),
    );
    await filler.call('POST', '/v1/traces', traces(spans));
  }
  await filler.close();
  // Three thousand sessions, each with a look at its spans for every condition.
  const slow = Array.from({ length: 60 }, (_, n) => `metadata.k~zz${n}`).join(' OR ');
  const store = await SqliteStore.open({ file, queryBudgetMs: 40 });
  const patient = await SqliteStore.open({ file: copyOf(file), queryBudgetMs: 60_000 });
  try {
    await expect(store.listSessions({}, { q: slow })).rejects.toMatchObject({ name: 'StoreError', code: 'too_slow' });
    expect((await store.listSessions({}, { q: 'errors:0', limit: 1 })).items).toHaveLength(1);
    for (const wait of [0, 50]) {
      const gone = new AbortController();
      const asked = patient.listSessions({}, { q: `(${slow}) OR NOT (${slow}) AND (${slow})` }, gone.signal);
      setTimeout(() => gone.abort(), wait);
      await expect(asked).rejects.toMatchObject({ code: 'cancelled' });
    }
  } finally {
    await Promise.all([store.close(), patient.close()]);
  }
}, 60_000);

test('a value of 20 MB goes in and comes out', async () => {
  const server = await local();
  const text = 'big '.repeat(5 * 1024 * 1024);
  const one = span({ attributes: inSession(randomUUID(), { 'honeyhive_outputs.result': text }) });
  expect((await server.call('POST', '/v1/traces', traces([one]))).status).toBe(200);
  expect((await server.call('GET', `/api/spans/${one.traceId}/${one.spanId}`)).json.outputs.result).toBe(text);
});

test('no key shows up in any output, file or answer', async () => {
  const where = folder();
  const db = join(where, 'traces.db');
  const canaries = Array.from({ length: 10 }, (_, n) => `canary-${n}-${hex(8)}`);
  const [key, wrong, ...rest] = canaries as [string, string, ...string[]];
  const running = await runLocal(['--port', '0', '--db', db], { HH_LOCAL_KEYS: `p=${key}` });
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
  ): Promise<void> => {
    const answer = await call(method, path, body, headers).catch(() => undefined);
    answers.push(JSON.stringify(answer ?? ''));
  };
  const good = { authorization: `Bearer ${key}` };
  await ask('POST', '/v1/traces', traces([span()]), good);
  await ask('POST', '/v1/traces', traces([span()]), { authorization: `Bearer ${wrong}` });
  await ask('POST', '/v1/traces', `{"${rest[0]}`, good);
  await ask('POST', '/session/start', `{"session":{"start_time":"${rest[1]}"}}`, good);
  await ask('GET', '/api/sessions?limit=5', undefined, { cookie: `honeyhive_local=${rest[2]}` });
  await ask('GET', '/api/sessions', undefined, { ...good, host: `${rest[3]}.example` });
  await ask('GET', '/api/sessions', undefined, { ...good, origin: `https://${rest[4]}.example` });
  await ask('POST', '/v1/traces', traces([]), {
    ...good,
    'x-forwarded-for': rest[5] as string,
    'user-agent': rest[6] as string,
  });
  await ask('GET', '/api/doctor', undefined, good);
  running.child.kill('SIGTERM');
  await running.ended;
  const files = readdirSync(where)
    .map((name) => join(where, name))
    .filter((file) => statSync(file).isFile())
    .map((file) => readFileSync(file).toString('latin1'));
  const everything = [output, running.stderr(), ...answers, ...files].join('\n');
  expect(canaries.filter((canary) => everything.includes(canary))).toEqual([]);
});

test('OpenAPI lists the routes that exist, and every described route exists', async () => {
  const server = await local();
  const { json } = await server.call('GET', '/api/openapi.json');
  const listed = new Set(
    Object.entries(json.paths).flatMap(([path, methods]) =>
      Object.keys(methods as object).map((method) => `${method.toUpperCase()} ${path}`),
    ),
  );
  expect(DESCRIBED_ROUTES.filter((route) => !listed.has(route.replace(/:(\w+)/g, '{$1}')))).toEqual([]);
  const own = [...listed].filter((route) => route.includes('/api/'));
  const described = new Set(DESCRIBED_ROUTES.map((route) => route.replace(/:(\w+)/g, '{$1}')));
  expect(own.filter((route) => !described.has(route))).toEqual([]);
  expect((await server.call('GET', '/api/sesions')).json.error.allowed).toContain('/api/openapi.json');
  expect((await server.call('POST', '/v1/runs/x/y/z', {})).json.error.allowed).toContain('POST /v1/runs');
});

test("prices of one's own come before the list", async () => {
  const server = await local({ prices: { 'gpt-4o': [1000, 1000], house: [1, 2] } });
  const cost = async (model: string): Promise<number> => {
    const one = span({
      attributes: {
        'gen_ai.request.model': model,
        'gen_ai.usage.input_tokens': 1000,
        'gen_ai.usage.output_tokens': 1000,
      },
    });
    await server.call('POST', '/v1/traces', traces([one]));
    return (await server.call('GET', `/api/spans/${one.traceId}/${one.spanId}`)).json.costUsd;
  };
  expect(await cost('gpt-4o-2024-08-06')).toBeCloseTo(2);
  expect(await cost('house')).toBeCloseTo(0.003);
  expect(await cost('gpt-4o-mini')).toBeCloseTo(0.00075);
  expect(await cost('nobody-knows')).toBeUndefined();
});
