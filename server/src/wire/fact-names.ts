/** What several naming conventions call the same thing. First name that is there wins. */
export const FACT_NAMES = {
  model: [
    'gen_ai.response.model',
    'gen_ai.request.model',
    'llm.model_name',
    'llm.response.model',
    'llm.request.model',
    'embedding.model_name',
    'langfuse.observation.model.name',
    'ai.response.model',
    'ai.model.id',
    'honeyhive_config.model',
    'honeyhive_metadata.model',
  ],
  provider: [
    'gen_ai.provider.name',
    'gen_ai.system',
    'llm.provider',
    'llm.system',
    'llm.vendor',
    'ai.model.provider',
    'honeyhive_config.provider',
  ],
  prompt: [
    'gen_ai.usage.input_tokens',
    'gen_ai.usage.prompt_tokens',
    'llm.token_count.prompt',
    'llm.usage.prompt_tokens',
    'ai.usage.inputTokens',
    'ai.usage.promptTokens',
    'ai.usage.tokens',
    'honeyhive_metadata.prompt_tokens',
    'honeyhive_metrics.prompt_tokens',
    'honeyhive_metadata.usage.prompt_tokens',
    'honeyhive_metadata.usage.input_tokens',
  ],
  completion: [
    'gen_ai.usage.output_tokens',
    'gen_ai.usage.completion_tokens',
    'llm.token_count.completion',
    'llm.usage.completion_tokens',
    'ai.usage.outputTokens',
    'ai.usage.completionTokens',
    'honeyhive_metadata.completion_tokens',
    'honeyhive_metrics.completion_tokens',
    'honeyhive_metadata.usage.completion_tokens',
    'honeyhive_metadata.usage.output_tokens',
  ],
  total: [
    'llm.usage.total_tokens',
    'gen_ai.usage.total_tokens',
    'llm.token_count.total',
    'ai.usage.totalTokens',
    'honeyhive_metadata.total_tokens',
    'honeyhive_metrics.total_tokens',
    'honeyhive_metadata.usage.total_tokens',
  ],
  cost: [
    'gen_ai.usage.cost',
    'llm.cost.total',
    'honeyhive_metadata.cost',
    // An evaluator of costs calls its score `cost`, and the amount this.
    'honeyhive_metrics.cost_usd',
    'honeyhive_metrics.cost',
    'honeyhive_metadata.cost_usd',
  ],
} as const;

export type KnownFact = keyof typeof FACT_NAMES;

/** Langfuse's SDK says several of them in one JSON text: the attribute, and the key in it. */
export const FACTS_IN_JSON: Partial<Record<KnownFact, readonly [attribute: string, key: string]>> = {
  prompt: ['langfuse.observation.usage_details', 'input'],
  completion: ['langfuse.observation.usage_details', 'output'],
  total: ['langfuse.observation.usage_details', 'total'],
  cost: ['langfuse.observation.cost_details', 'total'],
};

const ALL = new Set<string>([
  ...Object.values(FACT_NAMES).flat(),
  ...Object.values(FACTS_IN_JSON).map(([attribute]) => attribute),
]);

/** Whether some convention gives the model, its tokens or its cost under this name. */
export function isFactName(key: string): boolean {
  return ALL.has(key);
}
