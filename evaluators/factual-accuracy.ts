import type { EvaluationContext, EvaluatorReport } from './base.js';
import type { Asking } from './judge/ask.js';
import { type Evidence, supportedShare } from './judge/claims.js';
import { LlmEvaluator } from './judge/llm-evaluator.js';
import { documentsOf, isThere, titled } from './judge/prompts/material.js';
import { referencesOf } from './references.js';

const SHOWN = `Use only the %s, not what you know yourself. "supported": it says so, or it follows from it; "contradicted": it says otherwise; "unknown": it says nothing about it.`;
const KNOWN = `No source is given: use what you know. "supported": it is true; "contradicted": it is false; "unknown": you cannot tell with confidence.`;

/**
 * Share of the output's factual claims that hold: against `expected`, else `context.documents` or `context.context`,
 * else what the judge knows; `metadata.basis` says which (`expected`, `documents`, `knowledge`). A claim that its
 * basis does not decide counts as not supported. Skipped where no judge is configured or nothing is claimed.
 *
 * @example
 * @Evaluate(new FactualAccuracyEvaluator())
 */
export class FactualAccuracyEvaluator extends LlmEvaluator<unknown, unknown, unknown> {
  /** @internal */
  protected judge(
    asking: Asking,
    input: unknown,
    output: unknown,
    context: EvaluationContext,
  ): Promise<EvaluatorReport> {
    const { basis, ...evidence } = basisOf(context);
    return supportedShare(asking, input, output, evidence, { basis });
  }
}

function basisOf(context: EvaluationContext): Evidence & { readonly basis: 'expected' | 'documents' | 'knowledge' } {
  const references = referencesOf(context).filter(isThere);
  if (references.length > 0) {
    const rule = SHOWN.replace('%s', references.length === 1 ? 'REFERENCE' : 'REFERENCES (any of them)');
    return { basis: 'expected', material: titled('reference', references), rule };
  }
  const documents = documentsOf(context);
  if (documents.length > 0) {
    const rule = SHOWN.replace('%s', documents.length === 1 ? 'DOCUMENT' : 'DOCUMENTS (any of them)');
    return { basis: 'documents', material: titled('document', documents), rule };
  }
  return { basis: 'knowledge', material: [], rule: KNOWN };
}
