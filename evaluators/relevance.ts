import type { EvaluationContext, EvaluatorReport } from './base.js';
import { skip } from './evaluator-return.js';
import type { Asking } from './judge/ask.js';
import { choose } from './judge/choice.js';
import { LlmEvaluator } from './judge/llm-evaluator.js';
import { isThere } from './judge/prompts/material.js';

const TASK = `Does the OUTPUT answer what the INPUT asks for? Judge only whether it is to the point, not whether it is true or well written.
- "full": it addresses everything the input asks for, with nothing beside the point that matters
- "partial": it addresses part of it, or much of it is beside the point
- "none": it does not address it (evasion and a change of subject count here; saying honestly that the answer is not known is "partial")`;

/** Whether the output answers the input: 1 fully, 0.5 in part, 0 not at all. Skipped without an input. Asks a judge. */
export class RelevanceEvaluator extends LlmEvaluator<unknown, unknown, unknown> {
  /** @internal */
  protected async judge(
    asking: Asking,
    input: unknown,
    output: unknown,
    _context: EvaluationContext,
  ): Promise<EvaluatorReport> {
    if (!isThere(input)) return skip('there is no input that the output could answer');
    if (output === undefined) return skip('there is no output to judge');
    const material = [['input', input] as const, ['output', output] as const];
    return choose(asking, { task: TASK, material, choices: { full: 1, partial: 0.5, none: 0 } });
  }
}
