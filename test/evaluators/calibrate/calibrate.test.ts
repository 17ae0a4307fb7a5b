import {
  BaseEvaluator,
  calibrate,
  configureJudge,
  defineEvaluator,
  type EvaluatorReturn,
  JudgeEvaluator,
  PairwiseEvaluator,
} from '../../../evaluators/index.js';
import { isConfigError } from '../../../src/base/errors.js';
import { startOpenAiServer } from '../../support/openai-server.js';

const given = defineEvaluator('given', (_input: unknown, output: { machine: EvaluatorReturn }) => output.machine);
const cut = (threshold: number, direction: 'maximize' | 'minimize' = 'maximize') =>
  defineEvaluator('cut', (_input: unknown, output: { machine: EvaluatorReturn }) => output.machine, {
    threshold,
    direction,
  });
const rows = <H extends number | string | boolean>(pairs: readonly (readonly [H, EvaluatorReturn])[]) =>
  pairs.map(([human, machine]) => ({ output: { machine }, human }));
const times = <T>(count: number, value: T): T[] => Array.from({ length: count }, () => value);

describe('calibrate', () => {
  it('compares verdicts: accuracy, kappa, alpha and confusion of a known table', async () => {
    // The table of Wikipedia's "Cohen's kappa", first example: kappa 0.4, agreement 0.7.
    const table = [
      ...times(20, [true, true]),
      ...times(5, [true, false]),
      ...times(10, [false, true]),
      ...times(15, [false, false]),
    ];
    const result = await calibrate(given, rows(table as [boolean, boolean][]));
    expect(result).toMatchObject({ n: 50, total: 50, unscored: {}, alphaLevel: 'nominal' });
    expect(result.accuracy?.value).toBeCloseTo(0.7, 12);
    expect(result.kappa?.value).toBeCloseTo(0.4, 12);
    expect(result.confusion).toEqual({
      labels: ['false', 'true'],
      counts: [
        [15, 10],
        [5, 20],
      ],
    });
    // 100 ratings, 55 of them true; 15 units disagree: 1 - 15/50 / (2 * 55 * 45 / (100 * 99)).
    expect(result.alpha?.value).toBeCloseTo(1 - 0.3 / ((2 * 55 * 45) / (100 * 99)), 12);
    // Between two binary ratings, rank correlations are the phi coefficient: (20*15 - 5*10) / sqrt(25*25*30*20).
    expect(result.spearman?.value).toBeCloseTo(250 / Math.sqrt(375_000), 12);
    expect(result.kendall?.value).toBeCloseTo(250 / Math.sqrt(375_000), 12);
    expect(result.kappa?.low).toBeGreaterThan(0.05);
    expect(result.kappa?.low).toBeLessThan(0.35);
    expect(result.kappa?.high).toBeGreaterThan(0.45);
    expect(result.kappa?.high).toBeLessThan(0.75);
  });

  it('compares scores: ranks and interval alpha, grades for equality', async () => {
    const human = [5, 4, 4, 1, 2, 2];
    const machine = [4, 4, 5, 2, 1, 3];
    const result = await calibrate(given, rows(human.map((h, i) => [h, machine[i] as number] as const)));
    expect(result.spearman?.value).toBeCloseTo(0.7612788283838284, 12);
    expect(result.kendall?.value).toBeCloseTo(0.592999453328881, 12);
    expect(result.alphaLevel).toBe('interval');
    expect(result.accuracy?.value).toBeCloseTo(1 / 6, 12);
    expect(result.confusion?.labels).toEqual(['1', '2', '3', '4', '5']);
    expect(result.threshold).toBeNull();
  });

  it('has no accuracy for scores on a continuous scale, unless a threshold makes verdicts of them', async () => {
    const data = rows([
      [0.2, 0.11],
      [0.4, 0.35],
      [0.7, 0.75],
      [0.9, 0.41],
    ]);
    const plain = await calibrate(given, data);
    expect([plain.accuracy, plain.kappa, plain.confusion]).toEqual([null, null, null]);
    expect(plain.spearman?.value).toBeCloseTo(0.8, 12);
    expect((await calibrate(cut(0.5), data)).accuracy?.value).toBe(0.75);
  });

  it('compares labels', async () => {
    const result = await calibrate(
      given,
      rows([
        ['good', 'good'],
        ['bad', 'good'],
        ['bad', 'bad'],
        ['fair', 'fair'],
      ]),
    );
    expect(result.accuracy?.value).toBe(0.75);
    expect(result.confusion?.labels).toEqual(['bad', 'fair', 'good']);
    expect([result.spearman, result.kendall, result.threshold]).toEqual([null, null, null]);
  });

  it("makes verdicts of scores by the evaluator's threshold, in its direction", async () => {
    const data = rows([
      [true, 0.9],
      [true, 0.5],
      [false, 0.6],
      [false, 0.1],
    ]);
    expect((await calibrate(cut(0.5), data)).confusion?.counts).toEqual([
      [1, 1],
      [0, 2],
    ]);
    expect((await calibrate(cut(0.55, 'minimize'), data)).confusion?.counts).toEqual([
      [1, 1],
      [1, 1],
    ]);
  });

  it('fits a threshold where there is none, says so, and suggests the best', async () => {
    const result = await calibrate(
      given,
      rows([
        [1, 0.9],
        [1, 0.8],
        [0, 0.3],
        [0, 0.1],
      ]),
    );
    expect(result.threshold?.value).toBeCloseTo(0.55, 12);
    expect(result.accuracy?.value).toBe(1);
    expect(String(result)).toContain('optimistic');
    const useless = await calibrate(
      given,
      rows([
        [1, 0.1],
        [0, 0.9],
        [1, 0.2],
        [0, 0.8],
      ]),
    );
    expect(useless.threshold).toBeNull();
    expect(useless.kappa?.value).toBeLessThanOrEqual(0);
  });

  it('leaves out what could not be scored, and counts it by reason', async () => {
    const moody = defineEvaluator('moody', (_input, output: string) => {
      if (output === 'throw') throw new Error('no');
      return output === 'skip' ? null : output === 'nan' ? Number.NaN : true;
    });
    const data = ['throw', 'skip', 'nan', 'ok', 'throw'].map((output) => ({ output, human: true }));
    const result = await calibrate(moody, data);
    expect([result.n, result.total]).toEqual([1, 5]);
    expect(Object.values(result.unscored).sort()).toEqual([1, 1, 2]);
    expect(String(result)).toContain('1 of 5 rows compared');
    expect(String(result)).toContain('2 x error (Error: no)');
  });

  it('has null for what has no meaning, with no rows too', async () => {
    const empty = await calibrate(given, []);
    expect(empty).toMatchObject({
      n: 0,
      accuracy: null,
      kappa: null,
      alpha: null,
      spearman: null,
      kendall: null,
      confusion: null,
      threshold: null,
    });
    expect('flipRate' in empty).toBe(false);
    expect(String(empty)).toContain('0 of 0 rows');
    const same = await calibrate(given, rows(times(4, [true, true] as const)));
    expect(same.accuracy).toEqual({ value: 1, low: 1, high: 1 });
    expect([same.kappa, same.alpha, same.spearman]).toEqual([null, null, null]);
  });

  it('gives the same intervals for the same seed, whatever finishes first', async () => {
    const data = rows(Array.from({ length: 40 }, (_, i) => [i % 3 === 0, ((i * 7) % 10) / 10] as const));
    const first = await calibrate(given, data, { seed: 5 });
    const slow = new (class Slow extends BaseEvaluator<unknown, { machine: EvaluatorReturn }> {
      async evaluate(_input: unknown, output: { machine: EvaluatorReturn }) {
        await new Promise((resolve) => setTimeout(resolve, Math.random() * 5));
        return output.machine;
      }
    })();
    const again = await calibrate(slow, data, { seed: 5 });
    expect(again.kappa).toEqual(first.kappa);
    expect((await calibrate(given, data, { seed: 6 })).kappa).not.toEqual(first.kappa);
    expect((await calibrate(given, data, { bootstrap: 0 })).kappa).toMatchObject({ low: null, high: null });
  });

  it('runs no more rows at once than it may', async () => {
    let running = 0;
    let most = 0;
    const busy = defineEvaluator('busy', async (_input: unknown, _output: unknown) => {
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
      return true;
    });
    await calibrate(busy, times(20, { output: 1, human: true }), { concurrency: 3 });
    expect(most).toBe(3);
  });

  it('shows a lean towards long outputs', async () => {
    const verbose = defineEvaluator('verbose', (_input, output: string) => output.length / 10);
    const data = ['a', 'bb', 'ccc', 'dddd'].map((output, i) => ({ output, human: i % 2 === 0 }));
    expect((await calibrate(verbose, data)).lengthCorrelation?.value).toBeCloseTo(1, 12);
  });

  it('lists wrong rows and options together', async () => {
    const thrown: unknown = await calibrate(
      'exact_match',
      [{ output: 1, human: Number.NaN as number }, { output: 1 } as never],
      { bootstrap: -1, seed: 0.5 },
    ).catch((error: unknown) => error);
    expect(isConfigError(thrown) && thrown.problems.map((problem) => problem.field)).toEqual([
      'rows[0].human',
      'rows[1].human',
      'bootstrap',
      'seed',
    ]);
  });

  it('counts what an evaluator with a run of its own gets wrong', async () => {
    class Rejects extends BaseEvaluator {
      evaluate(): number {
        return 1;
      }
      override run(): Promise<never> {
        return Promise.reject(new Error('broken promise'));
      }
    }
    const result = await calibrate(new Rejects() as BaseEvaluator, [{ output: 'x', human: true }]);
    expect(result).toMatchObject({ n: 0, unscored: { 'error (Error: broken promise)': 1 } });
  });

  it('takes a function and a registered name as well', async () => {
    const data = [
      { output: 'x', expected: 'x', human: true },
      { output: 'x', expected: 'y', human: false },
    ];
    expect((await calibrate('exact_match', data)).accuracy?.value).toBe(1);
    expect((await calibrate((_input: unknown, output: unknown) => output === 'x', data)).accuracy?.value).toBe(0.5);
  });

  it('is readable', async () => {
    const result = await calibrate(
      given,
      rows([...times(6, ['good', 'good']), ...times(3, ['bad', 'bad']), ['bad', 'good']] as [string, string][]),
    );
    expect(String(result)).toMatchInlineSnapshot(`
"Calibration of given: 10 of 10 rows compared

  accuracy                        0.900  [0.700, 1.000]
  Cohen's kappa                   0.783  [0.286, 1.000]
  Krippendorff's alpha (nominal)  0.791  [0.208, 1.000]
  Spearman's rho                  -  (no numbers, or no variation)
  Kendall's tau-b                 -  (no numbers, or no variation)
  correlation with length         -  (no text, or no variation)
  best threshold                  -  (needs verdicts of both kinds that the scores separate)

  human | bad  good   (columns: evaluator)
  ------+----------
  bad   |   3     1
  good  |   0     6

  Fewer than 30 rows: read the intervals, not the figures.
  Brackets: 95 % bootstrap interval."
`);
  });
});

