import {
  BaseEvaluator,
  defineEvaluator,
  ExactMatchEvaluator,
  evaluatorNames,
  getEvaluator,
  MultiEvaluator,
  registerEvaluator,
} from '../../evaluators/index';
import { resolveEvaluator } from '../../evaluators/resolve';
import { isConfigError, isHoneyHiveError } from '../../src/base/errors';
import { scored } from './support';

let made = 0;
class ToneEvaluator extends BaseEvaluator {
  constructor() {
    super();
    made += 1;
  }
  override evaluate() {
    return 0.25;
  }
}

test('a class, an evaluator and a function are known by name', async () => {
  registerEvaluator('tone', ToneEvaluator);
  registerEvaluator('strict', new ExactMatchEvaluator({ normalize: 'none' }));
  registerEvaluator('short', (_input, output) => String(output).length < 3);
  expect(made).toBe(0);
  expect(await scored(getEvaluator('tone'), 'x')).toBe(0.25);
  expect(getEvaluator('tone')).toBe(getEvaluator('tone'));
  expect(made).toBe(1);
  expect(await scored(getEvaluator('strict'), 'a ', 'a')).toBe(0);
  expect(getEvaluator('short').name).toBe('short');
  expect(await scored(getEvaluator('short'), 'ab')).toBe(1);
});

test('a later one of the same name replaces it, built-ins too', async () => {
  registerEvaluator('mood', () => 0);
  registerEvaluator('mood', () => 1);
  expect(await scored(getEvaluator('mood'), 'x')).toBe(1);
  expect(await scored(getEvaluator('exact_match'), 'a', 'a')).toBe(1);
  registerEvaluator('exact_match', () => 0.5);
  expect(await scored(getEvaluator('exact_match'), 'a', 'a')).toBe(0.5);
  registerEvaluator('exact_match', ExactMatchEvaluator);
});

test('every built-in is there, under its own name', () => {
  const builtIns = [
    'bleu',
    'contains',
    'cost',
    'exact_match',
    'f1_score',
    'factual_accuracy',
    'faithfulness',
    'json_match',
    'json_valid',
    'latency',
    'length',
    'levenshtein',
    'numeric',
    'pairwise',
    'quality_score',
    'regex',
    'relevance',
    'rouge',
    'semantic_similarity',
    'tool_call',
    'toxicity',
  ];
  expect(evaluatorNames()).toEqual(expect.arrayContaining(builtIns));
  for (const name of builtIns) expect(getEvaluator(name).name).toBe(name);
  expect(getEvaluator('JsonMatchEvaluator').name).toBe('json_match');
});

test('an unknown name lists the known ones', () => {
  registerEvaluator('my_own', () => 1);
  let thrown: unknown;
  try {
    getEvaluator('nope');
  } catch (error) {
    thrown = error;
  }
  expect(isHoneyHiveError(thrown) && thrown.code).toBe('evaluator');
  expect(String(thrown)).toMatch(/no evaluator "nope"\. Known: .*exact_match.*length.*my_own/);
  expect(() => getEvaluator('toString')).toThrow('no evaluator "toString"');
});

test('what is no evaluator is refused', () => {
  for (const [name, value] of [
    ['', ExactMatchEvaluator],
    [' ', () => 1],
    ['x', 5],
    ['x', null],
    ['x', {}],
  ] as const) {
    let thrown: unknown;
    try {
      registerEvaluator(name, value as never);
    } catch (error) {
      thrown = error;
    }
    expect(isConfigError(thrown)).toBe(true);
  }
});

test('registrations are shared by all copies of the package', async () => {
  registerEvaluator('shared_one', () => 0.75);
  const other = await new Promise<typeof import('../../evaluators/index')>((resolve) => {
    jest.isolateModules(() => resolve(require('../../evaluators/index')));
  });
  expect(await scored(other.getEvaluator('shared_one') as never, 'x')).toBe(0.75);
});

describe('what stands for an evaluator', () => {
  test('one or several; a function and a class are always the same evaluator', () => {
    const named = defineEvaluator('n', () => 1);
    const fn = (): number => 1;
    const list = [named, 'length', fn, fn, ToneEvaluator as never].map(resolveEvaluator);
    expect(list.map(({ name }) => name)).toEqual(['n', 'length', 'fn', 'fn', 'tone']);
    expect(list[2]).toBe(list[3]);
    expect(resolveEvaluator(named)).toBe(named);
    expect(() => resolveEvaluator(5 as never)).toThrow('not an evaluator: number');
  });

  test('names are looked up when they are used', async () => {
    const multi = new MultiEvaluator(['later_one']);
    expect(await scored(multi, 'x')).toBe('error');
    registerEvaluator('later_one', () => 1);
    expect(await scored(multi, 'x')).toBe(1);
  });
});
