/** A file of each schema that was ever written, kept in `files/`: this version opens it, reads it and writes on. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { MIGRATIONS } from '../../dist/store/sqlite/schema';
import { folder, inSession, local, span, traces } from '../support/local';

const FILES = join(__dirname, '../files');
const SESSION = '11111111-2222-4333-8444-555555555555';
const TRACE = 'abcdefabcdefabcdefabcdefabcdefab';

const files = readdirSync(FILES).filter((name) => name.startsWith('schema-'));

test('there is one of each schema before the newest', () => {
  expect(files).toEqual(expect.arrayContaining(MIGRATIONS.slice(0, -1).map((_, n) => `schema-${n + 1}.db.gz`)));
  expect(files.length).toBeGreaterThan(0);
});

test.each(files)('%s', async (name) => {
  const db = join(folder(), 'traces.db');
  writeFileSync(db, gunzipSync(readFileSync(join(FILES, name))));
  const notices: string[] = [];
  const server = await local({ db, onNotice: (text) => notices.push(text) });
  expect(notices.filter((text) => text.includes('moved to'))).toEqual([]);
  const version = Number(/\d+/.exec(name)?.[0]);
  expect(existsSync(`${db}.schema-${version}`)).toBe(version < MIGRATIONS.length);
  const { session, spans } = (await server.call('GET', `/api/sessions/${SESSION}`)).json;
  expect(session).toMatchObject({
    sessionName: 'kept',
    project: 'shop',
    source: 'dev',
    spanCount: 3,
    modelCount: 1,
    errorCount: 1,
    metadata: { tier: 'gold' },
    scores: { acc: { mean: 0.75, count: 1 } },
    tokens: { prompt: 1000 },
  });
  expect(spans.map((one: { name: string }) => one.name)).toEqual(['answer', 'complete', 'check']);
  const whole = (await server.call('GET', `/api/spans/${TRACE}/bbbbbbbbbbbbbbbb`)).json;
  expect(whole).toMatchObject({
    parentSpanId: 'aaaaaaaaaaaaaaaa',
    startTimeUnixNano: '1767600000001000001',
    inputs: { question: 'Capital of France?' },
    outputs: { result: 'a long text that repeats itself, '.repeat(300) },
    attributes: { big: 1 },
    resource: { 'service.name': 'shop' },
    scope: { name: 'lib', version: '1' },
    evaluations: [{ name: 'acc', score: 0.75 }],
  });
  for (const q of ['repeats', 'metadata.tier:gold', 'score.acc:0.75', 'span.error~place'])
    expect((await server.call('GET', `/api/sessions?q=${encodeURIComponent(q)}`)).json.items).toHaveLength(1);
  expect((await server.call('GET', '/v1/datasets/cities')).json.name).toBe('cities');
  const more = span({ attributes: inSession(SESSION, { 'honeyhive.project': 'shop' }) });
  expect((await server.call('POST', '/v1/traces', traces([more]))).status).toBe(200);
  expect((await server.call('GET', `/api/sessions/${SESSION}`)).json.session.spanCount).toBe(4);
});
