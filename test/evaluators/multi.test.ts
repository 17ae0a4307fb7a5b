import {
  defineEvaluator,
  type EvaluatorLike,
  type EvaluatorOptions,
  ExactMatchEvaluator,
  MultiEvaluator,
  type MultiEvaluatorOptions,
} from '../../evaluators/index';
import { evaluationRecord } from '../../evaluators/wire';

const fixed = (name: string, score: unknown, options?: EvaluatorOptions) =>
  defineEvaluator(name, () => score as number, options);
const never = (): Promise<never> => new Promise(() => {});
const run = (children: readonly EvaluatorLike[], options?: MultiEvaluatorOptions, args: object = {}) =>
  new MultiEvaluator(children, options).run({ input: 'in', output: 'out', ...args });
const broken = defineEvaluator('throws', () => {
  throw new Error('boom');
});

test('ten evaluators of which one hangs, one throws and one gives NaN: seven scores', async () => {
  const scores = [0, 0.25, 0.5, 0.5, 0.75, 1, 1];
  const result = await run([
    defineEvaluator('hangs', never, { timeoutMs: 30 }),
    ...scores.map((score, i) => fixed(`e${i}`, score)),
    broken,
    fixed('nan', Number.NaN),
  ]);
  expect(result).toMatchObject({ name: 'multi', kind: 'composite', status: 'ok', coverage: { scored: 7, total: 10 } });
  expect(result.score).toBeCloseTo(4 / 7, 12);
  expect(result.children).toHaveLength(10);
  expect(result.feedback).toBe(
    '7 of 10 scored; hangs: timeout (no answer within 30 ms), throws: error (boom), ' +
      'nan: error (the score is NaN, which is no finite number)',
  );
  const { attributes, events } = evaluationRecord([result]);
  expect(events).toHaveLength(11);
  expect(attributes).toMatchObject({
    'honeyhive_metrics.multi_coverage': '7/10',
    'honeyhive_metrics.multi.e1': 0.25,
    'honeyhive_metrics.multi.hangs_status': 'timeout',
    'honeyhive_metrics.multi.throws_explanation': 'boom',
  });
  expect(attributes).not.toHaveProperty(['honeyhive_metrics.multi.nan']);
});

