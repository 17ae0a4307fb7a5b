import fc from 'fast-check';
import { accuracyOf, cohenKappa, krippendorffAlpha } from '../../../evaluators/calibrate/agreement.js';
import { bootstrap } from '../../../evaluators/calibrate/bootstrap.js';
import { confusionOf } from '../../../evaluators/calibrate/confusion.js';
import { kendallTauB, ranks, spearman } from '../../../evaluators/calibrate/correlation.js';
import { bestThreshold, passes } from '../../../evaluators/calibrate/threshold.js';

const columns = (...raters: (number | string | null)[][]) =>
  (raters[0] as unknown[]).map((_, i) => raters.map((ratings) => ratings[i] ?? null));
const letters = (text: string) => text.split(' ');

describe("Cohen's kappa", () => {
  it('is 0.4 for the table of Wikipedia\'s "Cohen\'s kappa", first example', () => {
    expect(
      cohenKappa({
        labels: ['yes', 'no'],
        counts: [
          [20, 5],
          [10, 15],
        ],
      }),
    ).toBeCloseTo(0.4, 12);
  });

  it('tells apart the two tables with equal agreement, second example there', () => {
    expect(
      cohenKappa({
        labels: ['yes', 'no'],
        counts: [
          [45, 15],
          [25, 15],
        ],
      }),
    ).toBeCloseTo(0.1304, 4);
    expect(
      cohenKappa({
        labels: ['yes', 'no'],
        counts: [
          [25, 35],
          [5, 35],
        ],
      }),
    ).toBeCloseTo(0.2593, 4);
  });

  it('is null where both raters know one label only, and without cases', () => {
    expect(cohenKappa(confusionOf(['a', 'a'], ['a', 'a']))).toBeNull();
    expect(cohenKappa(confusionOf([], []))).toBeNull();
    expect(accuracyOf(confusionOf([], []))).toBeNull();
  });
});

describe("Krippendorff's alpha", () => {
  it('has the values of Krippendorff (2011), sections A to C: nominal 0.095, 0.692, 0.743; interval 0.849', () => {
    const meg = [0, 1, 0, 0, 0, 0, 0, 0, 1, 0];
    const owen = [1, 1, 1, 0, 0, 1, 0, 0, 0, 0];
    expect(krippendorffAlpha(columns(meg, owen), 'nominal')).toBeCloseTo(0.095, 3);

    const ben = letters('a a b b d c c c e d d a');
    const gerry = letters('b a b b b c c c e d d d');
    expect(krippendorffAlpha(columns(ben, gerry), 'nominal')).toBeCloseTo(0.692, 3);

    const _ = null;
    const four = columns(
      [1, 2, 3, 3, 2, 1, 4, 1, 2, _, _, _],
      [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, _, 3],
      [_, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, _],
      [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, _],
    );
    expect(krippendorffAlpha(four, 'nominal')).toBeCloseTo(0.743, 3);
    expect(krippendorffAlpha(four, 'interval')).toBeCloseTo(0.849, 3);
  });

  it('has the values asserted by inspect_ai, tests/scorer/test_krippendorff.py', () => {
    const nominal = [
      [1, 1, 1],
      [0, 0, 0],
      [1, 1, 1],
      [0, 0, 1],
    ];
    expect(krippendorffAlpha(nominal, 'nominal')).toBeCloseTo(0.6857142857142857, 12);
    expect(
      krippendorffAlpha(
        [
          [1, 2],
          [3, 4],
          [1, 1],
        ],
        'interval',
      ),
    ).toBeCloseTo(0.7916666666666666, 12);
  });

  it('is null where nothing varies or nothing is paired', () => {
    expect(
      krippendorffAlpha(
        [
          [1, 1],
          [1, 1],
        ],
        'interval',
      ),
    ).toBeNull();
    expect(
      krippendorffAlpha(
        [
          ['a', null],
          [null, 'b'],
        ],
        'nominal',
      ),
    ).toBeNull();
    expect(krippendorffAlpha([], 'nominal')).toBeNull();
  });
});

