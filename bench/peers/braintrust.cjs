const { initLogger, wrapTraced } = require('braintrust');
const { callsOf } = require('./lib/calls.cjs');
const { startSink } = require('./lib/sink.cjs');

exports.build = () => {
  const logger = initLogger({ projectName: 'bench', projectId: 'bench', apiKey: 'bench', appUrl: startSink() });
  return callsOf(
    // Without asyncFlush a sync function gives a promise.
    (name, fn) => wrapTraced(fn, { name, asyncFlush: true }),
    [],
    () => logger.flush(),
  );
};
