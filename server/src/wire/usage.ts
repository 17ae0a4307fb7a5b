import type { Buckets } from './span-record.js';
import type { JsonObject } from './value.js';

const USAGE = ['prompt_tokens', 'completion_tokens', 'total_tokens', 'cost', 'model'];

/** Tokens, cost and model that came in buckets, put where a span's own are looked for. */
export function copyUsage({ metadata, config }: Buckets, attributes: JsonObject): void {
  for (const key of USAGE) {
    const value = metadata?.[key];
    if (typeof value === 'number' || typeof value === 'string') attributes[`honeyhive_metadata.${key}`] = value;
  }
  if (typeof config?.model === 'string') attributes['honeyhive_config.model'] = config.model;
}
