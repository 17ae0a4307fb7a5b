import type { EvaluationContext, EvaluatorReport } from './base.js';
import { skip } from './evaluator-return.js';
import type { Asking } from './judge/ask.js';
import { supportedShare } from './judge/claims.js';
import { LlmEvaluator } from './judge/llm-evaluator.js';
import { documentsOf, titled } from './judge/prompts/material.js';

const RULE = `Use only the DOCUMENTS, not what you know yourself: a true claim that they do not contain is "unknown". "supported": they say so, or it follows from them; "contradicted": they say otherwise; "unknown": they say nothing about it.`;

/**
 * Share of the output's claims that the documents support: what a retrieval step found (`context.documents` or
 * `context.context`), true or not. Definition of faithfulness: Es et al. 2023, "RAGAS". Skipped without documents,
 * and where nothing is claimed.
 */
export class FaithfulnessEvaluator extends LlmEvaluator<unknown, unknown, unknown> {
  /** @internal */
  protected async judge(
    asking: Asking,
    input: unknown,
    output: unknown,
    context: EvaluationContext,
  ): Promise<EvaluatorReport> {
    const documents = documentsOf(context);
    if (documents.length === 0)
      return skip('no documents to be faithful to: give context.documents or context.context');
    return supportedShare(asking, input, output, { material: titled('document', documents), rule: RULE }, {});
  }
}
