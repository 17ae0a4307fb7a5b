import type { EvaluationContext } from '../evaluation-context.js';

/** Set in an evaluation's context where the evaluated call keeps its output off its span. */
export const HIDES_MATERIAL: unique symbol = Symbol.for('honeyhive-decorators.evaluation.hides-material');

/** Whether the spans of this evaluation must not show what the judge is shown: it would be on a span after all. */
export function hidesMaterial(context: EvaluationContext): boolean {
  return (context as { readonly [HIDES_MATERIAL]?: unknown })[HIDES_MATERIAL] === true;
}