describe('rank correlations', () => {
  it("have scipy's values with ties (spearmanr, kendalltau)", () => {
    const x = [4, 4, 5, 2, 1, 3];
    const y = [5, 4, 4, 1, 2, 2];
    expect(spearman(x, y)).toBeCloseTo(0.7612788283838284, 12);
    expect(kendallTauB(x, y)).toBeCloseTo(0.592999453328881, 12);
    // The example in scipy's documentation of kendalltau.
    expect(kendallTauB([12, 2, 1, 12, 2], [1, 4, 7, 1, 0])).toBeCloseTo(-0.47140452079103173, 12);
  });

  it('have the value of the example in Wikipedia\'s "Spearman\'s rank correlation coefficient": -29/165', () => {
    const iq = [106, 100, 86, 101, 99, 103, 97, 113, 112, 110];
    const tv = [7, 27, 2, 50, 28, 29, 20, 12, 6, 17];
    expect(spearman(iq, tv)).toBeCloseTo(-29 / 165, 12);
  });

  it('share ranks among ties, and are null where one side does not vary', () => {
    expect(ranks([10, 30, 20, 30])).toEqual([1, 3.5, 2, 3.5]);
    expect(spearman([1, 1, 1], [1, 2, 3])).toBeNull();
    expect(kendallTauB([1, 2, 3], [7, 7, 7])).toBeNull();
    expect(spearman([1], [1])).toBeNull();
    expect(kendallTauB([], [])).toBeNull();
  });
});

describe('the threshold', () => {
  it('lies in the middle of the gap that separates best, in both directions', () => {
    expect(bestThreshold([0.1, 0.3, 0.7, 0.9], [false, false, true, true], 'maximize')).toBeCloseTo(0.5, 12);
    expect(bestThreshold([0.1, 0.3, 0.7, 0.9], [true, true, false, false], 'minimize')).toBeCloseTo(0.5, 12);
  });

  it('lies in the widest of the gaps that separate equally well', () => {
    // A cut after the first or before the last lets one of the four be wrong.
    expect(bestThreshold([0.1, 0.3, 0.8, 0.9], [false, true, false, true], 'maximize')).toBeCloseTo(0.2, 12);
    expect(bestThreshold([0.1, 0.2, 0.3, 0.9], [false, true, false, true], 'maximize')).toBeCloseTo(0.6, 12);
  });

  it('is null where there is nothing to separate', () => {
    expect(bestThreshold([0.1, 0.9], [true, true], 'maximize')).toBeNull();
    expect(bestThreshold([0.5, 0.5], [true, false], 'maximize')).toBeNull();
    expect(bestThreshold([0.1, 0.9], [true, false], 'maximize')).toBeNull();
  });
});

describe('the bootstrap', () => {
  const values = [3, 1, 4, 1, 5, 9, 2, 6, 5, 3];
  const mean = (indices: readonly number[]) => ({
    mean: indices.reduce((sum, i) => sum + (values[i] as number), 0) / indices.length,
  });

  it('gives the same interval for the same seed, and another for another', async () => {
    const first = await bootstrap(values.length, mean, 500, 1);
    expect(await bootstrap(values.length, mean, 500, 1)).toEqual(first);
    expect(await bootstrap(values.length, mean, 500, 2)).not.toEqual(first);
  });

  it('comes close to the normal interval of a mean', async () => {
    const { mean: figure } = await bootstrap(values.length, mean, 5_000, 7);
    // mean 3.9, population sd 2.3, so the standard error is 0.73 and 1.96 of it 1.43.
    expect(figure?.value).toBeCloseTo(3.9, 12);
    expect(figure?.low).toBeGreaterThan(2.2);
    expect(figure?.low).toBeLessThan(2.9);
    expect(figure?.high).toBeGreaterThan(4.9);
    expect(figure?.high).toBeLessThan(5.8);
  });

  it('keeps null as null and has no bounds without rounds', async () => {
    const figures = await bootstrap(3, () => ({ none: null, one: 1 }), 0, 1);
    expect(figures).toEqual({ none: null, one: { value: 1, low: null, high: null } });
  });
});

