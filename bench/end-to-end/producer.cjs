/**
 * Makes spans and has them delivered: node bench/end-to-end/producer.cjs <subject> <url> <spans> <pattern> [rate].
 * Patterns: `tight` never yields, `yield` lets the event loop turn every 100 spans, `rate` makes so many a second.
 */
const { monitorEventLoopDelay } = require('node:perf_hooks');
const { request } = require('../subjects/payload.cjs');

const [, , subject, url, total, pattern, rate = '10000', payload = 'small'] = process.argv;
const spans = Number(total);

function start() {
  if (subject === 'none') {
    const built = require('../subjects/plain.cjs').build();
    return { call: built.sync, llm: built.llm, flush: async () => undefined };
  }
  if (subject.startsWith('otel')) {
    const { OTLPTraceExporter } = require('@opentelemetry/exporter-trace-otlp-proto');
    const { BatchSpanProcessor } = require('@opentelemetry/sdk-trace-base');
    const compression = subject === 'otel-gzip' ? { compression: 'gzip' } : {};
    const exporter = new OTLPTraceExporter({ url: `${url}/v1/traces`, concurrencyLimit: 1_000, ...compression });
    // A queue that holds everything: the stock one drops most of a burst, and dropping is cheap.
    const roomy = { maxQueueSize: spans + 1, scheduledDelayMillis: 100 };
    const batch = new BatchSpanProcessor(exporter, subject === 'otel-stock' ? undefined : roomy);
    const built = require('../subjects/otel.cjs').build('record', [batch]);
    return { call: built.sync, llm: built.llm, flush: () => batch.forceFlush() };
  }
  const { build } = require('../subjects/honeyhive.cjs');
  const built = build('sink', { serverUrl: url, limits: { queueBytes: 512 * 1024 * 1024 } });
  return {
    call: built.sync,
    llm: built.llm,
    flush: () => built.tracer.flush({ timeoutMs: 60_000 }),
    tracer: built.tracer,
  };
}

async function main() {
  const made = start();
  const large = request();
  const one = payload === 'llm' ? () => made.llm(large) : (index) => made.call(index, 2);
  // A service at a steady rate has been compiled long ago; a burst comes as the program finds it.
  const warm = pattern === 'rate' ? 20_000 : 200;
  for (let index = 0; index < warm; index += 1) {
    one(index);
    if (index % 100 === 99) await new Promise((resolve) => setImmediate(resolve));
  }
  await made.flush();
  await new Promise((resolve) => setTimeout(resolve, 300));

  const delay = monitorEventLoopDelay({ resolution: 1 });
  let peak = 0;
  const watch = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage.rss());
  }, 20);
  delay.enable();
  const cpu = process.cpuUsage();
  const began = performance.now();
  if (pattern === 'rate') {
    const perSlice = Number(rate) / 100;
    for (let done = 0, slice = 0; done < spans; slice += 1) {
      for (let index = 0; index < perSlice; index += 1, done += 1) one(done);
      const wait = (slice + 1) * 10 - (performance.now() - began);
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, wait)));
    }
  } else {
    for (let index = 0; index < spans; index += 1) {
      one(index);
      if (pattern === 'yield' && index % 100 === 99) await new Promise((resolve) => setImmediate(resolve));
    }
  }
  const generated = performance.now() - began;
  await made.flush();
  const elapsed = performance.now() - began;
  const used = process.cpuUsage(cpu);
  delay.disable();
  clearInterval(watch);
  peak = Math.max(peak, process.memoryUsage.rss());
  console.log(
    JSON.stringify({
      made: warm + spans,
      generatedMs: generated,
      elapsedMs: elapsed,
      cpuMs: (used.user + used.system) / 1000,
      rssMb: peak / 2 ** 20,
      delayMaxMs: delay.max / 1e6,
      delayP99Ms: delay.percentile(99) / 1e6,
    }),
  );
  process.exit(0);
}

void main();
