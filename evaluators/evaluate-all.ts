import { apart } from './apart.js';
import type { EvaluateArgs } from './evaluation-context.js';
import type { Evaluator } from './evaluator.js';
import type { EvaluationResult } from './result.js';
import { runEvaluator } from './run.js';

/**
 * Runs evaluators side by side and gives their results in the same order. Never rejects, also where a subclass
 * overrides `run` and breaks its promise. Does not keep the process alive unless `background` is false.
 */
export function evaluateAll(evaluators: readonly Evaluator[], args: EvaluateArgs): Promise<EvaluationResult[]> {
  const background = { background: true, ...args };
  return Promise.all(evaluators.map((evaluator) => runSafely(evaluator, background)));
}

/**
 * `evaluator.run(args)`, whatever became of it in a subclass. The evaluator gets lists and objects of its own: those
 * that run side by side see what was given, whatever one of them does with it.
 */
export async function runSafely(evaluator: Evaluator, args: EvaluateArgs): Promise<EvaluationResult> {
  try {
    const result: unknown = await evaluator.run({ ...args, ...ownMaterial(args) });
    if (isResult(result)) return result;
    throw new TypeError('run() gave no evaluation result');
  } catch (thrown) {
    return runEvaluator(evaluator, args, () => {
      throw thrown;
    });
  }
}

function ownMaterial({ input, output, expected }: EvaluateArgs): Pick<EvaluateArgs, 'input' | 'output' | 'expected'> {
  return { input: apart(input), output: apart(output), ...(expected !== undefined && { expected: apart(expected) }) };
}

function isResult(value: unknown): value is EvaluationResult {
  if (typeof value !== 'object' || value === null) return false;
  const { name, status, metrics } = value as Partial<EvaluationResult>;
  return typeof name === 'string' && typeof status === 'string' && typeof metrics === 'object' && metrics !== null;
}
