import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { parseQuery } from '../dist/query/parse';
import { inSession, type Local, local, span, T0, traces } from './support/local';

const refusal = (query: string): string => {
  try {
    parseQuery(query);
    return 'accepted';
  } catch (error) {
    return (error as Error).message;
  }
};

describe('the filter language', () => {
  test('what is written and what is understood', () => {
    const compare = (field: string, operator: string, value: unknown, text?: string) => ({
      kind: 'compare',
      field,
      operator,
      value,
      ...(text === undefined ? {} : { text }),
    });
    expect(parseQuery('a:1 b!=x')).toEqual({
      kind: 'all',
      items: [compare('a', '=', 1, '1'), compare('b', '!=', 'x')],
    });
    expect(parseQuery('a>=2s OR NOT b:* AND c~part')).toEqual({
      kind: 'any',
      items: [
        compare('a', '>=', 2000, '2s'),
        { kind: 'all', items: [{ kind: 'not', item: compare('b', 'exists', true) }, compare('c', 'contains', 'part')] },
      ],
    });
    expect(parseQuery('(a:1..5 OR -b:"x y") word "two words" pre*')).toEqual({
      kind: 'all',
      items: [
        {
          kind: 'any',
          items: [
            { kind: 'all', items: [compare('a', '>=', 1, '1'), compare('a', '<=', 5, '5')] },
            { kind: 'not', item: compare('b', '=', 'x y') },
          ],
        },
        { kind: 'text', text: 'word', prefix: false },
        { kind: 'text', text: 'two words', prefix: false },
        { kind: 'text', text: 'pre', prefix: true },
      ],
    });
    expect(parseQuery('start:2026-01-05T10:30..2026-01-06')).toMatchObject({ kind: 'all' });
    expect(parseQuery('a:true b:"true"')).toEqual({
      kind: 'all',
      items: [compare('a', '=', true, 'true'), compare('b', '=', 'true')],
    });
  });
  test.each([
    ['a:http://x:80/b?c=d&e>f~g', '=', 'http://x:80/b?c=d&e>f~g'],
    ['a:anthropic.claude-v2:0', '=', 'anthropic.claude-v2:0'],
    ['a~x:y', 'contains', 'x:y'],
    ['a:http://*', 'prefix', 'http://'],
    ['a!=b!=c', '!=', 'b!=c'],
    ['a:http://x/../y..z', '=', 'http://x/../y..z'],
    ['a:../b', '=', '../b'],
    ['a:wait...', '=', 'wait...'],
  ])('a value runs on to the next blank or bracket: %s', (query, operator, value) => {
    const one = { kind: 'compare', field: 'a', operator, value };
    expect(parseQuery(query)).toEqual(one);
    expect(parseQuery(`(x OR ${query}) b:1`)).toMatchObject({
      items: [{ items: [{ kind: 'text' }, one] }, { field: 'b' }],
    });
  });
  test('the times of a range have colons', () => {
    expect(parseQuery('start:2026-01-05T10:30..2026-01-06T11:45:10')).toMatchObject({
      items: [{ value: '2026-01-05T10:30' }, { value: '2026-01-06T11:45:10' }],
    });
  });
  test.each([
    ['', /empty/],
    ['(a', /never closed/],
    ['a)', /not opened/],
    ['"a', /never closed/],
    ['a:', /needs a value/],
    ['AND a', /between two/],
    ['a OR', /ends where/],
    [':x', /field name.* in quotation marks/],
    ['a :x:y z:', /needs a value/],
    ['a: b:c', /field name.* in quotation marks/],
    ['a:>5', /write 'a>'.* in quotation marks/],
    ['a:(b OR c)', /needs a value.* in quotation marks/],
    ['('.repeat(100), /deeper/],
  ])('%j is refused', (query, message) => {
    expect(refusal(query)).toMatch(message);
  });
  test('any text is a query or a refusal', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        try {
          parseQuery(text);
        } catch (error) {
          expect((error as Error).name).toBe('QueryError');
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe('over data', () => {
  let server: Local;
  interface Made {
    id: string;
    name: string;
    meta: Record<string, string | number | boolean>;
    spanMeta: Record<string, string | number | boolean>;
    score: number | undefined;
    error: boolean;
    durationMs: number;
    text: string;
  }
  const made: Made[] = [];
  const pick = <T>(list: T[], n: number): T => list[n % list.length] as T;

  beforeAll(async () => {
    server = await local();
    for (let n = 0; n < 60; n++) {
      const one: Made = {
        id: randomUUID(),
        name: pick(['Alpha', 'beta', 'Gamma ü'], n),
        meta: { tier: pick(['gold', 'silver', 'Gold'], n), age: n, vip: n % 2 === 0 },
        spanMeta: { step: n % 7, 'odd key': `v${n % 3}` },
        score: n % 4 === 0 ? undefined : (n % 10) / 10,
        error: n % 5 === 0,
        durationMs: 10 + n * 100,
        text: pick(['the quick fox', 'a lazy dog', 'quick dog barks'], n),
      };
      made.push(one);
      await server.call('POST', '/session/start', {
        session: {
          session_id: one.id,
          session_name: one.name,
          project: 'p',
          source: 'dev',
          start_time: T0 + n * 60_000,
          metadata: one.meta,
        },
      });
    }
    await server.call(
      'POST',
      '/v1/traces',
      traces(
        made.map((one, n) =>
          span({
            startMs: T0 + n * 60_000,
            endMs: T0 + n * 60_000 + one.durationMs,
            attributes: inSession(one.id, {
              'honeyhive.project': 'p',
              honeyhive_event_type: n % 3 === 0 ? 'model' : 'tool',
              'honeyhive_outputs.result': one.text,
              ...Object.fromEntries(
                Object.entries(one.spanMeta).map(([key, value]) => [`honeyhive_metadata.${key}`, value]),
              ),
              'gen_ai.request.model': 'gpt-4o',
              'gen_ai.usage.input_tokens': 1000,
              'gen_ai.usage.output_tokens': 100,
            }),
            events:
              one.score === undefined
                ? []
                : [
                    {
                      name: 'gen_ai.evaluation.result',
                      attributes: { 'gen_ai.evaluation.name': 'acc', 'gen_ai.evaluation.score.value': one.score },
                    },
                  ],
            ...(one.error ? { status: { code: 2, message: 'boom happened' } } : {}),
          }),
        ),
      ),
    );
  });

  const ask = async (q: string): Promise<Set<string>> => {
    const answer = await server.call('GET', `/api/sessions?limit=1000&q=${encodeURIComponent(q)}`);
    if (answer.status !== 200) throw new Error(`${q}: ${answer.text}`);
    return new Set(answer.json.items.map((one: { sessionId: string }) => one.sessionId));
  };
  const where = (test: (one: Made, n: number) => boolean): Set<string> =>
    new Set(made.filter(test).map((one) => one.id));

  test.each<[string, (one: Made, n: number) => boolean]>([
    ['metadata.tier:gold', (one) => String(one.meta.tier).toLowerCase() === 'gold'],
    ['metadata.age>=10 metadata.age<20', (one) => Number(one.meta.age) >= 10 && Number(one.meta.age) < 20],
    ['metadata.age:5..8', (one) => Number(one.meta.age) >= 5 && Number(one.meta.age) <= 8],
    ['metadata.vip:true', (one) => one.meta.vip === true],
    ['metadata.step:3', (one) => one.spanMeta.step === 3],
    ['"metadata.odd key":v1', (one) => one.spanMeta['odd key'] === 'v1'],
    ['NOT metadata.nothing:*', () => true],
    ['metadata.nothing!=5', () => true],
    ['name~amm', (one) => one.name.startsWith('Gamma')],
    ['name:be*', (one) => one.name === 'beta'],
    ['score.acc>0.5', (one) => (one.score ?? 0) > 0.5],
    ['NOT score.acc:*', (one) => one.score === undefined],
    ['errors>0', (one) => one.error],
    ['span.error~BOOM', (one) => one.error],
    ['span.type:model', (_one, n) => n % 3 === 0],
    ['duration>2s', (one) => one.durationMs > 2000],
    ['quick', (one) => one.text.includes('quick')],
    ['"quick dog"', (one) => one.text.includes('quick dog')],
    ['qui* NOT fox', (one) => one.text.includes('quick') && !one.text.includes('fox')],
    [
      '(metadata.tier:silver OR score.acc>=0.9) -quick',
      (one) => (one.meta.tier === 'silver' || (one.score ?? 0) >= 0.9) && !one.text.includes('quick'),
    ],
    [`start>=${new Date(T0 + 30 * 60_000).toISOString().slice(0, 16)}`, (_one, n) => n >= 30],
    ['metadata.tier:"go\' OR 1=1 --"', () => false],
    ['"\\" OR 1=1"', () => false],
  ])('%s', async (q, test) => {
    expect(await ask(q)).toEqual(where(test));
  });

  test('a value is found behind more text than is indexed', async () => {
    const sessionId = randomUUID();
    const long = Array.from({ length: 8000 }, (_, n) => `word${n}`).join(' ');
    await server.call(
      'POST',
      '/v1/traces',
      traces([
        span({
          attributes: inSession(sessionId, { 'honeyhive_inputs.long': long, 'honeyhive_metadata.last': 'needle-42' }),
        }),
      ]),
    );
    expect(await ask('metadata.last:needle-42')).toEqual(new Set([sessionId]));
    await server.call('DELETE', `/api/sessions/${sessionId}`);
  });

  test('any filter finds what a plain loop finds', async () => {
    const atoms: { q: string; test: (one: Made, n: number) => boolean }[] = [
      { q: 'metadata.tier:gold', test: (one) => String(one.meta.tier).toLowerCase() === 'gold' },
      { q: 'metadata.age>30', test: (one) => Number(one.meta.age) > 30 },
      { q: 'metadata.step!=2', test: (one) => one.spanMeta.step !== 2 },
      { q: 'score.acc<0.4', test: (one) => one.score !== undefined && one.score < 0.4 },
      { q: 'errors:0', test: (one) => !one.error },
      { q: 'lazy', test: (one) => one.text.includes('lazy') },
      { q: 'name:beta', test: (one) => one.name === 'beta' },
    ];
    const tree: fc.Arbitrary<{ q: string; test: (one: Made, n: number) => boolean }> = fc.letrec((tie) => ({
      tree: fc.oneof(
        { maxDepth: 4 },
        fc.constantFrom(...atoms),
        fc.tuple(tie('tree'), tie('tree')).map(([a, b]: any) => ({
          q: `(${a.q} AND ${b.q})`,
          test: (one: Made, n: number) => a.test(one, n) && b.test(one, n),
        })),
        fc.tuple(tie('tree'), tie('tree')).map(([a, b]: any) => ({
          q: `(${a.q} OR ${b.q})`,
          test: (one: Made, n: number) => a.test(one, n) || b.test(one, n),
        })),
        tie('tree').map((a: any) => ({ q: `NOT (${a.q})`, test: (one: Made, n: number) => !a.test(one, n) })),
      ),
    })).tree as never;
    await fc.assert(
      fc.asyncProperty(tree, async ({ q, test }) => {
        expect(await ask(q)).toEqual(where(test));
      }),
      { numRuns: 60 },
    );
  });

  test('unknown names and wrong types are refused with what was probably meant', async () => {
    const refused = async (q: string) =>
      (await server.call('GET', `/api/sessions?q=${encodeURIComponent(q)}`)).json.error;
    expect(await refused('metdata.tier:gold')).toMatchObject({
      code: 'bad_query',
      message: expect.stringContaining('did you mean metadata.tier'),
    });
    expect((await refused('duratoin>5')).message).toContain('did you mean duration');
    expect((await refused('span.nme:x')).message).toContain('did you mean span.name');
    expect((await refused('evnt_name:x')).message).toContain('did you mean event_name');
    expect((await refused('sesion_id:x')).message).toMatch(/did you mean session_id\?$/);
    expect((await refused('type:model')).message).toMatch(/did you mean span.type\?$/);
    expect((await refused('event_typ:model')).message).toContain('did you mean span.event_type');
    expect((await refused('latencyy>5')).message).toMatch(/did you mean latency\?$/);
    expect((await refused('model:x')).message).toMatch(/did you mean span.model\?$/);
    const spansRefused = async (q: string) =>
      (await server.call('GET', `/api/spans?q=${encodeURIComponent(q)}`)).json.error.message;
    expect(await spansRefused('sesion_id:x')).toMatch(/did you mean session_id\?$/);
    expect(await spansRefused('run_id:x')).toMatch(/did you mean session.run_id\?$/);
    expect((await refused('span_id:x')).message).toMatch(/did you mean span.span_id\?$/);
    expect(await spansRefused('spann_id:x')).toMatch(/did you mean span_id\?$/);
    expect(await spansRefused('session.nam:x')).toMatch(/did you mean session.name\?$/);
    expect(await spansRefused('nothing_like_it:x')).toMatch(/no field nothing_like_it$/);
    expect((await refused('duration>fast')).message).toContain('is a number');
    expect((await refused('start>whenever')).message).toContain('is a time');
    expect((await refused("quick' OR '1'='1")).message).toContain("there is no field '1'");
    expect((await refused('score.acc:good')).message).toContain('is a number');
  });

  test('pages follow each other, whatever arrives in between', async () => {
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const { json } = await server.call('GET', `/api/sessions?limit=7&project=p${cursor ? `&cursor=${cursor}` : ''}`);
      seen.push(...json.items.map((one: { sessionId: string }) => one.sessionId));
      cursor = json.nextCursor ?? undefined;
      await server.call('POST', '/session/start', { session: { session_name: 'later', project: 'other' } });
    } while (cursor);
    expect(seen).toEqual([...made].reverse().map((one) => one.id));
    expect((await server.call('GET', '/api/sessions?cursor=nonsense')).json.error.code).toBe('bad_cursor');
    expect((await server.call('GET', '/api/sessions?limit=0')).json.error).toMatchObject({
      field: 'limit',
      allowed: expect.any(String),
    });
  });

  test.each([
    ['/api/sessions?q=a&q=b', 'q'],
    ['/api/sessions?limit=1&limit=2', 'limit'],
    ['/api/spans?cursor=a&cursor=b', 'cursor'],
    ['/api/spans?project=a&project=b', 'project'],
    ['/api/aggregate?group=name&group=type', 'group'],
    ['/api/aggregate?of=spans&of=sessions', 'of'],
    ['/api/aggregate?bucket=hour&bucket=day', 'bucket'],
    [`/api/sessions/${randomUUID()}?cursor=a&cursor=b`, 'cursor'],
  ])('%s: a value that is given twice is refused', async (path, field) => {
    const answer = await server.call('GET', path);
    expect([answer.status, answer.json.error]).toEqual([
      400,
      { code: 'invalid_field', message: `${field} is given 2 times`, field, allowed: 'one value' },
    ]);
  });

  test('spans are found and paged too', async () => {
    const { json } = await server.call(
      'GET',
      `/api/spans?limit=1000&q=${encodeURIComponent('status:error session.metadata.vip:true')}`,
    );
    expect(json.items).toHaveLength(made.filter((one) => one.error && one.meta.vip === true).length);
    const beta = await server.call('GET', '/api/spans?limit=1000&q=session_name:beta');
    expect(beta.json.items).toHaveLength(made.filter((one) => one.name === 'beta').length);
    const next = (await server.call('GET', '/api/spans?limit=10')).json;
    const rest = (await server.call('GET', `/api/spans?limit=1000&cursor=${next.nextCursor}`)).json;
    expect(next.items.length + rest.items.length).toBe(60);
  });

  test('aggregates agree with a plain loop', async () => {
    const all = (await server.call('GET', '/api/aggregate?q=duration>0')).json.items[0];
    const durations = made.map((one) => one.durationMs).sort((a, b) => a - b);
    const at = (share: number): number => {
      const rank = share * (durations.length - 1);
      return (
        (durations[Math.floor(rank)] as number) +
        ((durations[Math.ceil(rank)] as number) - (durations[Math.floor(rank)] as number)) * (rank % 1)
      );
    };
    expect(all).toMatchObject({ count: 60, errors: 12, errorRate: 0.2, tokens: { prompt: 20_000, completion: 2000 } });
    expect(all.latencyMs.p95).toBeCloseTo(at(0.95));
    expect(all.latencyMs.p50).toBeCloseTo(at(0.5));
    expect(all.costUsd).toBeCloseTo((20 * (1000 * 2.5 + 100 * 10)) / 1e6);
    const scored = made.filter((one) => one.score !== undefined);
    expect(all.scores.acc.count).toBe(scored.length);
    expect(all.scores.acc.mean).toBeCloseTo(
      scored.reduce((sum, one) => sum + (one.score as number), 0) / scored.length,
    );
    const byType = (await server.call('GET', '/api/aggregate?group=type')).json.items;
    expect(byType.map((group: { key: string; count: number }) => [group.key, group.count])).toEqual([
      ['tool', 40],
      ['model', 20],
    ]);
    const byStep = (await server.call('GET', '/api/aggregate?group=metadata.step')).json.items;
    expect(byStep.reduce((sum: number, group: { count: number }) => sum + group.count, 0)).toBe(60);
    const byHour = (await server.call('GET', '/api/aggregate?bucket=minute')).json.items;
    expect(byHour).toHaveLength(60);
    expect((await server.call('GET', '/api/aggregate?bucket=century')).status).toBe(400);
    expect(
      (await server.call('GET', '/api/aggregate?of=sessions&q=project:p&group=name')).json.items
        .map((group: { key: string }) => group.key)
        .sort(),
    ).toEqual(['Alpha', 'Gamma ü', 'beta']);
  });
});

test('a thousand conditions are answered, more are refused in words', async () => {
  const own = await local();
  await own.call('POST', '/v1/traces', traces([span({ name: 'a' })]));
  const filter = (value: string) => ({ field: 'metadata.x', operator: 'is not', value, type: 'string' });
  for (const [count, status] of [
    [1000, 200],
    [1001, 400],
    [2000, 400],
  ] as const) {
    for (const of of ['sessions', 'spans']) {
      const answer = await own.call('GET', `/api/${of}?q=${'a+'.repeat(count)}`);
      expect([count, of, answer.status]).toEqual([count, of, status]);
      if (status === 400) expect(answer.json.error.message).toContain('more than 1000 conditions');
      expect((await own.call('GET', `/api/${of}?q=${Array(800).fill('a').join('+OR+')}`)).status).toBe(200);
    }
    const filters = Array(count).fill(filter('a'));
    expect([count, (await own.call('POST', '/v1/events/export', { filters })).status]).toEqual([count, status]);
  }
});
