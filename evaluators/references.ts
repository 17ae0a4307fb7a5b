import type { EvaluationContext } from './evaluation-context.js';
import { type EvaluatorReport, skip } from './evaluator-return.js';

/**
 * The references an output is compared with: `expected` (an array: any of them) and `context.references`.
 * Empty where none was given.
 */
export function referencesOf(context: EvaluationContext): readonly unknown[] {
  const { expected, references } = context;
  const own = expected === undefined ? [] : Array.isArray(expected) ? (expected as readonly unknown[]) : [expected];
  return Array.isArray(references) ? [...own, ...(references as readonly unknown[])] : own;
}

/** As `referencesOf`, where the reference may itself be a list: an array in `expected` also counts as a whole. */
export function structuresOf(context: EvaluationContext): readonly unknown[] {
  const { expected } = context;
  return Array.isArray(expected) ? [expected, ...referencesOf(context)] : referencesOf(context);
}

/** The best report over all references; `skipped` where there is none. */
export function bestOf<T>(
  references: readonly T[],
  compare: (reference: T) => EvaluatorReport & { score: number },
): EvaluatorReport {
  let best: (EvaluatorReport & { score: number }) | undefined;
  for (const reference of references) {
    const report = compare(reference);
    if (!best || report.score > best.score) best = report;
    if (best.score >= 1) break;
  }
  return best ?? skip('no expected value to compare with');
}
