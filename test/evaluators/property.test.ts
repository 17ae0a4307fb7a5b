import fc from 'fast-check';
import { bestAssignment } from '../../evaluators/assignment';
import { longestCommon, longestCommonLength } from '../../evaluators/common-subsequence';
import { editDistance } from '../../evaluators/edit-distance';
import { evaluateAll } from '../../evaluators/evaluate-all';
import {
  type BaseEvaluator,
  BleuEvaluator,
  ContainsEvaluator,
  defineEvaluator,
  ExactMatchEvaluator,
  F1ScoreEvaluator,
  JsonMatchEvaluator,
  JsonValidEvaluator,
  LengthEvaluator,
  LevenshteinEvaluator,
  MultiEvaluator,
  NumericEvaluator,
  RegexEvaluator,
  RougeEvaluator,
  ToolCallEvaluator,
} from '../../evaluators/index';
import { evaluationRecord } from '../../evaluators/wire';
import { evaluated, scored } from './support';

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({ unit: 'grapheme', maxLength: 20 }),
  fc.stringMatching(/^[a-c .,0-9-]{0,30}$/),
);
const anything = fc.oneof(
  text,
  fc.anything({ withMap: true, withSet: true, withDate: true, withBigInt: true, withNullPrototype: true }),
);

const evaluators: BaseEvaluator[] = [
  new ExactMatchEvaluator(),
  new ExactMatchEvaluator({ normalize: 'squad', ignoreCase: true }),
  new F1ScoreEvaluator(),
  new LengthEvaluator({ minLength: 3, maxLength: 5 }),
  new LengthEvaluator({ minLength: 1, maxLength: 2, unit: 'sentence' }),
  new ContainsEvaluator(),
  new RegexEvaluator({ pattern: /a+b/u }),
  new NumericEvaluator(),
  new NumericEvaluator({ mode: 'diff' }),
  new LevenshteinEvaluator(),
  new RougeEvaluator({ stemmer: true }),
  new BleuEvaluator(),
  new BleuEvaluator({ smoothing: 'add-k', maxOrder: 2 }),
  new JsonValidEvaluator({ schema: { type: 'object' } }),
  new JsonMatchEvaluator(),
  new JsonMatchEvaluator({ leaves: 'similar', listOrder: 'any' }),
  new ToolCallEvaluator({ mode: 'unordered' }),
];

describe('every score is between 0 and 1, whatever is compared', () => {
  test.each(evaluators.map((evaluator, i) => [`${i} ${evaluator.name}`, evaluator] as const))(
    '%s',
    async (_name, evaluator) => {
      await fc.assert(
        fc.asyncProperty(anything, anything, async (output, expected) => {
          const { score, status, metrics } = await evaluated(evaluator, output, expected);
          if (status === 'ok') expect(score).toBeGreaterThanOrEqual(0);
          if (status === 'ok') expect(score).toBeLessThanOrEqual(1);
          if (status !== 'ok') expect(score).toBeNull();
          for (const metric of Object.values(metrics)) expect(metric).not.toBeNaN();
        }),
        { numRuns: 150 },
      );
    },
  );
});

describe('laws', () => {
  const law = async <T>(property: fc.IAsyncProperty<T>, numRuns = 200): Promise<void> =>
    fc.assert(property, { numRuns });

  test.each<[string, BaseEvaluator]>([
    ['exact match', new ExactMatchEvaluator()],
    ['F1', new F1ScoreEvaluator()],
    ['edit distance', new LevenshteinEvaluator()],
    ['ROUGE-L', new RougeEvaluator()],
    ['ROUGE-1', new RougeEvaluator({ variant: 'rouge1' })],
    ['ROUGE-2', new RougeEvaluator({ variant: 'rouge2' })],
  ])('%s of texts is symmetric', (_name, evaluator) =>
    law(
      fc.asyncProperty(text, text, async (a, b) => {
        expect(Number(await scored(evaluator, a, b))).toBeCloseTo(Number(await scored(evaluator, b, a)), 10);
      }),
    ),
  );

  test.each<[string, BaseEvaluator]>([
    ['exact', new JsonMatchEvaluator()],
    ['similar', new JsonMatchEvaluator({ leaves: 'similar' })],
    ['any order', new JsonMatchEvaluator({ leaves: 'similar', listOrder: 'any' })],
  ])('JSON match (%s) is symmetric, and 1 for itself', (_name, evaluator) =>
    law(
      fc.asyncProperty(fc.jsonValue(), fc.jsonValue(), async (a, b) => {
        const [one, other] = [JSON.stringify(a), JSON.stringify(b)];
        expect(Number(await scored(evaluator, one, other))).toBeCloseTo(
          Number(await scored(evaluator, other, one)),
          10,
        );
        expect(await scored(evaluator, one, one)).toBeCloseTo(1, 10);
      }),
    ),
  );

  test('a value equals itself', () =>
    law(
      fc.asyncProperty(anything, async (value) => {
        fc.pre(value !== undefined && typeof value !== 'function' && typeof value !== 'symbol');
        expect(await scored(new ExactMatchEvaluator(), value, value)).toBe(1);
      }),
    ));

  test('composed and decomposed text are the same', () =>
    law(
      fc.asyncProperty(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), async (a, b) => {
        for (const evaluator of evaluators.slice(0, 12)) {
          const [nfc, nfd] = [
            await scored(evaluator, a.normalize('NFC'), b),
            await scored(evaluator, a.normalize('NFD'), b),
          ];
          expect([evaluator.name, nfd]).toEqual([evaluator.name, nfc]);
        }
      }),
      60,
    ));
});

