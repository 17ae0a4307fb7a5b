import type { Attributes } from '@opentelemetry/api';

/** OpenTelemetry's GenAI operations (semantic conventions, `gen_ai.operation.name`). */
const OPERATIONS: Readonly<Record<string, string>> = {
  chat: 'model',
  text_completion: 'model',
  generate_content: 'model',
  invoke_agent: 'chain',
  create_agent: 'chain',
  execute_tool: 'tool',
};
/** OpenInference's span kinds; what is not listed is a tool. */
const KINDS: Readonly<Record<string, string>> = { LLM: 'model', CHAIN: 'chain', AGENT: 'chain' };

const MODEL_ATTRIBUTES = [
  'gen_ai.request.model',
  'gen_ai.response.model',
  'llm.request.model',
  'llm.model_name',
  'gen_ai.system',
];

/** Words that name a model call. Only whole words count: `generate_report` and `google_search` are tools. */
const MODEL_WORDS = new Set([
  ...['llm', 'model', 'gpt', 'claude', 'llama', 'gemini', 'mistral', 'palm', 'chat', 'completion', 'completions'],
  ...['inference', 'openai', 'anthropic', 'bedrock', 'generativeai'],
]);

/** The event type of a span that nobody gave one: from conventions, then from its name, else `tool`. */
export function inferEventType(name: string, attributes: Attributes): string {
  const operation = attributes['gen_ai.operation.name'];
  if (typeof operation === 'string' && OPERATIONS[operation] !== undefined) return OPERATIONS[operation];
  const kind = attributes['openinference.span.kind'];
  if (typeof kind === 'string') return KINDS[kind.toUpperCase()] ?? 'tool';
  if (MODEL_ATTRIBUTES.some((key) => attributes[key] !== undefined)) return 'model';
  return words(name).some((word) => MODEL_WORDS.has(word)) ? 'model' : 'tool';
}

function words(name: string): string[] {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/);
}
