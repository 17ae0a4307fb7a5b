/**
 * A program on the AI SDK with telemetry, as its users write it; the models are the ones it brings for tests.
 * `node program.cjs <url> <session id>`
 */
const { embed, generateObject, generateText, stepCountIs, streamText, tool } = require('ai');
const { MockEmbeddingModelV2, MockLanguageModelV2, simulateReadableStream } = require('ai/test');
const { context } = require('@opentelemetry/api');
const { AsyncLocalStorageContextManager } = require('@opentelemetry/context-async-hooks');
const { OTLPTraceExporter } = require('@opentelemetry/exporter-trace-otlp-http');
const { BasicTracerProvider, BatchSpanProcessor } = require('@opentelemetry/sdk-trace-base');
const { z } = require('zod');

const [url, sessionId] = process.argv.slice(2);
const exporter = new OTLPTraceExporter({ url: `${url}/v1/traces` });
const provider = new BasicTracerProvider({ spanProcessors: [new BatchSpanProcessor(exporter)] });
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
const experimental_telemetry = {
  isEnabled: true,
  tracer: provider.getTracer('ai'),
  functionId: 'answer',
  metadata: { sessionId, userId: 'ada', feature: 'chat' },
};

const usage = { inputTokens: 1000, outputTokens: 100, totalTokens: 1100 };
const says = (text) => ({ finishReason: 'stop', usage, warnings: [], content: [{ type: 'text', text }] });
const calls = (toolName, input) => ({
  finishReason: 'tool-calls',
  usage,
  warnings: [],
  content: [{ type: 'tool-call', toolCallId: 'call-1', toolName, input: JSON.stringify(input) }],
});
const model = (doGenerate, doStream) =>
  new MockLanguageModelV2({ provider: 'openai.chat', modelId: 'gpt-4o', doGenerate, doStream });

async function main() {
  const answers = [calls('weather', { city: 'Paris' }), says('12 degrees')];
  await generateText({
    model: model(async () => answers.shift()),
    temperature: 0.5,
    prompt: 'Weather in Paris?',
    stopWhen: stepCountIs(3),
    tools: {
      weather: tool({
        inputSchema: z.object({ city: z.string() }),
        execute: async ({ city }) => ({ city, degrees: 12 }),
      }),
    },
    experimental_telemetry,
  });
  const chunks = [
    { type: 'text-start', id: '1' },
    { type: 'text-delta', id: '1', delta: 'Hel' },
    { type: 'text-delta', id: '1', delta: 'lo' },
    { type: 'text-end', id: '1' },
    { type: 'finish', finishReason: 'stop', usage },
  ];
  const stream = { stream: simulateReadableStream({ chunks }) };
  await streamText({ model: model(undefined, async () => stream), prompt: 'Hi', experimental_telemetry }).text;
  await generateObject({
    model: model(async () => says('{"city":"Paris"}')),
    schema: z.object({ city: z.string() }),
    prompt: 'Capital of France?',
    experimental_telemetry,
  });
  await embed({
    model: new MockEmbeddingModelV2({
      modelId: 'text-embedding-3-small',
      doEmbed: async () => ({ embeddings: [[1, 2]], usage: { tokens: 3 } }),
    }),
    value: 'Paris',
    experimental_telemetry,
  });
  await provider.shutdown();
}

main().catch((error) => {
  process.stderr.write(`${error.stack}\n`);
  process.exitCode = 1;
});
