const traceloop = require('@traceloop/node-server-sdk');
const { callsOf, keeping } = require('./lib/calls.cjs');

exports.build = () => {
  const spans = [];
  traceloop.initialize({
    appName: 'bench',
    baseUrl: 'http://127.0.0.1:9',
    apiKey: 'bench',
    exporter: keeping(spans),
    silenceInitializationMessage: true,
    traceloopSyncEnabled: false,
    instrumentModules: {},
  });
  const calls = callsOf(
    (name, fn) =>
      (...args) =>
        traceloop.withTask({ name }, fn, ...args),
    spans,
    () => traceloop.forceFlush(),
  );
  // It makes a promise of a sync function's result: only the calls that are async anyway can be compared.
  return { spans: calls.spans, clear: calls.clear, async: calls.async, llmAsync: calls.llmAsync };
};
