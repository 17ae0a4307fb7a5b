import { defineEvaluator } from '../../evaluators/index';
import { evaluationRecord } from '../../evaluators/wire';

/** The attributes that a returned value becomes, without their prefix, and the result. */
async function of(returned: unknown) {
  const result = await defineEvaluator('judge', () => returned as number).run({ input: 1, output: 2 });
  const { attributes } = evaluationRecord([result]);
  const wire = Object.fromEntries(
    Object.entries(attributes).map(([key, value]) => [key.replace('honeyhive_metrics.', ''), value]),
  );
  return { result, wire };
}

let stderr: jest.SpyInstance;
beforeEach(() => {
  stderr = jest.spyOn(process.stderr, 'write').mockImplementation(() => true);
});
afterEach(() => stderr.mockRestore());

describe('what evaluate() returned, on the wire', () => {
  test.each([
    [0.95, { judge: 0.95 }],
    [0, { judge: 0 }],
    [true, { judge: true }],
    [false, { judge: false }],
    ['good', { judge: 'good' }],
    ['', { judge: '' }],
    [3n, { judge: 3 }],
    [[0.5], { judge: 0.5 }],
    [[true], { judge: true }],
    [
      { score: 1, explanation: 'ok', passed: true, category: 'good' },
      { judge: 1, judge_explanation: 'ok', judge_passed: true, judge_category: 'good' },
    ],
    [{ score: 1, obj: { n: 1 }, list: [1, 2] }, { judge: 1 }],
    [
      { score: true, feedback: 5 },
      { judge: true, judge_explanation: '5' },
    ],
    [
      { foo: 1, bar: 2 },
      { judge_foo: 1, judge_bar: 2 },
    ],
    [
      { label: 'A', score: 0.4 },
      { judge: 0.4, judge_label: 'A' },
    ],
    [
      { score: 1, metrics: { length: 3, deep: { x: 1 }, bad: Number.NaN } },
      { judge: 1, judge_length: 3, judge_bad: 'NaN' },
    ],
    [
      { score: 1, status: 'error', coverage: 0.5, feedback: 'why' },
      { judge: 1, judge_explanation: 'why', judge_metrics_status: 'error', judge_metrics_coverage: 0.5 },
    ],
    [
      { score: 1, passed: true, metrics: { status: 'fine', explanation: 'own', passed: 3, label: 'own' } },
      {
        judge: 1,
        judge_passed: true,
        judge_metrics_status: 'fine',
        judge_metrics_explanation: 'own',
        judge_metrics_passed: 3,
        judge_metrics_label: 'own',
      },
    ],
  ])('%j', async (returned, expected) => {
    expect((await of(returned)).wire).toEqual(expected);
  });

  test.each([
    [null, 'skipped'],
    [undefined, 'skipped'],
    [{ score: null, feedback: 'no judge' }, 'skipped'],
    [[1, 2], 'error'],
    [[], 'error'],
    [Number.POSITIVE_INFINITY, 'error'],
    [Symbol('s'), 'error'],
    [{ score: [1] }, 'error'],
    [{ error: { type: 'Refused', message: 'will not' } }, 'error'],
  ])('%p has no score, but says so', async (returned, status) => {
    const { wire, result } = await of(returned);
    expect(wire).toEqual({ judge_status: status, judge_explanation: expect.stringMatching(/./) });
    expect(result).toMatchObject({ status, score: null });
  });

  test('keeps the explanation of a score that is none', async () => {
    expect((await of({ score: { n: 1 }, explanation: 'x' })).wire).toEqual({
      judge_explanation: 'x',
      judge_status: 'error',
    });
  });
});

describe('results', () => {
  test.each([
    [true, { score: 1, passed: true, value: true }],
    [false, { score: 0, passed: false }],
    ['good', { score: null, label: 'good', status: 'ok' }],
    [
      { score: 0.5, usage: { inputTokens: 3, outputTokens: 4 }, costUsd: 0.01 },
      { usage: { inputTokens: 3, outputTokens: 4 }, costUsd: 0.01 },
    ],
    [{ score: 1, metadata: { basis: 'expected' } }, { metadata: { basis: 'expected' } }],
    [
      { error: { type: 'Refused', message: 'will not' }, costUsd: 1 },
      { error: { type: 'Refused', message: 'will not' }, costUsd: 1 },
    ],
    [{ score: 1, __proto__: null, constructor: 'c', toString: 't' }, { metrics: { constructor: 'c', toString: 't' } }],
  ])('%j', async (returned, expected) => {
    expect((await of(returned)).result).toMatchObject(expected);
  });

  test('name what was left out, once', async () => {
    const evaluator = defineEvaluator('leaver', () => ({ score: 1, obj: {}, fn: () => 1 }));
    await evaluator.run({ input: 1, output: 2 });
    await evaluator.run({ input: 1, output: 2 });
    const lines = stderr.mock.calls.map(([line]) => String(line)).filter((line) => line.includes('leaver'));
    expect(lines).toEqual([
      '[honeyhive] evaluator "leaver": obj, fn left out, only numbers, booleans and texts are kept\n',
    ]);
  });

  test('without a score in an object are warned of', async () => {
    await defineEvaluator('scoreless', () => ({ foo: 1 })).run({ input: 1, output: 2 });
    expect(stderr.mock.calls.flat().join('')).toContain('evaluator "scoreless" returned an object without a score');
  });
});

test("one event per evaluator, of OpenTelemetry's form", async () => {
  const { result } = await of({ score: 0.5, label: 'fair', feedback: 'so so' });
  const failed = await of(Number.NaN);
  expect(evaluationRecord([result, failed.result]).events).toEqual([
    {
      name: 'gen_ai.evaluation.result',
      attributes: {
        'gen_ai.evaluation.name': 'judge',
        'gen_ai.evaluation.score.value': 0.5,
        'gen_ai.evaluation.score.label': 'fair',
        'gen_ai.evaluation.explanation': 'so so',
      },
    },
    {
      name: 'gen_ai.evaluation.result',
      attributes: {
        'gen_ai.evaluation.name': 'judge_2',
        'gen_ai.evaluation.explanation': 'the score is NaN, which is no finite number',
        'error.type': 'InvalidScore',
      },
    },
  ]);
});
