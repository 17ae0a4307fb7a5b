const { JudgmentTracerProvider, Tracer } = require('judgeval');
const { callsOf, keeping } = require('./lib/calls.cjs');
const { startSink } = require('./lib/sink.cjs');

exports.build = () => {
  const spans = [];
  // It also sends every span as it starts: a group of calls would not fit the usual queue.
  process.env.OTEL_BSP_MAX_QUEUE_SIZE = '8192';
  // No option takes an exporter.
  Tracer.prototype.getSpanExporter = () => keeping(spans);
  // A function keeps the provider there is when it is wrapped; the tracer comes later, once it knows its project.
  JudgmentTracerProvider.getInstance();
  const ready = Tracer.init({ projectName: 'bench', apiKey: 'bench', organizationId: 'bench', apiUrl: startSink() });
  return callsOf(
    (name, fn) => Tracer.observe(fn, { spanName: name }),
    spans,
    async () => {
      await ready;
      await Tracer.forceFlush();
    },
  );
};
