const { withSpan } = require('@arizeai/openinference-core');
const { context, trace } = require('@opentelemetry/api');
const { AsyncLocalStorageContextManager } = require('@opentelemetry/context-async-hooks');
const { BasicTracerProvider, BatchSpanProcessor } = require('@opentelemetry/sdk-trace-base');
const { callsOf, keeping } = require('./lib/calls.cjs');

exports.build = () => {
  const spans = [];
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  const processor = new BatchSpanProcessor(keeping(spans));
  trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [processor] }));
  return callsOf(
    (name, fn) => withSpan(fn, { name, kind: 'CHAIN' }),
    spans,
    () => processor.forceFlush(),
  );
};
