/**
 * Where conventions other than HoneyHive's put inputs, outputs and the rest: OpenTelemetry's gen_ai, OpenInference,
 * Traceloop, Langfuse (`langfuse.observation.*`, `@langfuse/tracing` 5) and the AI SDK (`ai.*`, `ai` 5). First name wins.
 */
export const INPUT_PREFIXES = ['gen_ai.prompt.', 'llm.input_messages.', 'llm.prompts.'];
export const INPUT_TEXTS = [
  'gen_ai.input.messages',
  'gen_ai.prompt',
  'input.value',
  'traceloop.entity.input',
  'gen_ai.tool.call.arguments',
  'langfuse.observation.input',
  'ai.prompt.messages',
  'ai.prompt',
  'ai.toolCall.args',
  'ai.values',
  'ai.value',
];
export const OUTPUT_PREFIXES = ['gen_ai.completion.', 'llm.output_messages.'];
export const OUTPUT_TEXTS = [
  'gen_ai.output.messages',
  'gen_ai.completion',
  'output.value',
  'traceloop.entity.output',
  'gen_ai.tool.call.result',
  'langfuse.observation.output',
  'ai.response.text',
  'ai.response.object',
  'ai.toolCall.result',
];
export const CONFIG_PREFIXES = ['gen_ai.request.', 'ai.settings.'];
/** Settings of a model call as one JSON text. */
export const PARAMETER_TEXTS = ['llm.invocation_parameters', 'langfuse.observation.model.parameters'];
export const METADATA_PREFIXES = [
  'traceloop.association.properties.',
  'langfuse.trace.metadata.',
  'langfuse.observation.metadata.',
  'ai.telemetry.metadata.',
];
/** Metadata as one JSON text (OpenInference). */
export const METADATA_TEXTS = ['metadata'];
export const USER_TEXTS = ['user.id', 'enduser.id', 'langfuse.user.id', 'ai.telemetry.metadata.userId'];
