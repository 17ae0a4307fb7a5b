import { asText } from './as-text.js';
import { BaseEvaluator, type EvaluationContext, type EvaluatorOptions, type EvaluatorReturn } from './base.js';
import { cosine } from './cosine.js';
import { skip } from './evaluator-return.js';
import { configuredJudge, NO_JUDGE } from './judge/configure.js';
import { rulesOf } from './option-rules.js';
import type { OptionShape } from './options.js';
import { referencesOf } from './references.js';
import type { EvaluationKind } from './result.js';

/** Turns texts into vectors, one each, in their order. */
export interface Embedder {
  embed(texts: readonly string[], signal?: AbortSignal): Promise<readonly (readonly number[])[]>;
}

export interface SemanticSimilarityOptions extends EvaluatorOptions {
  /** Default: the embeddings of the configured judge. */
  embedder?: Embedder;
}

/**
 * The cosine between the embeddings of the output and of the expected text, negative as 0; several references: the
 * best counts. The cosine itself is in `metrics`. Without an embedder the result is `skipped`, never a guess.
 */
export class SemanticSimilarityEvaluator extends BaseEvaluator {
  override readonly kind: EvaluationKind = 'embedding';
  readonly #embedder: Embedder | undefined;

  constructor(options?: SemanticSimilarityOptions) {
    super(options, semanticSimilarityOptions);
    this.#embedder = options?.embedder;
  }

  override async evaluate(_input: unknown, output: unknown, context: EvaluationContext): Promise<EvaluatorReturn> {
    const texts = [
      asText(output, 'the output'),
      ...referencesOf(context).map((each) => asText(each, 'the expected value')),
    ];
    if (texts.length === 1) return skip('no expected value to compare with');
    const embedder = this.#embedder ?? judgeEmbedder();
    if (typeof embedder === 'string') return skip(embedder);
    const [own, ...others] = await embedder.embed(texts, context.signal);
    if (!own || others.length !== texts.length - 1) {
      throw new TypeError(`the embedder gave ${own ? others.length + 1 : 0} vectors for ${texts.length} texts`);
    }
    const best = Math.max(...others.map((other) => cosine(own, other)));
    return { score: Math.max(best, 0), metrics: { cosine: best } };
  }
}

/** The configured judge where it can embed, else why there is none. */
function judgeEmbedder(): Embedder | string {
  const judge = configuredJudge();
  if (!judge) return `no embedder was given and ${NO_JUDGE}`;
  const embed = judge.embed?.bind(judge);
  return embed ? { embed } : 'no embedder was given and the configured judge has no embeddings';
}

const semanticSimilarityOptions: OptionShape = {
  build(cv, Common) {
    const is = rulesOf(cv);
    class SemanticSimilarityRules extends Common {
      @is.fits('an object with embed(texts)', canEmbed) embedder?: unknown;
    }
    return SemanticSimilarityRules;
  },
};

function canEmbed(value: unknown): boolean {
  return typeof value === 'object' && value !== null && typeof (value as { embed?: unknown }).embed === 'function';
}
