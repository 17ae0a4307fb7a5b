const { context } = require('@opentelemetry/api');
const { AsyncLocalStorageContextManager } = require('@opentelemetry/context-async-hooks');
const { BasicTracerProvider } = require('@opentelemetry/sdk-trace-base');
const { LangfuseSpanProcessor } = require('@langfuse/otel');
const { observe, setLangfuseTracerProvider } = require('@langfuse/tracing');
const { callsOf, keeping } = require('./lib/calls.cjs');

exports.build = () => {
  const spans = [];
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  const processor = new LangfuseSpanProcessor({
    publicKey: 'pk-lf-bench',
    secretKey: 'sk-lf-bench',
    baseUrl: 'http://127.0.0.1:9',
    exporter: keeping(spans),
  });
  setLangfuseTracerProvider(new BasicTracerProvider({ spanProcessors: [processor] }));
  return callsOf(
    (name, fn) => observe(fn, { name }),
    spans,
    () => processor.forceFlush(),
  );
};
