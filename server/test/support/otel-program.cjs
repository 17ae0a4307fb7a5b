const [, , encoding, url, compression, sessionId] = process.argv;
const { OTLPTraceExporter } = require(
  encoding === 'json' ? '@opentelemetry/exporter-trace-otlp-http' : '@opentelemetry/exporter-trace-otlp-proto',
);
const { resourceFromAttributes } = require('@opentelemetry/resources');
const { BasicTracerProvider, SimpleSpanProcessor } = require('@opentelemetry/sdk-trace-base');

const exporter = new OTLPTraceExporter({ url, compression });
const provider = new BasicTracerProvider({
  resource: resourceFromAttributes({ 'service.name': 'shop' }),
  spanProcessors: [new SimpleSpanProcessor(exporter)],
});
const span = provider.getTracer('lib', '1.2.3').startSpan('work', {
  attributes: {
    'honeyhive.session_id': sessionId,
    n: 7,
    f: 1.5,
    b: true,
    list: ['a', 'b'],
    'honeyhive_outputs.result.a.0': 'x',
  },
});
span.addEvent('note', { k: 'v' });
span.recordException(new TypeError('bad'));
span.setStatus({ code: 2, message: 'TypeError: bad' });
span.end();
provider
  .forceFlush()
  .then(() => provider.shutdown())
  .then(() => process.stdout.write(JSON.stringify(span.spanContext())));