describe('calibrating a judge', () => {
  afterEach(() => configureJudge(undefined));

  it('measures how often a pairwise judge changes its mind with the order', async () => {
    const server = await startOpenAiServer((body) => {
      const [, a = ''] = /BEGIN ANSWER A.*?>>>\n(.*)\n/.exec(body.messages[1]?.content ?? '') ?? [];
      const b = /BEGIN ANSWER B.*?>>>\n(.*)\n/.exec(body.messages[1]?.content ?? '')?.[1] ?? '';
      return { say: { reasoning: 'r', choice: a.length === b.length ? 'a' : a.length > b.length ? 'a' : 'b' } };
    });
    configureJudge({ model: 'm', baseUrl: server.url });
    const pair = (output: string, other: string, human: number) => ({ output, context: { other }, human });
    const result = await calibrate(new PairwiseEvaluator(), [
      pair('xx', 'y', 1),
      pair('x', 'yy', 0),
      pair('x', 'y', 1),
      pair('xxx', 'y', 1),
    ]);
    await server.close();
    expect(result.flipRate?.value).toBe(0.25);
    expect(result.n).toBe(4);
    expect(String(result)).toContain('order-flip rate');
  });

  it('leaves out rows that the judge could not score', async () => {
    const server = await startOpenAiServer((_body, i) =>
      i === 0 ? { refusal: 'no' } : { say: { reasoning: 'r', choice: 'yes' } },
    );
    configureJudge({ model: 'm', baseUrl: server.url });
    const result = await calibrate(new JudgeEvaluator({ rubric: 'Is it?' }), times(3, { output: 'x', human: 'yes' }), {
      concurrency: 1,
    });
    await server.close();
    expect(result).toMatchObject({ n: 2, total: 3, accuracy: { value: 1 } });
    expect(Object.keys(result.unscored)[0]).toContain('judge_refused');
  });
});
