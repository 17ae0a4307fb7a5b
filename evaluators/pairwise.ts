import type { EvaluationContext, EvaluatorReport } from './base.js';
import { skip } from './evaluator-return.js';
import type { Asking } from './judge/ask.js';
import { choose } from './judge/choice.js';
import { LlmEvaluator } from './judge/llm-evaluator.js';
import { isThere, titled } from './judge/prompts/material.js';
import { referencesOf } from './references.js';

const TASK = `Two assistants answered the same request. Which answer serves it better: ANSWER A or ANSWER B?
Judge by correctness first, then by completeness and usefulness. The order in which they are shown means nothing.
- "a": A is better
- "b": B is better
- "tie": they are equally good or equally bad`;

const CHOICES = { a: 1, b: 0, tie: 0.5 };
const LABELS = new Map([
  [1, 'better'],
  [0.5, 'tie'],
  [0, 'worse'],
]);

/**
 * The output against `context.other`: 1 better, 0 worse, 0.5 a tie. Asks the judge in both orders; where the orders
 * disagree, it is a tie and `order_flipped` is true, since judges favour a place (Zheng et al. 2023, "Judging
 * LLM-as-a-Judge with MT-Bench and Chatbot Arena"). Skipped without `context.other`.
 */
export class PairwiseEvaluator extends LlmEvaluator<unknown, unknown, unknown> {
  /** @internal */
  protected async judge(
    asking: Asking,
    input: unknown,
    output: unknown,
    context: EvaluationContext,
  ): Promise<EvaluatorReport> {
    const other = context.other;
    if (output === undefined || other === undefined)
      return skip('there is no second output to compare with: give context.other');
    const around = [
      ...(isThere(input) ? [['request', input] as const] : []),
      ...titled('reference', referencesOf(context)),
    ];
    const inOrder = (a: unknown, b: unknown) =>
      choose(asking, { task: TASK, choices: CHOICES, material: [...around, ['answer a', a], ['answer b', b]] });
    const [first, second] = await Promise.all([inOrder(output, other), inOrder(other, output)]);
    const asFirst = first.score as number;
    const asSecond = 1 - (second.score as number);
    const flipped = asFirst !== asSecond;
    const score = flipped ? 0.5 : asFirst;
    return {
      score,
      label: LABELS.get(score) as string,
      feedback: flipped
        ? `The verdict changed with the order. Output first: ${first.feedback} Output second: ${second.feedback}`
        : first.feedback,
      metrics: { order_flipped: flipped },
      metadata: { scoreAsFirst: asFirst, scoreAsSecond: asSecond },
    };
  }
}
