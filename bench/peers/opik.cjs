const { flushAll, track } = require('opik');
const { callsOf } = require('./lib/calls.cjs');
const { startSink } = require('./lib/sink.cjs');

exports.build = () => {
  // `track` makes a client of its own, which only the environment reaches.
  process.env.OPIK_URL_OVERRIDE = startSink();
  process.env.OPIK_API_KEY = 'bench';
  process.env.OPIK_WORKSPACE = 'bench';
  process.env.OPIK_PROJECT_NAME = 'bench';
  return callsOf((name, fn) => track({ name }, fn), [], flushAll);
};
