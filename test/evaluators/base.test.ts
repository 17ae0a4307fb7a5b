import { evaluateAll } from '../../evaluators/evaluate-all';
import {
  BaseEvaluator,
  defineEvaluator,
  type EvaluationContext,
  type EvaluatorOptions,
  ExactMatchEvaluator,
  F1ScoreEvaluator,
  isEvaluator,
  JsonValidEvaluator,
  LengthEvaluator,
  MultiEvaluator,
  RegexEvaluator,
} from '../../evaluators/index';
import { isConfigError } from '../../src/base/errors';

const never = (): Promise<never> => new Promise(() => {});
const run = (evaluate: (...args: never[]) => unknown, options?: EvaluatorOptions) =>
  defineEvaluator('judge', evaluate as () => number, options).run({ input: 'in', output: 'out' });

describe('names', () => {
  class ToneEvaluator extends BaseEvaluator {
    override evaluate() {
      return 1;
    }
  }
  class HTMLShape extends ToneEvaluator {}

  test('are the class name in snake_case without Evaluator', () => {
    expect(new ToneEvaluator().name).toBe('tone');
    expect(new HTMLShape().name).toBe('html_shape');
    expect(new F1ScoreEvaluator().name).toBe('f1_score');
    expect(new ExactMatchEvaluator().name).toBe('exact_match');
    expect(new MultiEvaluator([new ToneEvaluator()]).name).toBe('multi');
    expect(new (class extends ToneEvaluator {})().name).toBe('evaluator');
    expect(new ToneEvaluator({ name: 'mood' }).name).toBe('mood');
  });

  test('may be set by a subclass', async () => {
    class Named extends ToneEvaluator {
      override readonly name = 'own';
    }
    expect((await new Named().run({ input: 1, output: 2 })).name).toBe('own');
  });
});

describe('options', () => {
  test('are all checked in one error', () => {
    const wrong = {
      name: '',
      threshold: Number.NaN,
      weight: -1,
      timeoutMs: 0,
      direction: 'up',
      range: [1, 0],
    } as never;
    expect(problems(() => new ExactMatchEvaluator(wrong))).toEqual([
      'direction',
      'name',
      'range',
      'threshold',
      'timeoutMs',
      'weight',
    ]);
  });

  test('of an evaluator and the common ones are checked together, unknown ones too', () => {
    const wrong = {
      minLength: -1,
      maxLength: 'x',
      unit: 'byte',
      minLenght: 3,
      weight: Number.POSITIVE_INFINITY,
    } as never;
    expect(problems(() => new LengthEvaluator(wrong))).toEqual([
      'maxLength',
      'minLenght',
      'minLength',
      'unit',
      'weight',
    ]);
    expect(problems(() => new LengthEvaluator({ minLength: 5, maxLength: 4 }))).toEqual(['minLength']);
    expect(problems(() => new RegexEvaluator({ pattern: '(' }))).toEqual(['pattern']);
    expect(problems(() => new RegexEvaluator({ pattern: 'a', flags: 'gg' }))).toEqual(['flags']);
    expect(problems(() => new JsonValidEvaluator({ schema: [] }))).toEqual(['schema']);
    expect(problems(() => new MultiEvaluator([], { concurrency: 0, minCoverage: 2 }))).toEqual([
      'concurrency',
      'evaluators',
      'minCoverage',
    ]);
    expect(problems(() => new MultiEvaluator([7 as never]))).toEqual(['evaluators[0]']);
    expect(problems(() => new LengthEvaluator('long' as never))).toEqual(['options']);
  });

  test('of null are wrong, those of undefined are left out', () => {
    expect(problems(() => new LengthEvaluator({ maxLength: null, name: null } as never))).toEqual([
      'maxLength',
      'name',
    ]);
    expect(new LengthEvaluator({ maxLength: undefined, name: undefined } as never).name).toBe('length');
  });

  test('that do not exist are answered with those that do', () => {
    expect(() => new LengthEvaluator({ min_length: 3 } as never)).toThrow(
      /min_length: got 3, allowed: no such option, .*minLength/,
    );
  });

  test('say what was given and what is allowed', () => {
    expect(() => new LengthEvaluator({ unit: 'byte' as never })).toThrow(
      `LengthEvaluator: one wrong option\n  unit: got "byte", allowed: 'grapheme', 'codePoint', 'word', 'sentence', 'line'`,
    );
  });

  test("of a subclass of one's own may be passed along", () => {
    class Mine extends BaseEvaluator {
      constructor(options: EvaluatorOptions & { tone: string }) {
        super(options);
      }
      override evaluate() {
        return 1;
      }
    }
    expect(new Mine({ tone: 'kind', weight: 2 }).name).toBe('mine');
  });

  test('left out do not load class-validator', () => {
    jest.isolateModules(() => {
      jest.doMock('../../src/base/class-validator', () => ({
        loadClassValidator: () => {
          throw new Error('loaded');
        },
      }));
      const fresh = require('../../evaluators/index') as typeof import('../../evaluators/index');
      expect(() => new fresh.ExactMatchEvaluator()).not.toThrow();
      expect(() => new fresh.LengthEvaluator({})).not.toThrow();
      expect(() => new fresh.LengthEvaluator({ minLength: 1 })).toThrow('loaded');
    });
    jest.dontMock('../../src/base/class-validator');
  });
});

