/** Filters made from the whole grammar, against a plain loop over the same data; and texts that try to be SQL, FTS or paths. */
import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { inSession, type Local, local, span, T0, traces } from '../support/local';
import { LONG } from '../support/measure';

interface One {
  id: string;
  name: string;
  meta: Record<string, string | number | boolean>;
  errors: number;
  durationMs: number;
  score: number | undefined;
  words: string;
}
type Test = (one: One) => boolean;
interface Made {
  q: string;
  test: Test;
}

const NAMES = [
  'Alpha',
  'beta',
  'Gamma ray',
  'ÉCOLE Ünder',
  'ΟΔΟΣ 1',
  '100% sure',
  'a_b',
  "O'Brien",
  'say "hi"',
  'back\\slash',
  '-dash',
  '*',
];
const CITIES = [
  'Paris',
  'paris',
  'Rome',
  'São Paulo',
  'SÃO PAULO',
  'ŁÓDŹ',
  'Łódź',
  'Київ',
  '%',
  '_',
  "x' OR '1'='1",
  '$.a',
  'NEAR',
  'true',
  '7',
  'a*',
];
/** Texts that look like something else, and what they look like. */
const MIXED = [
  '7',
  7,
  '07',
  true,
  'true',
  '5m',
  300_000,
  'false',
  1.5,
  '1.50',
  'http://x:80/a?b=c',
  '2026-01-05T10:30',
];
const TEXTS = ['quick brown fox', 'lazy dog', 'quick dog', 'fox AND dog', 'one-two three'];
const data: One[] = Array.from({ length: 80 }, (_, n) => ({
  id: randomUUID(),
  name: NAMES[n % NAMES.length] as string,
  meta: {
    ...(n % 7 === 0 ? {} : { city: CITIES[n % CITIES.length] as string }),
    age: n % 9,
    vip: n % 2 === 0,
    ...(n % 13 === 0 ? {} : { mixed: MIXED[n % MIXED.length] as string | number | boolean }),
    ...(n % 5 === 0 ? { long: 'long '.repeat(60) } : {}),
    ...(n % 3 === 0 ? { 'odd.key %': n } : {}),
  },
  errors: n % 4 === 0 ? 1 : 0,
  durationMs: 100 + (n % 10) * 250,
  score: n % 5 === 0 ? undefined : (n % 11) / 10,
  words: TEXTS[n % TEXTS.length] as string,
}));

let server: Local;
beforeAll(async () => {
  server = await local();
  for (const [n, one] of data.entries())
    await server.call('POST', '/session/start', {
      session: { session_id: one.id, session_name: one.name, start_time: T0 + n * 1000, metadata: one.meta },
    });
  await server.call(
    'POST',
    '/v1/traces',
    traces(
      data.map((one, n) =>
        span({
          startMs: T0 + n * 1000,
          endMs: T0 + n * 1000 + one.durationMs,
          attributes: inSession(one.id, { 'honeyhive_outputs.result': one.words }),
          events:
            one.score === undefined
              ? []
              : [
                  {
                    name: 'gen_ai.evaluation.result',
                    attributes: { 'gen_ai.evaluation.name': 'acc', 'gen_ai.evaluation.score.value': one.score },
                  },
                ],
          ...(one.errors > 0 ? { status: { code: 2 } } : {}),
        }),
      ),
    ),
  );
});

const ask = async (q: string): Promise<string[]> => {
  const answer = await server.call('GET', `/api/sessions?limit=1000&q=${encodeURIComponent(q)}`);
  if (answer.status !== 200) throw new Error(`${q}: ${answer.text}`);
  return answer.json.items.map((one: { sessionId: string }) => one.sessionId).sort();
};

const quoted = (text: string): string => `"${text.replace(/[\\"]/g, '\\$&')}"`;
/** Upper and lower case are the same for all letters; Greek has two small forms of one. */
const low = (text: string): string => text.toLowerCase().replaceAll('ς', 'σ');
const holds = (text: string, part: string): boolean => low(text).includes(low(part));

const OPS: Record<string, (a: number, b: number) => boolean> = {
  ':': (a, b) => a === b,
  '=': (a, b) => a === b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
};
const operators = fc.constantFrom(...Object.keys(OPS));
const numeric = (field: string, of: (one: One) => number | undefined, values: fc.Arbitrary<number>, unit = '') =>
  fc.tuple(operators, values).map(
    ([operator, value]): Made => ({
      q: `${field}${operator}${value}${unit}`,
      test: (one) => {
        const own = of(one);
        return own !== undefined && (OPS[operator] as (a: number, b: number) => boolean)(own, value);
      },
    }),
  );
