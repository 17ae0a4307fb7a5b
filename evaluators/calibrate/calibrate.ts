import { ConfigError, type OptionProblem } from '../../src/base/errors.js';
import { type BaseEvaluator, optionsOf } from '../base.js';
import { runSafely } from '../evaluate-all.js';
import { type EvaluatorLike, resolveEvaluator } from '../resolve.js';
import type { EvaluationResult } from '../result.js';
import { accuracyOf, cohenKappa, krippendorffAlpha } from './agreement.js';
import { bootstrap, type Figure } from './bootstrap.js';
import { type Comparison, comparisonOf, isGood, numbersOf, type RatedCase, verdictsOf } from './cases.js';
import { type Confusion, confusionOf } from './confusion.js';
import { kendallTauB, spearman } from './correlation.js';
import { report } from './report.js';
import { bestThreshold } from './threshold.js';

/** One output that a person has rated: a verdict (boolean, or 0 and 1), a label (text) or a score (number). */
export interface CalibrationRow<I = unknown, O = unknown, E = unknown> {
  readonly input?: I;
  readonly output: O;
  readonly expected?: E;
  readonly human: number | string | boolean;
  readonly context?: Record<string, unknown>;
}

/** How to calibrate. */
export interface CalibrateOptions {
  /** Resamples for the intervals. Default 1,000; 0 leaves the intervals out. */
  readonly bootstrap?: number;
  /** Start of the random numbers. Default 1: the same rows give the same intervals. */
  readonly seed?: number;
  /** Rows evaluated at the same time. Default 8. */
  readonly concurrency?: number;
  /** For each row, where the evaluator sets no time of its own, in ms. Default 60,000. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/** How well an evaluator agrees with people. A figure is null where it has no meaning for these ratings. */
export interface Calibration {
  /** Rows that were compared: those the evaluator could score. */
  readonly n: number;
  /** All rows given. */
  readonly total: number;
  /** Rows left out, by reason. */
  readonly unscored: Readonly<Record<string, number>>;
  readonly accuracy: Figure | null;
  /** Cohen's kappa. */
  readonly kappa: Figure | null;
  /** Krippendorff's alpha: `interval` where people gave scores, `nominal` for verdicts and labels. */
  readonly alpha: Figure | null;
  readonly alphaLevel: 'nominal' | 'interval';
  readonly spearman: Figure | null;
  /** Kendall's tau-b. */
  readonly kendall: Figure | null;
  /** Share of the rows on which a pairwise judge changed its mind when the order was swapped. */
  readonly flipRate?: Figure | null;
  /** Spearman's correlation of score and length of the output: far from 0, the evaluator may reward length. */
  readonly lengthCorrelation: Figure | null;
  readonly confusion: Confusion | null;
  /** The threshold that would fit people's verdicts best (highest balanced accuracy). */
  readonly threshold: Figure | null;
  toString(): string;
}

/**
 * Runs the evaluator on rows that people have rated and says how far it agrees with them, each figure with a 95 %
 * bootstrap interval. Rows that it cannot score are left out and counted. Throws a `ConfigError` for wrong rows or
 * options; never for what the evaluator does.
 */
export async function calibrate<I = unknown, O = unknown, E = unknown>(
  evaluator: EvaluatorLike | BaseEvaluator<I, O, E>,
  rows: readonly CalibrationRow<I, O, E>[],
  options: CalibrateOptions = {},
): Promise<Calibration> {
  check(rows, options);
  const subject = resolveEvaluator(evaluator as EvaluatorLike);
  const { threshold, direction } = optionsOf(subject);
  const results = await runAll(rows, options.concurrency ?? 8, (row) =>
    runSafely(subject, {
      input: row.input as I,
      output: row.output,
      expected: row.expected,
      context: row.context,
      signal: options.signal,
      timeoutMs: options.timeoutMs ?? 60_000,
    }),
  );
  const unscored: Record<string, number> = {};
  const cases: RatedCase[] = [];
  results.forEach((result, i) => {
    const row = rows[i] as CalibrationRow<I, O, E>;
    if (result.status === 'ok' && (result.score !== null || result.label !== undefined))
      cases.push(toCase(row, result));
    else count(unscored, reasonOf(result));
  });
  const how = comparisonOf(cases, threshold, direction ?? 'maximize');
  const figures = await bootstrap(
    cases.length,
    (indices) =>
      measure(
        indices.map((i) => cases[i] as RatedCase),
        how,
      ),
    options.bootstrap ?? 1_000,
    options.seed ?? 1,
  );
  const verdicts = verdictsOf(cases, how);
  const confusion = verdicts === undefined ? null : confusionOf(verdicts.human, verdicts.machine);
  const { flipRate, ...rest } = figures;
  const facts = { n: cases.length, total: rows.length, unscored, alphaLevel: how.alphaLevel, confusion, ...rest };
  return {
    ...facts,
    ...(cases.some((one) => one.flipped !== undefined) ? { flipRate } : {}),
    toString: () => describe(subject.name, { ...facts, flipRate }, how),
  };
}

function measure(cases: readonly RatedCase[], how: Comparison) {
  const verdicts = verdictsOf(cases, how);
  const numbers = numbersOf(cases, how);
  const confusion = verdicts && confusionOf(verdicts.human, verdicts.machine);
  const compared = how.alphaLevel === 'interval' ? numbers : verdicts;
  const sized = cases.filter((one) => one.length !== undefined && one.score !== null);
  const ordered = cases.filter((one) => one.flipped !== undefined);
  return {
    accuracy: confusion ? accuracyOf(confusion) : null,
    kappa: confusion ? cohenKappa(confusion) : null,
    alpha: compared
      ? krippendorffAlpha(
          compared.human.map((h, i) => [h, compared.machine[i]]),
          how.alphaLevel,
        )
      : null,
    spearman: numbers ? spearman(numbers.human, numbers.machine) : null,
    kendall: numbers ? kendallTauB(numbers.human, numbers.machine) : null,
    lengthCorrelation: spearman(
      sized.map((one) => one.length as number),
      sized.map((one) => one.score as number),
    ),
    flipRate: ordered.length === 0 ? null : ordered.filter((one) => one.flipped).length / ordered.length,
    threshold:
      how.scale === 'verdict' && numbers
        ? bestThreshold(
            numbers.machine,
            cases.map((one) => isGood(one.human)),
            how.direction,
          )
        : null,
  };
}

function describe(
  evaluator: string,
  facts: Omit<Calibration, 'toString'> & { flipRate: Figure | null },
  how: Comparison,
): string {
  const compared = 'ratings cannot be compared as verdicts or labels';
  const notes: string[] = [];
  if (how.by === 'own threshold') notes.push(`Verdicts: the evaluator's threshold, ${how.threshold}.`);
  if (how.by === 'fitted threshold') {
    notes.push('Verdicts: a threshold fitted on these very rows, so accuracy and kappa are optimistic.');
  }
  if (facts.n > 0 && facts.n < 30) notes.push('Fewer than 30 rows: read the intervals, not the figures.');
  notes.push('Brackets: 95 % bootstrap interval.');
  return report({
    evaluator,
    total: facts.total,
    n: facts.n,
    unscored: facts.unscored,
    confusion: facts.confusion,
    notes,
    figures: [
      ['accuracy', facts.accuracy, compared],
      ["Cohen's kappa", facts.kappa, how.by === 'nothing' ? compared : 'no variation'],
      [`Krippendorff's alpha (${facts.alphaLevel})`, facts.alpha, 'no variation, or nothing to compare'],
      ["Spearman's rho", facts.spearman, 'no numbers, or no variation'],
      ["Kendall's tau-b", facts.kendall, 'no numbers, or no variation'],
      ...(facts.flipRate === null ? [] : [['order-flip rate', facts.flipRate, ''] as const]),
      ['correlation with length', facts.lengthCorrelation, 'no text, or no variation'],
      ['best threshold', facts.threshold, 'needs verdicts of both kinds that the scores separate'],
    ],
  });
}

function toCase(row: CalibrationRow, result: EvaluationResult): RatedCase {
  const flipped = result.metrics['order_flipped'];
  return {
    human: row.human,
    score: result.score,
    label: result.label,
    passed: result.passed,
    length: typeof row.output === 'string' ? row.output.length : undefined,
    flipped: typeof flipped === 'boolean' ? flipped : undefined,
  };
}

function reasonOf(result: EvaluationResult): string {
  if (result.status === 'ok') return 'no score and no label';
  const why = result.error === undefined ? result.feedback : `${result.error.type}: ${result.error.message}`;
  return why === undefined ? result.status : `${result.status} (${why.length > 100 ? `${why.slice(0, 100)}…` : why})`;
}

function count(counts: Record<string, number>, reason: string): void {
  counts[reason] = (counts[reason] ?? 0) + 1;
}

async function runAll<T, R>(items: readonly T[], concurrency: number, run: (item: T) => Promise<R>): Promise<R[]> {
  const results = new Array<R>(items.length);
  let next = 0;
  const lane = async () => {
    while (next < items.length) {
      const i = next;
      next += 1;
      results[i] = await run(items[i] as T);
    }
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, items.length) }, lane));
  return results;
}

function check(rows: readonly CalibrationRow[], options: CalibrateOptions): void {
  const problems: OptionProblem[] = [];
  if (!Array.isArray(rows)) problems.push({ field: 'rows', given: rows, allowed: 'an array of { output, human }' });
  else {
    rows.forEach((row: unknown, i) => {
      const human = typeof row === 'object' && row !== null ? (row as { human?: unknown }).human : undefined;
      const fine = typeof human === 'string' || typeof human === 'boolean' || Number.isFinite(human);
      if (!fine)
        problems.push({ field: `rows[${i}].human`, given: human, allowed: 'a finite number, a text or a boolean' });
    });
  }
  const whole = (field: 'bootstrap' | 'seed' | 'concurrency' | 'timeoutMs', least: number) => {
    const given = options[field];
    if (given === undefined || (Number.isSafeInteger(given) && given >= least)) return;
    problems.push({ field, given, allowed: `a whole number, at least ${least}` });
  };
  whole('bootstrap', 0);
  whole('seed', 0);
  whole('concurrency', 1);
  whole('timeoutMs', 1);
  if (problems.length > 0) throw new ConfigError('calibrate', problems);
}
