const weave = require('weave');
const { asyncOnly, callsOf } = require('./lib/calls.cjs');
const { startSink } = require('./lib/sink.cjs');

exports.build = () => {
  process.env.WANDB_API_KEY = 'bench';
  process.env.WF_TRACE_SERVER_URL = startSink();
  const started = weave.init('bench/bench', { printCallLink: false });
  return asyncOnly(
    callsOf(
      (name, fn) => weave.op(fn, { name }),
      [],
      async () => {
        const client = await started;
        await client.waitForBatchProcessing();
      },
    ),
  );
};
