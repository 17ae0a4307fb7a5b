import {
  BaseEvaluator,
  defineEvaluator,
  type EvaluationContext,
  type EvaluatorOptions,
  type EvaluatorReturn,
  getEvaluator,
  LengthEvaluator,
  MultiEvaluator,
  registerEvaluator,
} from '../../evaluators/index';

/** What users write must compile as it stands; `tsc` reads this file, the tests only run it. */
class ToneEvaluator extends BaseEvaluator<{ question: string }, string> {
  constructor(private_options?: EvaluatorOptions & { mood?: string }) {
    super(private_options);
  }

  override evaluate(input: { question: string }, output: string, context: EvaluationContext<string>): EvaluatorReturn {
    const reference = context.expected ?? '';
    return {
      score: output.length > reference.length ? 1 : 0,
      feedback: input.question,
      metrics: { length: output.length },
    };
  }
}

interface Verdict {
  score: number;
  reason: string;
}

class AsyncEvaluator extends BaseEvaluator<string, string> {
  override async evaluate(_input: string, output: string): Promise<Verdict> {
    return { score: output === '' ? 0 : 1, reason: 'so' };
  }
}

test('evaluators of exact types go wherever an evaluator goes', async () => {
  registerEvaluator('tone', ToneEvaluator);
  registerEvaluator('brief', (_input, output) => output.length < 80);
  registerEvaluator('exact', async (input: string, output: string) => input === output);
  const short = defineEvaluator('short', (_input, output) => output.length < 80);
  const typed = defineEvaluator<string, string>('typed', (input, output, context) =>
    [input, output].includes(String(context.expected)),
  );
  const multi = new MultiEvaluator(
    [
      new ToneEvaluator(),
      new AsyncEvaluator(),
      new LengthEvaluator(),
      short,
      typed,
      'tone',
      'brief',
      (input: string, output: string) => input !== output,
      defineEvaluator('listed', (_input, output) => output.length < 80),
      (_input, output) => output.length < 80,
    ],
    { aggregate: (results) => results.length, name: 'all' },
  );
  const result = await multi.run({ input: { question: 'q' }, output: 'out', expected: 'o' });
  expect(result).toMatchObject({ name: 'all', score: 10, coverage: { scored: 10, total: 10 } });
  expect(result.children?.[1]?.metrics).toEqual({ reason: 'so' });
  expect(getEvaluator('tone').name).toBe('tone');
});

test('what does not fit is refused by the compiler', () => {
  const wrong = (): void => {
    // @ts-expect-error a list of two is no score
    defineEvaluator('list', () => [1, 2] as [number, number]);
    // @ts-expect-error nor is one that is registered
    registerEvaluator('list', () => [1, 2] as [number, number]);
    // @ts-expect-error the output is a text
    void new AsyncEvaluator().run({ input: 'q', output: 5 });
    // @ts-expect-error there is no such option
    new LengthEvaluator({ minimum: 4 });
  };
  expect(wrong).toBeInstanceOf(Function);
});
