import type { JsonObject } from './value.js';

/** What is looked up comes from outside: an object would also know `constructor`. */
const table = (types: Record<string, string>): ReadonlyMap<string, string> => new Map(Object.entries(types));

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
  'llm.request.model',
  'gen_ai.request.model',
  'llm.model_name',
  'gen_ai.response.model',
  'llm.request.type',
  'gen_ai.system',
];
const MODEL_WORDS = new Set([
  'llm',
  'model',
  'gpt',
  'claude',
  'llama',
  'gemini',
  'mistral',
  'palm',
  'chat',
  'completion',
  'completions',
  'inference',
  'openai',
  'anthropic',
  'bedrock',
  'generativeai',
]);

/**
 * The event type a span says it has, else the one its conventions and, last, whole words of its name suggest: by the
 * rules of the SDK (`src/tracing/event-type.ts`).
 */
export function eventTypeOf(name: string, attributes: JsonObject): string {
  for (const key of ['honeyhive_event_type', 'honeyhive.event_type', 'honeyhive_event_type_raw']) {
    const given = attributes[key];
    if (typeof given === 'string' && given !== '') return given;
  }
  const operation = attributes['gen_ai.operation.name'];
  if (typeof operation === 'string') {
    const type = OPERATIONS.get(operation);
    if (type !== undefined) return type;
  }
  const kind = attributes['openinference.span.kind'];
  if (typeof kind === 'string') return OPENINFERENCE.get(kind.toUpperCase()) ?? 'tool';
  const traceloop = attributes['traceloop.span.kind'];
  if (typeof traceloop === 'string') {
    const type = TRACELOOP.get(traceloop);
    if (type !== undefined) return type;
  }
  const langfuse = attributes['langfuse.observation.type'];
  if (typeof langfuse === 'string') {
    const type = LANGFUSE.get(langfuse);
    if (type !== undefined) return type;
  }
  const aiSdk = attributes['ai.operationId'];
  if (typeof aiSdk === 'string') return AI_SDK_CALL.test(aiSdk) ? 'model' : AI_SDK_TOOL.test(aiSdk) ? 'tool' : 'chain';
  if (MODEL_ATTRIBUTES.some((key) => attributes[key] !== undefined)) return 'model';
  const words = name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/);
  return words.some((word) => MODEL_WORDS.has(word)) ? 'model' : 'tool';
}
