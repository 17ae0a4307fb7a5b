const traceloop = require('@traceloop/node-server-sdk');
const { asyncOnly, callsOf, keeping } = require('./lib/calls.cjs');

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
  return asyncOnly(
    callsOf(
      (name, fn) =>
        (...args) =>
          traceloop.withTask({ name }, fn, ...args),
      spans,
      () => traceloop.forceFlush(),
    ),
  );
};
