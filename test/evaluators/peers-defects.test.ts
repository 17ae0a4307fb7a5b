import {
  BleuEvaluator,
  defineEvaluator,
  ExactMatchEvaluator,
  F1ScoreEvaluator,
  JsonMatchEvaluator,
  JsonValidEvaluator,
  LevenshteinEvaluator,
  MultiEvaluator,
  NumericEvaluator,
  RougeEvaluator,
} from '../../evaluators/index';
import { evaluated, scored } from './support';

/** Defects found in other evaluation libraries; each was seen there, none may be here. */
describe('exact match', () => {
  const exact = new ExactMatchEvaluator();
  test('does not depend on the order of keys', async () => {
    expect(await scored(exact, { a: 1, b: 2 }, { b: 2, a: 1 })).toBe(1);
    expect(await scored(exact, { ä: 1, z: 2, A: 3 }, { z: 2, A: 3, ä: 1 })).toBe(1);
  });
  test('looks into Maps', async () => expect(await scored(exact, new Map([[1, 2]]), new Map([[3, 4]]))).toBe(0));
  test('tells null from "null"', async () => expect(await scored(exact, null, 'null')).toBe(0));
  test('takes null', async () => expect(await scored(exact, { a: null }, { a: null })).toBe(1));
  test('of nothing with nothing is no match', async () => expect(await scored(exact, undefined)).toBe('skipped'));
  test('survives circular objects', async () => {
    const a: Record<string, unknown> = {};
    a['a'] = a;
    expect(await scored(exact, a, a)).toBe(1);
    expect(await scored(exact, a, { a: { b: 1 } })).toBe(0);
  });
});

describe('text scores', () => {
  test('F1 counts how often a token occurs', async () => {
    expect(await scored(new F1ScoreEvaluator(), 'hello hello', 'hello')).toBeCloseTo(2 / 3, 12);
  });
  test('edit distance does not see half a character', async () => {
    expect(await scored(new LevenshteinEvaluator(), '👍', '👎')).toBe(0);
    expect(await scored(new LevenshteinEvaluator(), 'é', 'e\u0301')).toBe(1);
  });
  test('BLEU of one equal word is 1', async () => {
    expect(await scored(new BleuEvaluator(), 'Paris', 'Paris')).toBe(1);
  });
  test('ROUGE reads other scripts, and is a number that can fail', async () => {
    expect(await scored(new RougeEvaluator(), '東京', '東京')).toBe(1);
    const result = await evaluated(new RougeEvaluator({ threshold: 0.5 }), 'a', 'b');
    expect(result).toMatchObject({ score: 0, passed: false });
  });
});

describe('numbers and JSON', () => {
  test('NaN and infinity are errors', async () => {
    const diff = new NumericEvaluator({ mode: 'diff' });
    expect(await scored(diff, Number.NaN, 1)).toBe('error');
    expect(await scored(diff, Number.POSITIVE_INFINITY, 1)).toBe('error');
  });
  test('a very small difference can be tolerated', async () => {
    expect(await scored(new NumericEvaluator({ tolerance: 1e-6 }), 0, 1e-9)).toBe(1);
  });
  test('true and false share nothing', async () => {
    expect(await scored(new JsonMatchEvaluator({ leaves: 'similar' }), true, false)).toBe(0);
  });
  test('two empty objects are equal', async () => expect(await scored(new JsonMatchEvaluator(), '{}', '{}')).toBe(1));
  test('a scalar and a byte order mark are JSON', async () => {
    expect(await scored(new JsonValidEvaluator(), '100')).toBe(1);
    expect(await scored(new JsonValidEvaluator(), '\ufeff{}')).toBe(1);
  });
});

describe('evaluation', () => {
  test('a failed evaluator is not 0, and a 0 counts', async () => {
    const zero = defineEvaluator('zero', () => 0);
    const one = defineEvaluator('one', () => 1);
    const none = defineEvaluator('none', () => null);
    expect(await scored(none, 'x')).toBe('skipped');
    expect(await evaluated(new MultiEvaluator([zero, one, none]), 'x')).toMatchObject({
      score: 0.5,
      coverage: { scored: 2, total: 3 },
    });
  });
  test('results come in the order of the evaluators', async () => {
    const slow = defineEvaluator('slow', () => new Promise<number>((resolve) => setImmediate(() => resolve(1))));
    const fast = defineEvaluator('fast', () => 1);
    const { children } = await evaluated(new MultiEvaluator([slow, fast]), 'x');
    expect(children?.map(({ name }) => name)).toEqual(['slow', 'fast']);
  });
  test('input need not be an object, and the output is left as it was', async () => {
    const output = Object.freeze({ answer: 'x' });
    expect(await scored(new ExactMatchEvaluator(), output, { answer: 'x' })).toBe(1);
    expect(output).toEqual({ answer: 'x' });
  });
  test('one evaluator used many times at once mixes nothing up', async () => {
    const evaluator = new F1ScoreEvaluator();
    const outputs = Array.from({ length: 50 }, (_, i) => `word${i}`);
    const results = await Promise.all(
      outputs.map((output, i) => scored(evaluator, output, `word${i % 2 === 0 ? i : 'x'}`)),
    );
    expect(results).toEqual(outputs.map((_, i) => (i % 2 === 0 ? 1 : 0)));
  });
});
