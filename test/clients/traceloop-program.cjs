/** A program traced by Traceloop's SDK as its users write it. `node traceloop-program.cjs <server> <session id>` */
const traceloop = require('@traceloop/node-server-sdk');
const { trace } = require('@opentelemetry/api');

const [baseUrl, sessionId] = process.argv.slice(2);

traceloop.initialize({
  appName: 'shop',
  baseUrl,
  apiKey: 'no key is needed on loopback',
  disableBatch: false,
  silenceInitializationMessage: true,
  traceloopSyncEnabled: false,
  instrumentModules: {},
});

const complete = (question) =>
  trace.getTracer('openai').startActiveSpan('openai.chat', async (span) => {
    span.setAttributes({
      'gen_ai.system': 'OpenAI',
      'gen_ai.request.model': 'gpt-4o',
      'gen_ai.response.model': 'gpt-4o',
      'llm.request.type': 'chat',
      'gen_ai.prompt.0.role': 'user',
      'gen_ai.prompt.0.content': question,
      'gen_ai.completion.0.role': 'assistant',
      'gen_ai.completion.0.content': 'Paris',
      'gen_ai.usage.prompt_tokens': 1000,
      'gen_ai.usage.completion_tokens': 100,
      'llm.usage.total_tokens': 1100,
    });
    span.end();
    return 'Paris';
  });

async function main() {
  const properties = { session_id: sessionId, project: 'shop', source: 'evaluation' };
  await traceloop.withAssociationProperties(properties, () =>
    traceloop.withWorkflow({ name: 'answer' }, async () => {
      const found = await traceloop.withTool({ name: 'look_up' }, async (city) => ({ city, found: true }), 'Paris');
      return complete(`Capital of France? ${found.city}`);
    }),
  );
  await traceloop.forceFlush();
}

main().then(
  () => process.exit(0),
  (error) => {
    process.stderr.write(`${error.stack}\n`);
    process.exit(1);
  },
);
