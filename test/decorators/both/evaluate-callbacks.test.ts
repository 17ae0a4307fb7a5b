/** The functions that `@Evaluate` takes beside its evaluators: what they give, promise, throw and reject. */
import { defineEvaluator, Evaluate, type EvaluationResult, type HoneyHiveTracer } from 'honeyhive-decorators';
import { createTestTracer, spansNamed } from 'honeyhive-decorators/testing';

let tracer: HoneyHiveTracer;
let told: jest.SpyInstance;
const unhandled = jest.fn();
beforeEach(() => {
  tracer = createTestTracer();
  told = jest.spyOn(process.stderr, 'write').mockImplementation(() => true);
  process.on('unhandledRejection', unhandled);
});
afterEach(async () => {
  await tracer.close();
  await new Promise((resolve) => setTimeout(resolve, 20));
  process.off('unhandledRejection', unhandled);
  jest.restoreAllMocks();
  expect(unhandled).not.toHaveBeenCalled();
});

type Options = Partial<Parameters<typeof Evaluate>[0] & object>;
const seen: unknown[][] = [];
const spy = defineEvaluator('spy', (input, output, { expected, tone }) => {
  seen.push([input, output, expected, tone]);
  return 0.5;
});

/** Calls one evaluated method; gives what the span says of the scores. */
async function metricsWith(options: Options): Promise<Record<string, unknown>> {
  seen.length = 0;
  class Desk {
    @Evaluate({ evaluator: [spy, () => true], ...options } as never)
    answer(question: string, limit: number): string {
      return `${question}${limit}`;
    }
  }
  expect(new Desk().answer('q', 3)).toBe('q3');
  await tracer.flush();
  const attributes = Object.entries(spansNamed(tracer, 'Desk.answer').at(-1)?.attributes ?? {});
  return Object.fromEntries(
    attributes.flatMap(([key, value]) => {
      const [, name] = key.split('honeyhive_metrics.');
      return name === undefined ? [] : [[name, value]];
    }),
  );
}

const throws = (): never => {
  throw new Error('refused');
};
const later = (): Promise<never> => new Promise((_, reject) => setTimeout(() => reject(new Error('refused')), 5));
/** Rejects when it is asked, without being a promise of the language. */
const thenable = (): unknown => ({
  then: (_: unknown, reject: (reason: Error) => void) => reject(new Error('refused')),
});

describe('input, output, evaluationContext and expected', () => {
  it('may promise what they give', async () => {
    const metrics = await metricsWith({
      input: async ([question]: [string]) => ({ question }),
      output: async (output: string) => output.toUpperCase(),
      evaluationContext: async () => ({ tone: 'formal' }),
      expected: () => new Promise((resolve) => setTimeout(resolve, 5, 'Q4')),
    });
    expect(metrics).toMatchObject({ spy: 0.5 });
    expect(seen).toEqual([[{ question: 'q' }, 'Q3', 'Q4', 'formal']]);
  });

  it.each(
    (['input', 'output', 'evaluationContext'] as const).flatMap((what) => [
      [what, 'throws', throws] as const,
      [what, 'rejects', async () => throws()] as const,
      [what, 'rejects later', later] as const,
      [what, 'gives a thenable that rejects', thenable] as const,
    ]),
  )('%s that %s: no score, but an error that says so', async (what, _how, fails) => {
    const results: EvaluationResult[] = [];
    const metrics = await metricsWith({ [what]: fails, onResult: (result) => void results.push(result) });
    const message = `the function given as ${what} failed: refused`;
    expect(metrics).toEqual({
      spy_status: 'error',
      spy_explanation: message,
      evaluator_status: 'error',
      evaluator_explanation: message,
    });
    expect(seen).toEqual([]);
    expect(results).toMatchObject([{ name: 'spy', status: 'error', score: null }, { name: 'evaluator' }]);
  });

  it('expected that fails is no reference; evaluators that need none go on', async () => {
    for (const expected of [throws, async () => throws(), later, thenable]) {
      expect(await metricsWith({ expected })).toMatchObject({ spy: 0.5 });
      expect(seen).toEqual([[{ question: 'q', limit: 3 }, 'q3', undefined, undefined]]);
    }
    expect(told.mock.calls.flat().join('')).toContain('the function given as expected failed: refused');
  });

  it('that never answer end with the time of an evaluator', async () => {
    const never = (): Promise<never> => new Promise(() => undefined);
    expect(await metricsWith({ input: never, timeoutMs: 20 })).toMatchObject({
      spy_status: 'timeout',
      spy_explanation: 'the function given as input failed: no answer within 20 ms',
    });
    expect(await metricsWith({ expected: never, timeoutMs: 20 })).toMatchObject({ spy: 0.5 });
  });

  it('evaluationContext that is no object, or has a getter that throws', async () => {
    expect(await metricsWith({ evaluationContext: () => 'formal' as never })).toMatchObject({
      spy_status: 'error',
      spy_explanation: 'the function given as evaluationContext failed: it gave a string, not an object',
    });
    const hostile = Object.defineProperty({}, 'tone', { get: throws, enumerable: true });
    expect(await metricsWith({ evaluationContext: hostile })).toMatchObject({ spy_status: 'error' });
  });

  it('get lists of their own: the method has its arguments as they came', async () => {
    const take = (args: unknown[]): unknown => args.shift();
    await metricsWith({
      input: take,
      expected: take,
      evaluationContext: (_self, args: unknown[]) => ({ tone: args.pop() }),
    });
    expect(seen).toEqual([['q', 'q3', 'q', 3]]);
  });
});

describe('onResult', () => {
  it.each([
    ['throws', throws],
    ['rejects', async () => throws()],
    ['rejects later', later],
    ['gives a thenable that rejects', thenable],
  ])('that %s is a warning', async (_how, onResult) => {
    expect(await metricsWith({ onResult: onResult as never })).toMatchObject({ spy: 0.5, evaluator: true });
  });

  it('is not waited for', async () => {
    const never = new Promise<void>(() => undefined);
    expect(await metricsWith({ onResult: () => never })).toMatchObject({ spy: 0.5 });
  });
});
