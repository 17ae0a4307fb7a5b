import { FACT_NAMES, FACTS_IN_JSON, type KnownFact } from './fact-names.js';
import type { Buckets } from './span-record.js';
import { parsedText } from './unflatten.js';
import { isObject, type Json, type JsonObject } from './value.js';

const USAGE_FACTS = [
  ['prompt_tokens', 'prompt'],
  ['completion_tokens', 'completion'],
  ['total_tokens', 'total'],
  ['cost', 'cost'],
  ['model', 'model'],
] as const satisfies readonly (readonly [string, KnownFact])[];

const isUsage = (value: Json | undefined): value is number | string =>
  typeof value === 'number' || typeof value === 'string';

/** What an update says of the usage takes the place of what the span said, under whichever name. */
export function replaceUsage(buckets: Buckets, attributes: JsonObject): void {
  const facts = USAGE_FACTS.filter(([key]) => isUsage(buckets.metadata?.[key])).map(([, fact]) => fact);
  if (facts.length > 0) for (const fact of [...facts, 'total' as const]) forget(fact, attributes);
  if (typeof buckets.config?.model === 'string') forget('model', attributes);
  copyUsage(buckets, attributes);
}

function forget(fact: KnownFact, attributes: JsonObject): void {
  for (const name of FACT_NAMES[fact]) delete attributes[name];
  const [name, key] = FACTS_IN_JSON[fact] ?? [];
  const text = name === undefined ? undefined : attributes[name];
  const details = typeof text === 'string' ? parsedText(text) : undefined;
  if (name === undefined || key === undefined || !isObject(details)) return;
  const { [key]: _replaced, ...rest } = details;
  attributes[name] = JSON.stringify(rest);
}

/** Tokens, cost and model that came in buckets, put where a span's own are looked for. */
export function copyUsage({ metadata, config }: Buckets, attributes: JsonObject): void {
  for (const [key] of USAGE_FACTS) {
    const value = metadata?.[key];
    if (isUsage(value)) attributes[`honeyhive_metadata.${key}`] = value;
  }
  if (typeof config?.model === 'string') attributes['honeyhive_config.model'] = config.model;
}