describe('aggregates', () => {
  const children = [fixed('a', 0.2, { weight: 3 }), fixed('b', 0.6), fixed('c', 1)];
  test.each([
    [undefined, (0.2 * 3 + 0.6 + 1) / 5],
    ['mean', 0.6],
    ['weighted', (0.2 * 3 + 0.6 + 1) / 5],
    ['min', 0.2],
    ['max', 1],
    ['all', 0],
    ['any', 1],
  ] as const)('%s', async (aggregate, expected) => {
    const result = await run(children, aggregate && { aggregate });
    expect(result.score).toBeCloseTo(expected, 12);
  });

  test('a function sees every result, also the unscored', async () => {
    const aggregate = (results: readonly { status: string }[]): number =>
      results.filter((r) => r.status === 'ok').length;
    expect(await run([...children, broken], { aggregate })).toMatchObject({ score: 3 });
    expect(await run(children, { aggregate: () => null })).toMatchObject({ status: 'skipped', score: null });
    expect(await run(children, { aggregate: () => Number.NaN })).toMatchObject({ status: 'error', score: null });
    const throwing = (): never => {
      throw new Error('no sum');
    };
    const failed = await run([...children, broken], { aggregate: throwing });
    expect(failed).toMatchObject({
      status: 'error',
      score: null,
      error: { type: 'Error', message: 'no sum' },
      feedback: 'no sum',
      coverage: { scored: 3, total: 4 },
    });
    expect(failed.children).toHaveLength(4);
    expect(evaluationRecord([failed]).attributes).toMatchObject({
      'honeyhive_metrics.multi_status': 'error',
      'honeyhive_metrics.multi_explanation': 'no sum',
      'honeyhive_metrics.multi_coverage': '3/4',
      'honeyhive_metrics.multi.a': 0.2,
      'honeyhive_metrics.multi.throws_status': 'error',
    });
  });

  test('a function may promise its score, within the time of the whole', async () => {
    const unhandled = jest.fn();
    process.on('unhandledRejection', unhandled);
    const later = <T>(give: () => T) => new Promise<void>((resolve) => setTimeout(resolve, 5)).then(give);
    const refuse = (): never => {
      throw new Error('no sum');
    };
    expect(await run(children, { aggregate: () => later(() => 0.3) })).toMatchObject({ status: 'ok', score: 0.3 });
    expect(await run(children, { aggregate: () => later(refuse) })).toMatchObject({
      status: 'error',
      feedback: 'no sum',
      coverage: { scored: 3, total: 3 },
    });
    for (const aggregate of [never, () => new Promise<number>((_, reject) => setTimeout(reject, 40))]) {
      expect(await run(children, { aggregate, timeoutMs: 20 })).toMatchObject({
        status: 'timeout',
        feedback: 'no answer within 20 ms',
        coverage: { scored: 3, total: 3 },
      });
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
    process.off('unhandledRejection', unhandled);
    expect(unhandled).not.toHaveBeenCalled();
  });

  test('all and any go by passing', async () => {
    const strict = [fixed('a', 0.7, { threshold: 0.9 }), fixed('b', 0.95, { threshold: 0.9 })];
    expect(await run(strict, { aggregate: 'all' })).toMatchObject({ score: 0 });
    expect(await run(strict, { aggregate: 'any' })).toMatchObject({ score: 1 });
    expect(await run([fixed('yes', true), fixed('half', 0.5)], { aggregate: 'all' })).toMatchObject({ score: 1 });
  });

  test('turn a score round where less is better', async () => {
    const toxic = fixed('toxicity', 0.1, { direction: 'minimize' });
    const onScale = fixed('faults', 2, { direction: 'minimize', range: [0, 10] });
    expect((await run([toxic, fixed('good', 0.7)])).score).toBeCloseTo(0.8, 12);
    expect((await run([onScale], { aggregate: 'max' })).score).toBe(8);
    expect((await run([toxic], { direction: 'minimize' })).score).toBeCloseTo(0.1, 12);
  });

  test('weights that add up to nothing give no score', async () => {
    expect(await run([fixed('a', 1, { weight: 0 })])).toMatchObject({ status: 'skipped', score: null });
  });
});

describe('children without a score', () => {
  test('are left out, count as 0, or fail the whole', async () => {
    const children = [fixed('good', 1), broken, fixed('quiet', null)];
    expect(await run(children)).toMatchObject({ score: 1, coverage: { scored: 1, total: 3 } });
    expect(await run(children, { onError: 'zero' })).toMatchObject({ score: 0.5 });
    const failed = await run(children, { onError: 'propagate' });
    expect(failed).toMatchObject({
      status: 'error',
      score: null,
      error: { type: 'ChildFailed' },
      coverage: { scored: 1, total: 3 },
    });
    expect(failed.children).toHaveLength(3);
    expect(await run([fixed('good', 1), fixed('quiet', null)], { onError: 'propagate' })).toMatchObject({ score: 1 });
  });

  test('a label is no score, and no failure', async () => {
    const result = await run([fixed('good', 1), fixed('mood', 'kind')]);
    expect(result).toMatchObject({ score: 1, coverage: { scored: 1, total: 2 }, feedback: '1 of 2 scored' });
  });

  test('alone give none', async () => {
    expect(await run([broken])).toMatchObject({ status: 'error', score: null, error: { type: 'NothingScored' } });
    expect(await run([fixed('quiet', null)])).toMatchObject({ status: 'skipped', score: null });
  });

  test('may be too many', async () => {
    const children = [fixed('a', 1), fixed('b', 1), fixed('quiet', null)];
    expect(await run([fixed('a', 1), broken], { minCoverage: 0.5 })).toMatchObject({ score: 1 });
    expect(await run(children, { minCoverage: 0.6 })).toMatchObject({ status: 'ok', score: 1 });
    expect(await run(children, { minCoverage: 0.7 })).toMatchObject({ status: 'skipped', score: null });
    expect(await run([...children, broken], { minCoverage: 0.7 })).toMatchObject({
      status: 'error',
      error: { type: 'LowCoverage', message: expect.stringContaining('2 of 4 scored') },
    });
  });

  test('may be a name that nobody registered: it fails alone', async () => {
    const result = await run([fixed('a', 1), 'nobody']);
    expect(result).toMatchObject({ score: 1, coverage: { scored: 1, total: 2 } });
    expect(result.children?.[1]).toMatchObject({ name: 'nobody', status: 'error' });
    class Unmakable extends ExactMatchEvaluator {
      constructor() {
        super({ threshold: Number.NaN });
      }
    }
    const odd = await run([fixed('a', 1), '', Unmakable as never]);
    expect(odd.children?.map(({ name, status }) => [name, status])).toEqual([
      ['a', 'ok'],
      ['evaluator', 'error'],
      ['unmakable', 'error'],
    ]);
  });
});

describe('nested', () => {
  test('aggregate level by level, with names on the wire', async () => {
    const inner = new MultiEvaluator([fixed('x', 0), fixed('y', 1), broken], { name: 'inner', weight: 1 });
    const result = await run([inner, fixed('z', 1)], { name: 'outer', threshold: 0.7 });
    expect(result).toMatchObject({ score: 0.75, passed: true, coverage: { scored: 2, total: 2 } });
    expect(result.children?.[0]).toMatchObject({ score: 0.5, coverage: { scored: 2, total: 3 } });
    expect(evaluationRecord([result]).attributes).toMatchObject({
      'honeyhive_metrics.outer': 0.75,
      'honeyhive_metrics.outer_passed': true,
      'honeyhive_metrics.outer.inner': 0.5,
      'honeyhive_metrics.outer.inner.y': 1,
      'honeyhive_metrics.outer.inner.throws_status': 'error',
    });
  });

  test('are ended from above, and keep the scores that are there', async () => {
    const inner = new MultiEvaluator([fixed('x', 1), defineEvaluator('hangs', never)], { name: 'inner' });
    const result = await run([inner, fixed('z', 0)], { timeoutMs: 30 });
    expect(result).toMatchObject({ status: 'ok', score: 0.5 });
    expect(result.children?.[0]?.children?.[1]).toMatchObject({
      status: 'timeout',
      feedback: 'no answer within 30 ms',
    });
  });
});

test('hands its time down, also where that is longer than the usual', async () => {
  jest.useFakeTimers({ doNotFake: ['queueMicrotask', 'nextTick'] });
  try {
    const slow = defineEvaluator('slow', () => new Promise<number>((resolve) => setTimeout(() => resolve(1), 11_000)));
    const own = defineEvaluator('own', never, { timeoutMs: 50 });
    const nested = new MultiEvaluator([slow], { name: 'nested' });
    const asked = run([slow, nested, own], { timeoutMs: 20_000 });
    const given = new MultiEvaluator([slow, nested]).run({ input: 'in', output: 'out', timeoutMs: 20_000 });
    const untold = run([slow]);
    await jest.advanceTimersByTimeAsync(12_000);
    expect((await asked).children).toMatchObject([
      { status: 'ok', score: 1 },
      { status: 'ok', score: 1 },
      { status: 'timeout', feedback: 'no answer within 50 ms' },
    ]);
    expect(await given).toMatchObject({ score: 1, coverage: { scored: 2, total: 2 } });
    expect(await untold).toMatchObject({ status: 'error', coverage: { scored: 0, total: 1 } });
  } finally {
    jest.useRealTimers();
  }
});

test('children of one name stay apart on the wire', async () => {
  const { attributes } = evaluationRecord([await run([(): number => 1, (): number => 0].map((fn) => fn))]);
  expect(attributes).toMatchObject({
    'honeyhive_metrics.multi.evaluator': 1,
    'honeyhive_metrics.multi.evaluator_2': 0,
  });
});

test('a number that makes a name another one makes way for it', async () => {
  const scores = { dup: [0.1, 0.2, 0.3], dup_2: [0.4, 0.5], dup_3: [0.6] };
  const children = Object.entries(scores).flatMap(([name, given]) => given.map((score) => fixed(name, score)));
  const { attributes, events } = evaluationRecord([await run(children)]);
  expect(attributes).toMatchObject({
    'honeyhive_metrics.multi.dup': 0.1,
    'honeyhive_metrics.multi.dup_4': 0.2,
    'honeyhive_metrics.multi.dup_5': 0.3,
    'honeyhive_metrics.multi.dup_2': 0.4,
    'honeyhive_metrics.multi.dup_2_2': 0.5,
    'honeyhive_metrics.multi.dup_3': 0.6,
  });
  expect(new Set(events.map((event) => event.attributes['gen_ai.evaluation.name'])).size).toBe(events.length);
});

test('runs at most as many children at a time as told', async () => {
  let running = 0;
  let most = 0;
  const child = async (): Promise<number> => {
    running += 1;
    most = Math.max(most, running);
    await new Promise((resolve) => setImmediate(resolve));
    running -= 1;
    return 1;
  };
  const children = Array.from({ length: 7 }, (_, i) => defineEvaluator(`c${i}`, child));
  await run(children, { concurrency: 2 });
  expect(most).toBe(2);
  await run(children);
  expect(most).toBe(7);
});

test('of many children gives no warning of a leak', async () => {
  const warned = jest.fn();
  process.on('warning', warned);
  await run(Array.from({ length: 40 }, (_, i) => fixed(`c${i}`, Promise.resolve(1))));
  await new Promise((resolve) => setImmediate(resolve));
  process.off('warning', warned);
  expect(warned).not.toHaveBeenCalled();
});

test('what one child does with the material, the others and the caller do not see', async () => {
  const material = (): { list: number[]; map: Map<string, number[]>; set: Set<string>; at: Date } => ({
    list: [3, 1, 2],
    map: new Map([['a', [2, 1]]]),
    set: new Set(['a']),
    at: new Date(0),
  });
  const spoils = defineEvaluator<ReturnType<typeof material>, ReturnType<typeof material>>(
    'spoils',
    (input, output) => {
      for (const each of [input, output]) {
        each.list.sort();
        each.map.get('a')?.sort();
        each.set.clear();
      }
      return output.list[0];
    },
  );
  const nested = new MultiEvaluator([spoils], { name: 'nested' });
  const given = { input: material(), output: material(), expected: material() };
  const { children } = await run([spoils, nested, new ExactMatchEvaluator()], {}, given);
  expect(children?.map(({ score }) => score)).toEqual([1, 1, 1]);
  expect(given).toEqual({ input: material(), output: material(), expected: material() });
});

test('hands expected and context down, and adds up what was spent', async () => {
  const judge = (n: number) =>
    defineEvaluator(`j${n}`, (_input, _output, context) => {
      expect(context).toMatchObject({ expected: 'out', documents: ['d'] });
      return { score: 1, usage: { inputTokens: n, outputTokens: 1 }, costUsd: 0.5 };
    });
  const args = { expected: 'out', context: { documents: ['d'] } };
  expect(await run([new ExactMatchEvaluator(), judge(2), judge(3)], {}, args)).toMatchObject({
    score: 1,
    usage: { inputTokens: 5, outputTokens: 2 },
    costUsd: 1,
  });
});