const textual = (field: string, of: (one: One) => string | number | boolean | undefined, values: string[]) =>
  fc.tuple(fc.constantFrom(':', '=', '!=', '~', 'begin'), fc.constantFrom(...values)).map(([operator, value]): Made => {
    const own = (one: One): string | undefined => {
      const found = of(one);
      return typeof found === 'string' ? found : undefined;
    };
    if (operator === '~') return { q: `${field}~${quoted(value)}`, test: (one) => holds(own(one) ?? '\0', value) };
    if (operator === 'begin') {
      // Only plain words can be written without quotation marks.
      const start = /^\p{L}+/u.exec(value)?.[0] ?? 'zz';
      return { q: `${field}:${start}*`, test: (one) => low(own(one) ?? '').startsWith(low(start)) };
    }
    const equal: Test = (one) => own(one) !== undefined && low(own(one) as string) === low(value);
    return { q: `${field}${operator}${quoted(value)}`, test: operator === '!=' ? (one) => !equal(one) : equal };
  });

/** Without quotation marks a value is a text or what it looks like, whichever is stored. */
const unquoted = (field: string, of: (one: One) => string | number | boolean | undefined, values: string[]) =>
  fc.tuple(fc.constantFrom(':', '=', '!='), fc.constantFrom(...values)).map(([operator, value]): Made => {
    const looks =
      value === '5m'
        ? 300_000
        : /^[\d.]+$/.test(value)
          ? Number(value)
          : value === 'true'
            ? true
            : value === 'false'
              ? false
              : value;
    const equal: Test = (one) => {
      const own = of(one);
      return typeof own === 'string' ? low(own) === low(value) : own !== undefined && own === looks;
    };
    return { q: `${field}${operator}${value}`, test: operator === '!=' ? (one) => !equal(one) : equal };
  });

const atoms: fc.Arbitrary<Made>[] = [
  unquoted('name', (one) => one.name, ['beta', 'a_b', '007', '5m', 'back\\slash', "O'Brien"]),
  unquoted('metadata.mixed', (one) => one.meta.mixed, [...MIXED.map(String), '1.5', '300000', 'X']),
  numeric(
    'metadata.mixed',
    (one) => (typeof one.meta.mixed === 'number' ? one.meta.mixed : undefined),
    fc.constantFrom(2, 1000),
  ),
  textual('name', (one) => one.name, [...NAMES, 'a', '%', '_', 'ALPHA', 'école ÜNDER', 'éCOL', 'οδος 1', 'Οδοσ', 'É']),
  textual('metadata.city', (one) => one.meta.city, [
    ...CITIES,
    'PARIS',
    'sÃo pAULO',
    'łódź',
    'КИЇВ',
    'ódź',
    'nowhere',
    "'",
    '--',
    ';',
  ]),
  numeric('metadata.age', (one) => one.meta.age as number, fc.integer({ min: -1, max: 9 })),
  numeric('duration', (one) => one.durationMs, fc.constantFrom(100, 350, 600, 1100, 5000)),
  numeric('duration', (one) => one.durationMs / 1000, fc.constantFrom(0, 1, 2), 's'),
  numeric('errors', (one) => one.errors, fc.constantFrom(0, 1)),
  numeric('score.acc', (one) => one.score, fc.constantFrom(0, 0.1, 0.5, 0.7, 1)),
  fc.boolean().map((value) => ({ q: `metadata.vip:${value}`, test: (one) => one.meta.vip === value })),
  fc.tuple(fc.nat(9), fc.nat(9)).map(([a, b]) => ({
    q: `metadata.age:${a}..${b}`,
    test: (one) => Number(one.meta.age) >= a && Number(one.meta.age) <= b,
  })),
  fc.constantFrom<Made>(
    { q: 'metadata.long:*', test: (one) => one.meta.long !== undefined },
    { q: 'metadata.long~long', test: () => false },
    { q: 'metadata.city:*', test: (one) => one.meta.city !== undefined },
    { q: 'score.acc:*', test: (one) => one.score !== undefined },
    { q: '"metadata.odd key %":*', test: () => false },
    { q: '"metadata.odd.key %":*', test: (one) => one.meta['odd.key %'] !== undefined },
    { q: '"metadata.odd.key %">30', test: (one) => Number(one.meta['odd.key %'] ?? 0) > 30 },
    { q: 'quick', test: (one) => /\bquick\b/.test(one.words) },
    { q: '"quick dog"', test: (one) => one.words.includes('quick dog') },
    { q: '"fox AND dog"', test: (one) => one.words.includes('fox AND dog') },
    { q: 'thr*', test: (one) => /\bthr/.test(one.words) },
    { q: '-lazy', test: (one) => !one.words.includes('lazy') },
    { q: '"one two"', test: (one) => one.words.includes('one-two') },
  ),
];

