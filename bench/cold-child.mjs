/**
 * What loading costs: node bench/cold-child.mjs empty | require:<specifier> | import:<specifier> | first:ours | first:otel, several
 * joined by commas; `first` gets as far as a tracer that can be used. Prints JSON.
 */
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

const first = {
  ours: () => require('honeyhive-decorators').HoneyHiveTracer.init({ serverUrl: 'http://127.0.0.1:9' }),
  otel() {
    const { context, trace } = require('@opentelemetry/api');
    const { AsyncLocalStorageContextManager } = require('@opentelemetry/context-async-hooks');
    const { BasicTracerProvider, BatchSpanProcessor } = require('@opentelemetry/sdk-trace-base');
    const { OTLPTraceExporter } = require('@opentelemetry/exporter-trace-otlp-proto');
    const exporter = new OTLPTraceExporter({ url: 'http://127.0.0.1:9' });
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [new BatchSpanProcessor(exporter)] }));
    trace.getTracer('bench');
  },
};
const rss = process.memoryUsage.rss();
const cpu = process.cpuUsage();
const start = performance.now();
for (const one of process.argv[2].split(',')) {
  const [how, specifier] = [one.slice(0, one.indexOf(':')), one.slice(one.indexOf(':') + 1)];
  if (how === 'require') require(specifier);
  else if (how === 'import') await import(specifier);
  else if (how === 'first') first[specifier]();
}
const ms = performance.now() - start;
const used = process.cpuUsage(cpu);
const files = Object.keys(require.cache).length;
console.log(
  JSON.stringify({
    ms,
    cpuMs: (used.user + used.system) / 1000,
    rssMb: (process.memoryUsage.rss() - rss) / 2 ** 20,
    files,
  }),
);
process.exit(0);