describe('run', () => {
  test('gives input, output and a context of its own to evaluate', async () => {
    const seen: EvaluationContext[] = [];
    const evaluator = defineEvaluator('spy', (input, output, context) => {
      expect([input, output]).toEqual(['in', 'out']);
      seen.push(context);
      context['shared'] = 'changed';
      return 1;
    });
    const context = { shared: 'kept', references: ['r'] };
    await evaluateAll([evaluator, evaluator], { input: 'in', output: 'out', expected: 'e', context });
    expect(context.shared).toBe('kept');
    expect(seen.map((one) => [one.expected, one.references, one.signal instanceof AbortSignal])).toEqual([
      ['e', ['r'], true],
      ['e', ['r'], true],
    ]);
  });

  test('decides passed by the threshold, not by what the evaluator says', async () => {
    expect(await run(() => ({ score: 0.4, passed: true }), { threshold: 0.5 })).toMatchObject({
      passed: false,
      threshold: 0.5,
    });
    expect(await run(() => 0.5, { threshold: 0.5 })).toMatchObject({ passed: true });
    expect(await run(() => 0.2, { threshold: 0.5, direction: 'minimize' })).toMatchObject({ passed: true });
    expect(await run(() => ({ score: 0.4, passed: true }))).toMatchObject({ passed: true });
    expect(await run(() => 'good', { threshold: 0.5 })).not.toHaveProperty('passed');
  });

  test('takes a score outside the range for an error', async () => {
    expect(await run(() => 1.2, { range: [0, 1] })).toMatchObject({
      status: 'error',
      score: null,
      error: { type: 'OutOfRange' },
    });
    expect(await run(() => 1.2)).toMatchObject({ status: 'ok', score: 1.2 });
    expect(await run(() => 5, { range: [1, 5] })).toMatchObject({ status: 'ok', score: 5 });
  });

  test('ends an evaluator that hangs, and tells it', async () => {
    let signal: AbortSignal | undefined;
    const result = await run(
      ((_input: unknown, _output: unknown, context: EvaluationContext) => {
        signal = context.signal;
        return never();
      }) as never,
      { timeoutMs: 20 },
    );
    expect(result).toMatchObject({
      status: 'timeout',
      score: null,
      feedback: 'no answer within 20 ms',
      error: { type: 'TimeoutError' },
    });
    expect(signal?.aborted).toBe(true);
  });

  test('takes the timeout of the caller where the evaluator has none', async () => {
    const args = { input: 1, output: 2, timeoutMs: 20 };
    expect(await defineEvaluator('slow', never).run(args)).toMatchObject({ feedback: 'no answer within 20 ms' });
    expect(await defineEvaluator('slow', never, { timeoutMs: 10 }).run(args)).toMatchObject({
      feedback: 'no answer within 10 ms',
    });
  });

  test('ends when the caller gives up', async () => {
    const controller = new AbortController();
    const running = defineEvaluator('slow', never).run({ input: 1, output: 2, signal: controller.signal });
    controller.abort();
    expect(await running).toMatchObject({ status: 'error', error: { type: 'AbortError' } });
    expect(
      await defineEvaluator('slow', never).run({ input: 1, output: 2, signal: AbortSignal.abort() }),
    ).toMatchObject({
      status: 'error',
    });
  });

  test("puts one listener on the caller's signal, however often it is used", async () => {
    const { signal } = new AbortController();
    let listeners = 0;
    const add = signal.addEventListener.bind(signal);
    signal.addEventListener = ((...args: Parameters<typeof add>) => {
      listeners += 1;
      add(...args);
    }) as never;
    const evaluators = Array.from({ length: 30 }, (_, i) => defineEvaluator(`e${i}`, () => 1));
    await evaluateAll([...evaluators, new MultiEvaluator(evaluators)], { input: 1, output: 2, signal });
    expect(listeners).toBe(1);
  });

  test.each([
    [
      'throws',
      () => {
        throw new TypeError('bad');
      },
      'TypeError',
      'bad',
    ],
    ['rejects', () => Promise.reject(new RangeError('far')), 'RangeError', 'far'],
    [
      'throws a text',
      () => {
        throw 'plain';
      },
      'Error',
      'plain',
    ],
    [
      'throws nothing',
      () => {
        throw undefined;
      },
      'Error',
      'undefined',
    ],
    [
      'throws a hostile object',
      () => {
        throw new Proxy(
          {},
          {
            get() {
              throw new Error('trap');
            },
          },
        );
      },
      'Error',
      'unreadable error',
    ],
    ['gives NaN', () => Number.NaN, 'InvalidScore', 'the score is NaN, which is no finite number'],
    ['gives 1e400', () => Number('1e400'), 'InvalidScore', 'the score is Infinity, which is no finite number'],
    ['gives a list', () => [1, 2], 'InvalidScore', 'evaluate() returned a list of 2 elements, which is no score'],
    ['gives a function', () => () => 1, 'InvalidScore', 'the score is a function, not a number, boolean or text'],
    [
      'gives a getter that throws',
      () => ({
        get score() {
          throw new Error('no');
        },
      }),
      'Error',
      'no',
    ],
    [
      'gives a thenable that settles twice',
      () => ({
        then(ok: (x: unknown) => void, no: (x: unknown) => void) {
          no(new Error('first'));
          ok(1);
        },
      }),
      'Error',
      'first',
    ],
  ])('that %s ends as an error', async (_what, evaluate, type, message) => {
    expect(await run(evaluate)).toMatchObject({
      status: 'error',
      score: null,
      error: { type, message },
      feedback: message,
    });
  });

  test('is not reached by a rejection after the timeout', async () => {
    const unhandled = jest.fn();
    process.on('unhandledRejection', unhandled);
    let fail = (_reason: Error): void => {};
    const late = new Promise<number>((_resolve, reject) => {
      fail = reject;
    });
    await run(() => late, { timeoutMs: 10 });
    fail(new Error('late'));
    await new Promise((resolve) => setImmediate(resolve));
    process.off('unhandledRejection', unhandled);
    expect(unhandled).not.toHaveBeenCalled();
  });

  test('results are data', async () => {
    const result = await run(() => ({ score: 0.5, feedback: 'fine', n: 1 }), { version: '2' });
    expect(JSON.parse(JSON.stringify(result))).toEqual({ ...result });
    expect(result).toMatchObject({ kind: 'code', version: '2', metrics: { n: 1 }, durationMs: expect.any(Number) });
  });
});