describe('for any ratings', () => {
  const grade = fc.integer({ min: 0, max: 4 });
  const pairs = fc.array(fc.tuple(grade, grade), { minLength: 2, maxLength: 40 });
  const finite = fc.double({ noNaN: true, noDefaultInfinity: true });
  const first = (list: readonly (readonly [number, number])[]) => list.map(([a]) => a);
  const second = (list: readonly (readonly [number, number])[]) => list.map(([, b]) => b);

  it('kappa and alpha do not exceed 1, are 1 for equal ratings, and do not care who is first', () => {
    fc.assert(
      fc.property(pairs, (list) => {
        const kappa = cohenKappa(confusionOf(first(list), second(list)));
        expect(cohenKappa(confusionOf(second(list), first(list)))).toEqual(kappa);
        if (kappa !== null) expect(Math.abs(kappa)).toBeLessThanOrEqual(1);
        for (const level of ['nominal', 'interval'] as const) {
          const alpha = krippendorffAlpha(list, level);
          if (alpha !== null) expect(alpha).toBeLessThanOrEqual(1);
          const same = krippendorffAlpha(
            first(list).map((a) => [a, a]),
            level,
          );
          if (same !== null) expect(same).toBe(1);
        }
      }),
    );
  });

  it('alpha is the sum over all pairs that its definition names', () => {
    fc.assert(
      fc.property(pairs, (list) => {
        const all = list.flat();
        const between = (ratings: number[]) =>
          ratings.flatMap((a) => ratings.map((b) => (a - b) ** 2)).reduce((s, d) => s + d, 0);
        const expected = between(all) / (all.length - 1);
        const observed = list.reduce((sum, unit) => sum + between([...unit]), 0);
        const alpha = krippendorffAlpha(list, 'interval');
        if (expected === 0) expect(alpha).toBeNull();
        else expect(alpha).toBeCloseTo(1 - observed / expected, 9);
      }),
    );
  });

  it('tau-b counts the pairs that its definition names', () => {
    fc.assert(
      fc.property(pairs, (list) => {
        let score = 0;
        let x = 0;
        let y = 0;
        for (let i = 0; i < list.length; i += 1) {
          for (let j = 0; j < i; j += 1) {
            const dx = Math.sign(first(list)[i]! - first(list)[j]!);
            const dy = Math.sign(second(list)[i]! - second(list)[j]!);
            score += dx * dy;
            x += dx * dx;
            y += dy * dy;
          }
        }
        const tau = kendallTauB(first(list), second(list));
        if (x === 0 || y === 0) expect(tau).toBeNull();
        else expect(tau).toBeCloseTo(score / Math.sqrt(x * y), 9);
      }),
    );
  });

  it('rank correlations lie in [-1, 1] for any finite numbers, and a stretched scale changes nothing', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(finite, finite), { maxLength: 30 }), (list) => {
        for (const measure of [spearman, kendallTauB]) {
          const value = measure(first(list), second(list));
          if (value === null) continue;
          expect(Math.abs(value)).toBeLessThanOrEqual(1);
          const stretched = ranks(first(list)).map((rank) => rank ** 3);
          expect(measure(stretched, second(list))).toBeCloseTo(value, 9);
        }
      }),
    );
  });

  it('no cut separates better than the chosen one', () => {
    const cases = fc.array(fc.tuple(fc.integer({ min: 0, max: 10 }), fc.boolean()), { minLength: 2, maxLength: 20 });
    fc.assert(
      fc.property(cases, fc.constantFrom('maximize' as const, 'minimize' as const), (list, direction) => {
        const scores = list.map(([score]) => score);
        const human = list.map(([, good]) => good);
        const good = human.filter(Boolean).length;
        fc.pre(good > 0 && good < human.length);
        const gain = (cut: number) => {
          const hits = list.filter(([score, is]) => is && passes(score, cut, direction)).length / good;
          const alarms =
            list.filter(([score, is]) => !is && passes(score, cut, direction)).length / (human.length - good);
          return hits - alarms;
        };
        const chosen = bestThreshold(scores, human, direction);
        const reached = chosen === null ? 0 : gain(chosen);
        for (let cut = -0.5; cut <= 10.5; cut += 1) expect(gain(cut)).toBeLessThanOrEqual(reached + 1e-9);
      }),
    );
  });
});
