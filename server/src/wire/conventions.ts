import {
  CONFIG_PREFIXES,
  INPUT_PREFIXES,
  INPUT_TEXTS,
  METADATA_PREFIXES,
  METADATA_TEXTS,
  OUTPUT_PREFIXES,
  OUTPUT_TEXTS,
  PARAMETER_TEXTS,
  USER_TEXTS,
} from './bucket-names.js';
import { FACT_NAMES, FACTS_IN_JSON, type KnownFact } from './fact-names.js';
import { keysOf, roleOf } from './key-role.js';
import type { Buckets, SpanRecord } from './span-record.js';
import { assignAt, listsFromIndexes, parsedText } from './unflatten.js';
import { emptyObject, isObject, type Json, type JsonObject, plain } from './value.js';

export function fact(attributes: JsonObject, name: KnownFact): Json | undefined {
  for (const key of FACT_NAMES[name]) {
    const value = attributes[key];
    if (value !== undefined && value !== null && value !== '') return plain(value);
  }
  const inJson = FACTS_IN_JSON[name];
  const outer = inJson === undefined ? undefined : attributes[inJson[0]];
  const details = typeof outer === 'string' ? parsedText(outer) : undefined;
  return inJson !== undefined && isObject(details) ? (details[inJson[1]] as Json | undefined) : undefined;
}

/** Sums of what is larger would not be exact, or no number at all. */
const MOST = Number.MAX_SAFE_INTEGER / 1024;

export function numberFact(attributes: JsonObject, name: KnownFact): number | undefined {
  const value = fact(attributes, name);
  const number = typeof value === 'string' ? Number(value) : value;
  return typeof number === 'number' && number >= 0 && number <= MOST ? number : undefined;
}

export function textFact(attributes: JsonObject, name: KnownFact): string | undefined {
  const value = fact(attributes, name);
  return typeof value === 'string' ? value : undefined;
}

/** Inputs, outputs, configuration, metadata and user that other conventions than HoneyHive's put on a span. */
export function foreignBuckets(span: Pick<SpanRecord, 'attributes' | 'events'>): Buckets {
  const { attributes } = span;
  const inputs = messages(attributes, INPUT_PREFIXES) ?? text(attributes, INPUT_TEXTS) ?? eventMessages(span, false);
  const outputs = messages(attributes, OUTPUT_PREFIXES) ?? text(attributes, OUTPUT_TEXTS) ?? eventMessages(span, true);
  const buckets: Buckets = {};
  if (inputs !== undefined) buckets.inputs = asBucket(inputs, 'value');
  if (outputs !== undefined) buckets.outputs = asBucket(outputs, 'result');
  const toolCalls = text(attributes, ['ai.response.toolCalls']);
  if (toolCalls !== undefined)
    buckets.outputs = Object.assign(emptyObject(), buckets.outputs, { tool_calls: toolCalls });
  const config = configOf(attributes);
  if (Object.keys(config).length > 0) buckets.config = config;
  const stated = text(attributes, METADATA_TEXTS);
  const metadata = Object.assign(isObject(stated) ? stated : emptyObject(), below(attributes, METADATA_PREFIXES));
  if (Object.keys(metadata).length > 0) buckets.metadata = metadata;
  const user = text(attributes, USER_TEXTS);
  if (user !== undefined) buckets.user_properties = Object.assign(emptyObject(), { user_id: user });
  return buckets;
}

function configOf(attributes: JsonObject): JsonObject {
  const config = below(attributes, CONFIG_PREFIXES);
  const parameters = text(attributes, PARAMETER_TEXTS);
  if (parameters !== undefined) config.parameters = parameters;
  const provider = fact(attributes, 'provider');
  if (provider !== undefined) config.provider = provider;
  const model = fact(attributes, 'model');
  if (model !== undefined && config.model === undefined) config.model = model;
  return config;
}

/** What stands below a prefix, under the rest of its name. */
function below(attributes: JsonObject, prefixes: readonly string[]): JsonObject {
  const found = emptyObject();
  for (const key of Object.keys(attributes))
    for (const prefix of prefixes)
      if (key.startsWith(prefix) && key.length > prefix.length && !roleOf(key).protocol) {
        const value = plain(attributes[key] as Json);
        found[key.slice(prefix.length)] = typeof value === 'string' ? parsedText(value) : value;
      }
  return found;
}

function asBucket(value: Json, name: string): JsonObject {
  if (Array.isArray(value)) {
    const looksLikeMessages = value.every((entry) => typeof entry === 'object' && entry !== null && 'role' in entry);
    return Object.assign(emptyObject(), { [looksLikeMessages && value.length > 0 ? 'messages' : name]: value });
  }
  return typeof value === 'object' && value !== null ? value : Object.assign(emptyObject(), { [name]: value });
}

function text(attributes: JsonObject, names: readonly string[]): Json | undefined {
  for (const name of names) {
    const value = attributes[name];
    if (value === undefined || value === null || value === '') continue;
    const shown = plain(value);
    return typeof shown === 'string' ? parsedText(shown) : shown;
  }
  return undefined;
}

function messages(attributes: JsonObject, prefixes: readonly string[]): Json | undefined {
  for (const prefix of prefixes) {
    const tree = emptyObject();
    let found = false;
    for (const key of Object.keys(attributes)) {
      if (!key.startsWith(prefix)) continue;
      found = true;
      // OpenInference says `0.message.role` where others say `0.role`.
      const path = key.slice(prefix.length).replace(/^(\d+)\.message\./, '$1.');
      assignAt(tree, keysOf(path), plain(attributes[key] as Json));
    }
    if (found) return listsFromIndexes(tree);
  }
  return undefined;
}

function eventMessages(span: Pick<SpanRecord, 'attributes' | 'events'>, output: boolean): Json | undefined {
  for (const event of span.events) {
    if (event.name === 'gen_ai.client.inference.operation.details') {
      const found = text(event.attributes, output ? ['gen_ai.output.messages'] : ['gen_ai.input.messages']);
      if (found !== undefined) return found;
    }
    const named = output ? 'gen_ai.content.completion' : 'gen_ai.content.prompt';
    if (event.name === named) return text(event.attributes, output ? ['gen_ai.completion'] : ['gen_ai.prompt']);
  }
  return undefined;
}
