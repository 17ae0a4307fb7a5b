import type { AlphaLevel } from './agreement.js';
import type { Rating } from './rating.js';
import { bestCut, type Direction, passes } from './threshold.js';

/** What a person said and what the evaluator said about the same output. */
export interface RatedCase {
  readonly human: number | string | boolean;
  readonly score: number | null;
  readonly label?: string | undefined;
  readonly passed?: boolean | undefined;
  /** Length of the output in characters, where it is text. */
  readonly length?: number | undefined;
  readonly flipped?: boolean | undefined;
}

/** What the human ratings are, and so what they can be compared with. */
export type HumanScale = 'verdict' | 'label' | 'score';

/** At most so many different numbers count as grades that can be equal; more are a continuous scale. */
const MOST_GRADES = 10;

/**
 * Booleans, and numbers that are only 0 and 1, are verdicts; texts are labels; other numbers are scores. Mixed
 * ratings are compared by their text, as labels.
 */
export function scaleOf(human: readonly (number | string | boolean)[]): HumanScale {
  if (human.length === 0) return 'score';
  if (human.every((rating) => typeof rating !== 'string' && (rating === true || rating === false || isBit(rating)))) {
    return 'verdict';
  }
  return human.every((rating) => typeof rating === 'number') ? 'score' : 'label';
}

/** Ratings of both sides in one vocabulary, ready for accuracy, kappa and confusion; undefined where there is none. */
export interface Verdicts {
  readonly human: readonly Rating[];
  readonly machine: readonly Rating[];
}

/** How the sides are made comparable, decided once on all cases so that every resample is read the same way. */
export interface Comparison {
  readonly scale: HumanScale;
  readonly alphaLevel: AlphaLevel;
  readonly direction: Direction;
  /** The evaluator's own threshold. */
  readonly threshold: number | undefined;
  readonly by: 'passed' | 'own threshold' | 'fitted threshold' | 'label' | 'grade' | 'nothing';
}

/** Chooses the comparison that the cases allow. */
export function comparisonOf(
  cases: readonly RatedCase[],
  threshold: number | undefined,
  direction: Direction,
): Comparison {
  const scale = scaleOf(cases.map((one) => one.human));
  const base = { scale, direction, threshold, alphaLevel: scale === 'score' ? 'interval' : 'nominal' } as const;
  if (cases.length === 0) return { ...base, by: 'nothing' };
  if (scale === 'label') return { ...base, by: cases.every((one) => one.label !== undefined) ? 'label' : 'nothing' };
  const scored = cases.every((one) => one.score !== null);
  if (scale === 'score') {
    if (scored && sharesGrades(cases)) return { ...base, by: 'grade' };
    return { ...base, by: scored && threshold !== undefined ? 'own threshold' : 'nothing' };
  }
  if (scored && threshold !== undefined) return { ...base, by: 'own threshold' };
  if (cases.every((one) => one.passed !== undefined)) return { ...base, by: 'passed' };
  return { ...base, by: scored ? 'fitted threshold' : 'nothing' };
}

/** Both sides' verdicts on these cases; a fitted threshold is fitted on exactly these. */
export function verdictsOf(cases: readonly RatedCase[], how: Comparison): Verdicts | undefined {
  const human = cases.map((one) => one.human);
  const scores = cases.map((one) => one.score as number);
  switch (how.by) {
    case 'label':
      return { human: human.map(String), machine: cases.map((one) => one.label as string) };
    case 'grade':
      return { human, machine: scores };
    case 'passed':
      return { human: human.map(isGood), machine: cases.map((one) => one.passed as boolean) };
    case 'own threshold': {
      const cut = how.threshold as number;
      const machine = scores.map((score) => passes(score, cut, how.direction));
      const good = (rating: number | string | boolean) => passes(rating as number, cut, how.direction);
      return { human: human.map(how.scale === 'verdict' ? isGood : good), machine };
    }
    case 'fitted threshold': {
      const verdicts = human.map(isGood);
      const best = bestCut(scores, verdicts, how.direction);
      if (best === undefined) return undefined;
      return { human: verdicts, machine: scores.map((score) => passes(score, best.cut, how.direction)) };
    }
    case 'nothing':
      return undefined;
  }
}

/** Numbers of both sides, for the correlations; labels have none. */
export function numbersOf(
  cases: readonly RatedCase[],
  how: Comparison,
): { human: number[]; machine: number[] } | undefined {
  if (how.scale === 'label' || cases.some((one) => one.score === null)) return undefined;
  return { human: cases.map((one) => Number(one.human)), machine: cases.map((one) => one.score as number) };
}

/** Whether a human verdict is the good one. */
export function isGood(rating: number | string | boolean): boolean {
  return rating === true || rating === 1;
}

function isBit(rating: number | boolean): boolean {
  return rating === 0 || rating === 1;
}

function sharesGrades(cases: readonly RatedCase[]): boolean {
  const human = new Set(cases.map((one) => one.human));
  const machine = new Set(cases.map((one) => one.score as number));
  const within = (a: Set<unknown>, b: Set<unknown>) => [...a].every((value) => b.has(value));
  return Math.max(human.size, machine.size) <= MOST_GRADES && (within(human, machine) || within(machine, human));
}
