import type { Attributes } from '@opentelemetry/api';

/** What is looked up comes from outside: an object would also know `constructor`. */
const table = (types: Readonly<Record<string, string>>): ReadonlyMap<unknown, string> => new Map(Object.entries(types));

/** OpenTelemetry's GenAI operations (semantic conventions, `gen_ai.operation.name`). */
const OPERATIONS = table({
  chat: 'model',
  text_completion: 'model',
  generate_content: 'model',
  completion: 'model',
  invoke_agent: 'chain',
  create_agent: 'chain',
  invoke_workflow: 'chain',
  execute_tool: 'tool',
  embeddings: 'tool',
});
/** OpenInference's span kinds; what is not listed is a tool. */
const OPENINFERENCE = table({ LLM: 'model', CHAIN: 'chain', AGENT: 'chain' });
const TRACELOOP = table({ workflow: 'chain', agent: 'chain', task: 'tool', tool: 'tool' });
const LANGFUSE = table({
  generation: 'model',
  agent: 'chain',
  chain: 'chain',
  tool: 'tool',
  retriever: 'tool',
  embedding: 'tool',
  evaluator: 'tool',
  guardrail: 'tool',
});
/** Operations of the AI SDK that call a model themselves end in these; the others hold them together. */
const AI_SDK_CALL = /\.do(Generate|Stream)$/;
const AI_SDK_TOOL = /^ai\.toolCall$|\.doEmbed$/;

const MODEL_ATTRIBUTES = [
  'gen_ai.request.model',
  'gen_ai.response.model',
  'llm.request.model',
  'llm.model_name',
  'llm.request.type',
  'gen_ai.system',
];

/** Words that name a model call. Only whole words count: `generate_report` and `google_search` are tools. */
const MODEL_WORDS = new Set([
  ...['llm', 'model', 'gpt', 'claude', 'llama', 'gemini', 'mistral', 'palm', 'chat', 'completion', 'completions'],
  ...['inference', 'openai', 'anthropic', 'bedrock', 'generativeai'],
]);

/**
 * The event type of a span that nobody gave one: from conventions, then from its name, else `tool`. The local server
 * decides by the same rules (`server/src/wire/event-type.ts`) for spans that come to it in another way.
 */
export function inferEventType(name: string, attributes: Attributes): string {
  const operation = OPERATIONS.get(attributes['gen_ai.operation.name']);
  if (operation !== undefined) return operation;
  const kind = attributes['openinference.span.kind'];
  if (typeof kind === 'string') return OPENINFERENCE.get(kind.toUpperCase()) ?? 'tool';
  const told =
    TRACELOOP.get(attributes['traceloop.span.kind']) ?? LANGFUSE.get(attributes['langfuse.observation.type']);
  if (told !== undefined) return told;
  const aiSdk = attributes['ai.operationId'];
  if (typeof aiSdk === 'string') return AI_SDK_CALL.test(aiSdk) ? 'model' : AI_SDK_TOOL.test(aiSdk) ? 'tool' : 'chain';
  if (MODEL_ATTRIBUTES.some((key) => attributes[key] !== undefined)) return 'model';
  return words(name).some((word) => MODEL_WORDS.has(word)) ? 'model' : 'tool';
}

function words(name: string): string[] {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/);
}
