const [, , encoding, url, compression, sessionId] = process.argv;
const { OTLPTraceExporter } = require(
  encoding === 'json' ? '@opentelemetry/exporter-trace-otlp-http' : '@opentelemetry/exporter-trace-otlp-proto',
);
const { resourceFromAttributes } = require('@opentelemetry/resources');
const { BasicTracerProvider, SimpleSpanProcessor } = require('@opentelemetry/sdk-trace-base');

const exporter = new OTLPTraceExporter({ url, compression });
const provider = new BasicTracerProvider({
  resource: resourceFromAttributes({ 'service.name': 'shop' }),
  spanLimits: { linkCountLimit: 1, attributePerEventCountLimit: 3 },
  spanProcessors: [new SimpleSpanProcessor(exporter)],
});
const { createTraceState } = require('@opentelemetry/api');
const other = {
  traceId: '0af7651916cd43dd8448eb211c80319c',
  spanId: 'b7ad6b7169203331',
  traceFlags: 1,
  isRemote: true,
  traceState: createTraceState('vendor=1'),
};
const span = provider.getTracer('lib', '1.2.3').startSpan('work', {
  links: [{ context: { ...other, traceId: '1'.repeat(32) } }, { context: other, attributes: { why: 'cause' } }],
  attributes: {
    'honeyhive.session_id': sessionId,
    n: 7,
    f: 1.5,
    b: true,
    list: ['a', 'b'],
    'honeyhive_outputs.result.a.0': 'x',
  },
});
span.addEvent('note', { k: 'v', l: 'v', m: 'v', beyond: 'the limit' });
span.recordException(new TypeError('bad'));
span.setStatus({ code: 2, message: 'TypeError: bad' });
span.end();
provider
  .forceFlush()
  .then(() => provider.shutdown())
  .then(() => process.stdout.write(JSON.stringify(span.spanContext())));