const filter: fc.Arbitrary<Made> = fc.letrec<{ tree: Made }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    ...atoms,
    fc
      .tuple(tie('tree'), fc.constantFrom(' ', ' AND '), tie('tree'))
      .map(([a, and, b]): Made => ({ q: `(${a.q}${and}${b.q})`, test: (one) => a.test(one) && b.test(one) })),
    fc
      .tuple(tie('tree'), tie('tree'))
      .map(([a, b]): Made => ({ q: `(${a.q} OR ${b.q})`, test: (one) => a.test(one) || b.test(one) })),
    fc
      .tuple(fc.constantFrom('NOT ', '- ', 'NOT NOT NOT '), tie('tree'))
      .map(([not, a]): Made => ({ q: `${not}(${a.q})`, test: (one) => !a.test(one) })),
  ),
})).tree;

test('any filter of the grammar finds what a plain loop finds', async () => {
  await fc.assert(
    fc.asyncProperty(
      filter.filter(({ q }) => q.length < 4000),
      async ({ q, test }) => {
        expect(await ask(q)).toEqual(
          data
            .filter(test)
            .map((one) => one.id)
            .sort(),
        );
      },
    ),
    { numRuns: LONG ? 5000 : 250, ...(process.env.HH_SEED ? { seed: Number(process.env.HH_SEED) } : {}) },
  );
}, 300_000);

const HOSTILE = [
  "'; DROP TABLE spans; --",
  'name:"x") OR 1=1 --',
  'name:"x" UNION SELECT 1',
  "metadata.a' OR '1'='1:x",
  '"metadata.$[0]":x',
  '"metadata.a\\"b":x',
  '"metadata.*":5',
  '"score.a\\"] OR 1":1',
  'text:quick',
  'quick NEAR dog',
  'NEAR(quick dog, 5)',
  '^quick',
  'quick + dog',
  '{text}: quick',
  'rowid:1',
  '"quick*"',
  '"\0"',
  'a'.repeat(4000),
  '*'.repeat(4000),
  'name~"%"',
  'name~"_"',
  'name:"(a+)+$"',
  '"quick\\"dog"',
  '"quick\\" OR text:\\"dog"',
  '"quick\\" *"',
];

test('texts that try to be SQL, full-text syntax, patterns or paths: found as text or refused in words, at once', async () => {
  const pieces = fc.oneof(
    fc.constantFrom(
      ...HOSTILE,
      'name:',
      'OR',
      'NOT',
      '(',
      ')',
      '"',
      '~',
      '..',
      "'",
      ';',
      '--',
      '/*',
      '\\',
      '$',
      '?1',
      ':a',
      '@x',
      '%',
      '\u0000',
    ),
    fc.string({ unit: 'binary', maxLength: 10 }),
  );
  const query = fc.array(pieces, { minLength: 1, maxLength: 8 }).map((list) => list.join(' '));
  const sort = fc.constantFrom('sessions', 'spans', 'aggregate');
  const check = async (q: string, door: string): Promise<void> => {
    const group = door === 'aggregate' ? `&group=${encodeURIComponent([...q].slice(0, 100).join(''))}` : '';
    const from = performance.now();
    const answer = await server.call('GET', `/api/${door}?q=${encodeURIComponent(q)}${group}`);
    expect([q, answer.status]).toEqual([q, answer.status === 200 ? 200 : 400]);
    if (answer.status === 400) expect(answer.json.error.code).toMatch(/^bad_query$/);
    expect(performance.now() - from).toBeLessThan(5000);
  };
  for (const q of HOSTILE) for (const door of ['sessions', 'spans', 'aggregate']) await check(q, door);
  await fc.assert(fc.asyncProperty(query, sort, check), { numRuns: LONG ? 5000 : 300 });
  expect(await ask('errors>=0')).toHaveLength(data.length);
}, 300_000);
