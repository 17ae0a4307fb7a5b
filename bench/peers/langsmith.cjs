const { Client } = require('langsmith');
const { traceable } = require('langsmith/traceable');
const { asyncOnly, callsOf } = require('./lib/calls.cjs');
const { startSink } = require('./lib/sink.cjs');

exports.build = () => {
  const client = new Client({ apiUrl: startSink(), apiKey: 'bench' });
  return asyncOnly(
    callsOf(
      (name, fn) => traceable(fn, { name, client, project_name: 'bench', tracingEnabled: true }),
      [],
      () => client.awaitPendingTraceBatches(),
    ),
  );
};
