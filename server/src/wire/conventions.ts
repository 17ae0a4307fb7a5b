import { FACT_NAMES, type KnownFact } from './fact-names.js';
import { keysOf } from './key-role.js';
import type { Buckets, SpanRecord } from './span-record.js';
import { assignAt, listsFromIndexes, parsedText } from './unflatten.js';
import { emptyObject, type Json, type JsonObject, plain } from './value.js';

export function fact(attributes: JsonObject, name: KnownFact): Json | undefined {
  for (const key of FACT_NAMES[name]) {
    const value = attributes[key];
    if (value !== undefined && value !== null && value !== '') return plain(value);
  }
  return undefined;
}

export function numberFact(attributes: JsonObject, name: KnownFact): number | undefined {
  const value = fact(attributes, name);
  const number = typeof value === 'string' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) && number >= 0 ? number : undefined;
}

export function textFact(attributes: JsonObject, name: KnownFact): string | undefined {
  const value = fact(attributes, name);
  return typeof value === 'string' ? value : undefined;
}

const INPUT_PREFIXES = ['gen_ai.prompt.', 'llm.input_messages.', 'llm.prompts.'];
const OUTPUT_PREFIXES = ['gen_ai.completion.', 'llm.output_messages.'];
const INPUT_TEXTS = [
  'gen_ai.input.messages',
  'gen_ai.prompt',
  'input.value',
  'traceloop.entity.input',
  'gen_ai.tool.call.arguments',
];
const OUTPUT_TEXTS = [
  'gen_ai.output.messages',
  'gen_ai.completion',
  'output.value',
  'traceloop.entity.output',
  'gen_ai.tool.call.result',
];
const CONFIG_PREFIXES = ['gen_ai.request.', 'llm.invocation_parameters'];

/** Inputs, outputs and configuration that other conventions than HoneyHive's put on a span. */
export function foreignBuckets(span: Pick<SpanRecord, 'attributes' | 'events'>): Buckets {
  const { attributes } = span;
  const inputs = messages(attributes, INPUT_PREFIXES) ?? text(attributes, INPUT_TEXTS) ?? eventMessages(span, false);
  const outputs = messages(attributes, OUTPUT_PREFIXES) ?? text(attributes, OUTPUT_TEXTS) ?? eventMessages(span, true);
  const buckets: Buckets = {};
  if (inputs !== undefined) buckets.inputs = asBucket(inputs, 'value');
  if (outputs !== undefined) buckets.outputs = asBucket(outputs, 'result');
  const config = emptyObject();
  for (const key of Object.keys(attributes)) {
    if (key.startsWith('gen_ai.request.')) config[key.slice('gen_ai.request.'.length)] = plain(attributes[key] as Json);
  }
  const parameters = attributes['llm.invocation_parameters'];
  if (typeof parameters === 'string') config.parameters = parsedText(parameters);
  const provider = fact(attributes, 'provider');
  if (provider !== undefined && CONFIG_PREFIXES.length > 0) config.provider = provider;
  const model = fact(attributes, 'model');
  if (model !== undefined && config.model === undefined) config.model = model;
  if (Object.keys(config).length > 0) buckets.config = config;
  return buckets;
}

function asBucket(value: Json, name: string): JsonObject {
  if (Array.isArray(value)) {
    const looksLikeMessages = value.every((entry) => typeof entry === 'object' && entry !== null && 'role' in entry);
    return Object.assign(emptyObject(), { [looksLikeMessages && value.length > 0 ? 'messages' : name]: value });
  }
  return typeof value === 'object' && value !== null ? value : Object.assign(emptyObject(), { [name]: value });
}

function text(attributes: JsonObject, names: string[]): Json | undefined {
  for (const name of names) {
    const value = attributes[name];
    if (value === undefined || value === null || value === '') continue;
    const shown = plain(value);
    return typeof shown === 'string' ? parsedText(shown) : shown;
  }
  return undefined;
}

function messages(attributes: JsonObject, prefixes: string[]): Json | undefined {
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
