/** A program traced by Langfuse's SDK as its users write it. `node program.cjs <session id>`, the rest in the environment. */
const { LangfuseSpanProcessor } = require('@langfuse/otel');
const { propagateAttributes, startActiveObservation } = require('@langfuse/tracing');
const { context, trace } = require('@opentelemetry/api');
const { AsyncLocalStorageContextManager } = require('@opentelemetry/context-async-hooks');
const { BasicTracerProvider } = require('@opentelemetry/sdk-trace-base');

const [sessionId] = process.argv.slice(2);
const processor = new LangfuseSpanProcessor();
const provider = new BasicTracerProvider({ spanProcessors: [processor] });
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
trace.setGlobalTracerProvider(provider);

async function main() {
  await startActiveObservation('answer', (root) =>
    propagateAttributes({ sessionId, userId: 'ada', metadata: { feature: 'chat' }, tags: ['test'] }, async () => {
      root.update({ input: { question: 'Capital of France?' } });
      await startActiveObservation(
        'look-up',
        async (tool) => tool.update({ input: { country: 'France' }, output: { city: 'Paris' } }),
        { asType: 'tool' },
      );
      const generation = root.startObservation(
        'complete',
        {
          model: 'gpt-4o',
          modelParameters: { temperature: 0.5 },
          input: [{ role: 'user', content: 'Capital of France?' }],
        },
        { asType: 'generation' },
      );
      generation.update({
        output: [{ role: 'assistant', content: 'Paris' }],
        usageDetails: { input: 1000, output: 100, total: 1100 },
        metadata: { attempt: 1 },
      });
      generation.end();
      const failed = root.startObservation('check', { level: 'ERROR', statusMessage: 'no such place' });
      failed.end();
      root.update({ output: { answer: 'Paris' } });
    }),
  );
  await processor.forceFlush();
}

main().then(
  () => process.exit(0),
  (error) => {
    process.stderr.write(`${error.stack}\n`);
    process.exit(1);
  },
);
