import type { BaseEvaluator, EvaluationResult } from '../../evaluators/index';

/** The result of one evaluation. */
export function evaluated(
  evaluator: BaseEvaluator,
  output: unknown,
  expected?: unknown,
  context?: Record<string, unknown>,
): Promise<EvaluationResult> {
  return evaluator.run({ input: 'in', output, expected, context });
}

/** The score alone; the status where there is none. */
export async function scored(
  evaluator: BaseEvaluator,
  output: unknown,
  expected?: unknown,
  context?: Record<string, unknown>,
): Promise<number | string> {
  const { score, status } = await evaluated(evaluator, output, expected, context);
  return score ?? status;
}
