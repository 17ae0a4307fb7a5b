// package.json puts an empty package in place of its proxy, a program that names packages which do not exist.
const { Laminar, LaminarSpanProcessor, observe } = require('@lmnr-ai/lmnr');
const { callsOf, keeping } = require('./lib/calls.cjs');

exports.build = () => {
  const spans = [];
  Laminar.initialize({
    projectApiKey: 'bench',
    baseUrl: 'http://127.0.0.1:9',
    instrumentModules: {},
    spanProcessor: new LaminarSpanProcessor({ exporter: keeping(spans) }),
  });
  return callsOf(
    (name, fn) =>
      (...args) =>
        observe({ name }, fn, ...args),
    spans,
    () => Laminar.flush(),
  );
};