describe('evaluateAll', () => {
  test('survives subclasses whose run breaks its promise', async () => {
    class Broken extends ExactMatchEvaluator {
      override run(): never {
        throw new Error('no run');
      }
    }
    class Wrong extends ExactMatchEvaluator {
      override run(): Promise<never> {
        return Promise.resolve(5 as never);
      }
    }
    const results = await evaluateAll([new Broken(), new ExactMatchEvaluator(), new Wrong()], {
      input: 1,
      output: 'a',
      expected: 'a',
    });
    expect(results.map(({ status, score }) => [status, score])).toEqual([
      ['error', null],
      ['ok', 1],
      ['error', null],
    ]);
    expect(results[0]).toMatchObject({ name: 'broken', error: { message: 'no run' } });
  });
});

test('evaluators are recognised across copies of the package', () => {
  jest.isolateModules(() => {
    const other = require('../../evaluators/index') as typeof import('../../evaluators/index');
    const foreign = new other.LengthEvaluator();
    expect(foreign).not.toBeInstanceOf(BaseEvaluator);
    expect(isEvaluator(foreign)).toBe(true);
    expect(() => new MultiEvaluator([foreign as never])).not.toThrow();
  });
  expect([null, 1, {}, 'x', () => 1].some(isEvaluator)).toBe(false);
});

function problems(make: () => unknown): string[] {
  try {
    make();
  } catch (error) {
    if (isConfigError(error)) return error.problems.map(({ field }) => field).sort();
    throw error;
  }
  return [];
}
