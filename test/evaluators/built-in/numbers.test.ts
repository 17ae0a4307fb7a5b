import { CostEvaluator, LatencyEvaluator, NumericEvaluator } from '../../../evaluators/index';
import { numbersIn } from '../../../evaluators/numbers-in-text';
import { evaluated, scored } from '../support';

describe('numbers found in text', () => {
  test.each<[string, number[]]>([
    ['', []],
    ['no number', []],
    ['28 + 32 = 60', [28, 32, 60]],
    ['the answer is 42!', [42]],
    ['(42). [7] "8" 9:', [42, 7, 8, 9]],
    ['42abc abc42 4x2 x_1', []],
    ['-5 and +3', [-5, 3]],
    ['\u22125 \uff0d6', [-5, -6]],
    ['from 3-5, pages 10\u201312', [3, 5, 10, 12]],
    ['it is \u20137 today', [-7]],
    ['2024-01-15', [2024, 1, 15]],
    ['1,234,567.5 and 1,2', [1234567.5, 1, 2]],
    ['$1,200 -$5 $-6 €7', [1200, -5, -6, 7]],
    ['1e3 2.5E-2 1e400', [1000, 0.025]],
    ['.5 and 0.50.', [0.5, 0.5]],
    ['1/2 3/4 2 1/2', [0.5, 0.75, 2.5]],
    ['1/0', []],
    ['½ 2½ -½ 3 ¼', [0.5, 2.5, -0.5, 3.25]],
    ['60% 12.5 %', [60, 12.5]],
    ['１２３ and ٤٥', [123, 45]],
    ['result: 三', [3]],
    ['三月', []],
    ['v1.2.3', []],
    ['1.2.3', []],
    ['10² x²', []],
    ['Infinity NaN', []],
  ])('%j: %j', (text, expected) => {
    expect(numbersIn(text).map(({ value }) => value)).toEqual(expected);
  });

  test('takes a time that grows with the text only', () => {
    for (const part of ['1,111', '1/', '1.', '-', '9', '½', '1 ', '1e', '$']) numbersIn(part.repeat(20_000));
  });
});

describe('NumericEvaluator', () => {
  const numeric = new NumericEvaluator();

  test.each<[unknown, unknown, number | string]>([
    ['28 + 32 = 60\nThis solves the problem.', '60', 1],
    ['The answer is 25', '5', 0],
    ['the value is 110', '10', 0],
    ['pi is 33.14', '3.14', 0],
    ['5', '-5', 0],
    ['the result is -5 exactly', '-5', 1],
    ['the value is 1000', '1e3', 1],
    ['answer: \u22125', '-5', 1],
    ['answer 2½', 2.5, 1],
    ['１２３', 123, 1],
    ['60%', '60%', 1],
    ['60%', 0.6, 1],
    ['60%', 60, 1],
    ['0.6%', '60%', 0],
    ['60', 0.6, 0],
    [0.6, '60', 0],
    [0.1 + 0.2, 0.3, 1],
    [2, 2, 1],
    [10n, '10', 1],
    ['none', 3, 0],
    ['7', ['6', '7'], 1],
    [Number.NaN, 1, 'error'],
    [Number.POSITIVE_INFINITY, 1, 'error'],
    [1, 'none', 'error'],
    [1, Number.NaN, 'error'],
    [{}, 1, 'error'],
    [1, undefined, 'skipped'],
  ])('%p and %p: %p', async (output, expected, score) => {
    expect(await scored(numeric, output, expected)).toBe(score);
  });

  test('tolerances', async () => {
    expect(await scored(new NumericEvaluator({ tolerance: 0.5 }), 10.5, 10)).toBe(1);
    expect(await scored(new NumericEvaluator({ tolerance: 0.5 }), 10.6, 10)).toBe(0);
    expect(await scored(new NumericEvaluator({ relativeTolerance: 0.1 }), 110, 100)).toBe(1);
    expect(await scored(new NumericEvaluator({ relativeTolerance: 0.1 }), 111, 100)).toBe(0);
    expect(await scored(new NumericEvaluator({ relativeTolerance: 0.1 }), -90, -100)).toBe(1);
  });

  test('position', async () => {
    const text = 'first 7 then 25';
    expect(await scored(new NumericEvaluator({ position: 'first' }), text, 25)).toBe(0);
    expect(await scored(new NumericEvaluator({ position: 'last' }), text, 25)).toBe(1);
    expect(await evaluated(numeric, text, 25)).toMatchObject({ score: 1, metrics: { number: 25 } });
  });

  test.each<[unknown, unknown, number]>([
    [0, 0, 1],
    [0, 1, 0],
    [1, 2, 2 / 3],
    [-1, 2, 0],
    [-1, -1, 1],
    [0, 1e-9, 0],
    ['7 of 10', 10, 1],
    [1e308, -1e308, 0],
    [1e308, 1.5e308, 0.8],
    [5e-324, 1.5e-323, 0.5],
  ])('diff of %p and %p: %p', async (output, expected, score) => {
    expect(await scored(new NumericEvaluator({ mode: 'diff' }), output, expected)).toBeCloseTo(score, 12);
  });

  test.each([
    [1, 3, 0.5],
    [1, 9, 0.2],
    [3, 7, 0.6],
    [0.1, 0.3, 0.5],
  ])('diff of %p and %p is %p to the last bit, as a threshold needs it', async (output, expected, threshold) => {
    const evaluator = new NumericEvaluator({ mode: 'diff', threshold });
    expect(await evaluated(evaluator, output, expected)).toMatchObject({ score: threshold, passed: true });
  });
});

describe('LatencyEvaluator and CostEvaluator', () => {
  const latency = new LatencyEvaluator({ maxMs: 100 });
  const cost = new CostEvaluator({ maxUsd: 0.01 });

  test('compare what the context says', async () => {
    expect(await scored(latency, 'x', undefined, { latencyMs: 100 })).toBe(1);
    expect(await evaluated(latency, 'x', undefined, { latencyMs: 101 })).toMatchObject({
      score: 0,
      feedback: 'took 101 ms, allowed 100 ms',
      metrics: { latencyMs: 101 },
    });
    expect(await scored(cost, 'x', undefined, { costUsd: 0.01 })).toBe(1);
    expect(await scored(cost, 'x', undefined, { costUsd: 0.02 })).toBe(0);
  });

  test('are skipped where nothing is known, and refuse what is no number', async () => {
    expect(await evaluated(latency, 'x')).toMatchObject({ status: 'skipped', feedback: 'the latency is unknown' });
    expect(await evaluated(cost, 'x')).toMatchObject({ status: 'skipped', feedback: 'the cost is unknown' });
    expect(await scored(new LatencyEvaluator(), 'x', undefined, { latencyMs: 1 })).toBe('skipped');
    expect(await scored(new CostEvaluator(), 'x', undefined, { costUsd: 1 })).toBe('skipped');
    expect(await scored(latency, 'x', undefined, { latencyMs: 'fast' })).toBe('error');
    expect(await scored(cost, 'x', undefined, { costUsd: Number.NaN })).toBe('error');
  });
});