describe('cores agree with their plain definitions', () => {
  const word = fc.array(fc.constantFrom<string>('a', 'b', 'c', 'd'), { maxLength: 80 });

  test('edit distance', () =>
    fc.assert(fc.property(word, word, (a, b) => expect(editDistance(a, b)).toBe(slowDistance(a, b)))));

  test('longest common subsequence', () =>
    fc.assert(
      fc.property(word, word, (a, b) => {
        const indices = longestCommon(a, b);
        expect(indices).toHaveLength(longestCommonLength(a, b));
        let from = 0;
        for (const index of indices) from = b.indexOf(a[index] as string, from) + 1 || Number.NaN;
        expect(from).not.toBeNaN();
      }),
    ));

  test('assignment', () => {
    const size = fc.integer({ min: 0, max: 5 });
    const cells = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 25, maxLength: 25 });
    fc.assert(
      fc.property(size, size, cells, (rows, columns, values) => {
        const at = (i: number, j: number): number => values[i * 5 + j] as number;
        expect(bestAssignment(rows, columns, at)).toBe(slowAssignment(rows, columns, at));
      }),
    );
  });
});

test('run never rejects, whatever evaluate returns or throws, and touches no other', async () => {
  const hostile = fc.oneof(
    anything.map((value) => () => value),
    anything.map((value) => () => Promise.resolve(value)),
    anything.map((value) => () => Promise.reject(value)),
    anything.map((value) => (): never => {
      throw value;
    }),
    fc.constant(() => new Proxy({}, { get: trap, has: trap, ownKeys: trap, getPrototypeOf: trap })),
    fc.constant(() => ({
      score: 1,
      get metrics(): never {
        return trap();
      },
    })),
    fc.constant(() => new Promise(() => undefined)),
  );
  const silent = jest.spyOn(process.stderr, 'write').mockImplementation(() => true);
  await fc.assert(
    fc.asyncProperty(fc.array(hostile, { maxLength: 5 }), async (functions) => {
      const list = functions.map((fn, i) => defineEvaluator(`h${i}`, fn as () => number, { timeoutMs: 5 }));
      const good = defineEvaluator('good', () => 0.5);
      const multi = new MultiEvaluator([...list, good]);
      const results = await evaluateAll([...list, good, multi], { input: 1, output: 2 });
      expect(results).toHaveLength(functions.length + 2);
      expect(results.at(-2)).toMatchObject({ name: 'good', status: 'ok', score: 0.5 });
      expect(results.at(-1)?.children?.at(-1)).toMatchObject({ status: 'ok', score: 0.5 });
      for (const value of Object.values(evaluationRecord(results).attributes)) {
        expect(['string', 'number', 'boolean']).toContain(typeof value);
        expect(value).not.toBeNaN();
      }
    }),
    { numRuns: 100 },
  );
  silent.mockRestore();
});

function trap(): never {
  throw new Error('trap');
}

function slowDistance(a: readonly string[], b: readonly string[]): number {
  let row = b.map((_, j) => j + 1);
  row.unshift(0);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, (row[j] as number) + 1, (next[j - 1] as number) + 1));
    }
    row = next;
  }
  return row[b.length] as number;
}

function slowAssignment(
  rows: number,
  columns: number,
  at: (i: number, j: number) => number,
  used: readonly number[] = [],
): number {
  if (used.length === rows) return 0;
  const free = Array.from({ length: columns }, (_, j) => j).filter((j) => !used.includes(j));
  const options = free.map((j) => at(used.length, j) + slowAssignment(rows, columns, at, [...used, j]));
  // A row may also go without a partner.
  return Math.max(slowAssignment(rows, columns, at, [...used, -1]), ...options);
}

/** A share that people write as a fraction or a decimal is that number, so that a threshold of the same passes. */
describe('shares are rounded once', () => {
  const letters = (count: number, letter: string): string => letter.repeat(count);
  test('edit distance, F1 and ROUGE', async () => {
    for (let length = 1; length <= 60; length++) {
      for (let same = 0; same <= length; same++) {
        const output = letters(same, 'a') + letters(length - same, 'b');
        expect(await scored(new LevenshteinEvaluator(), output, letters(length, 'a'))).toBe(same / length);
      }
    }
    for (let output = 1; output <= 12; output++) {
      for (let expected = 1; expected <= 12; expected++) {
        const [got, wanted] = [output, expected].map((count) => Array(count).fill('w').join(' '));
        const f = (2 * Math.min(output, expected)) / (output + expected);
        expect(await scored(new F1ScoreEvaluator(), got, wanted)).toBe(f);
        expect(await scored(new RougeEvaluator(), got, wanted)).toBe(f);
      }
    }
  });

  test('means', async () => {
    const scores = Array.from({ length: 21 }, (_, i) => i / 20);
    for (const score of scores) {
      for (let count = 1; count <= 10; count++) {
        const children = Array.from({ length: count }, (_, i) =>
          defineEvaluator(`e${i}`, () => score, { weight: 0.1 + i / 7 }),
        );
        for (const aggregate of ['mean', 'weighted'] as const)
          expect(await scored(new MultiEvaluator(children, { aggregate }), 'out')).toBe(score);
      }
    }
    // 0.6, 0.7 and 0.8 come to 0.7; summed up first they come to less.
    const three = [0.6, 0.7, 0.8].map((score) => defineEvaluator('e', () => score));
    expect(await scored(new MultiEvaluator(three), 'out')).toBe(0.7);
    const json = new JsonMatchEvaluator({ leaves: 'similar', listOrder: 'any' });
    expect(await scored(json, { v: [1, 1e5, 1e10] }, { v: [9, 9e5, 9e10] })).toBe(0.2);
    expect(await scored(json, { a: 'aaab', b: 'cccd' }, { a: 'aaaa', b: 'cccc' })).toBe(0.75);
  });
});
