/** What several naming conventions call the same thing. First name that is there wins. */
export const FACT_NAMES = {
  model: [
    'gen_ai.response.model',
    'gen_ai.request.model',
    'llm.model_name',
    'llm.response.model',
    'llm.request.model',
    'embedding.model_name',
    'honeyhive_config.model',
    'honeyhive_metadata.model',
  ],
  provider: [
    'gen_ai.provider.name',
    'gen_ai.system',
    'llm.provider',
    'llm.system',
    'llm.vendor',
    'honeyhive_config.provider',
  ],
  prompt: [
    'gen_ai.usage.input_tokens',
    'gen_ai.usage.prompt_tokens',
    'llm.token_count.prompt',
    'llm.usage.prompt_tokens',
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
    'honeyhive_metadata.completion_tokens',
    'honeyhive_metrics.completion_tokens',
    'honeyhive_metadata.usage.completion_tokens',
    'honeyhive_metadata.usage.output_tokens',
  ],
  total: [
    'llm.usage.total_tokens',
    'gen_ai.usage.total_tokens',
    'llm.token_count.total',
    'honeyhive_metadata.total_tokens',
    'honeyhive_metrics.total_tokens',
    'honeyhive_metadata.usage.total_tokens',
  ],
  cost: [
    'gen_ai.usage.cost',
    'llm.cost.total',
    'honeyhive_metadata.cost',
    'honeyhive_metrics.cost',
    'honeyhive_metrics.cost_usd',
    'honeyhive_metadata.cost_usd',
  ],
} as const;

export type KnownFact = keyof typeof FACT_NAMES;

const ALL = new Set<string>(Object.values(FACT_NAMES).flat());

/** Whether some convention gives the model, its tokens or its cost under this name. */
export function isFactName(key: string): boolean {
  return ALL.has(key);
}
