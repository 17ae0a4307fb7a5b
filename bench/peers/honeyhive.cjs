// It reports its own use to its makers unless told not to before it is loaded.
process.env.TRACELOOP_TELEMETRY = 'false';
const { HoneyHiveTracer, traceFunction } = require('honeyhive');
const { callsOf } = require('./lib/calls.cjs');
const { startSink } = require('./lib/sink.cjs');

const SESSION = '0b5c9a1e-3f60-4c53-9d0e-6a1f4f6f2a10';

exports.build = () => {
  const started = HoneyHiveTracer.init({
    apiKey: 'bench',
    project: 'bench',
    source: 'bench',
    sessionId: SESSION,
    serverUrl: startSink(),
  });
  // `tracer.traceFunction` adds these by itself, but a tracer has to be waited for.
  const properties = { session_id: SESSION, project: 'bench', source: 'bench', disable_http_tracing: 'false' };
  return callsOf(
    (name, fn) => traceFunction({ eventName: name }, properties)(fn),
    [],
    async () => {
      const tracer = await started;
      await tracer.flush();
    },
  );
};
