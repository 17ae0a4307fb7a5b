/** OpenTelemetry by hand: an active span, arguments and result as JSON attributes, as its users write it. */
const { context, SpanStatusCode, trace } = require('@opentelemetry/api');
const { AsyncLocalStorageContextManager } = require('@opentelemetry/context-async-hooks');
const { AlwaysOffSampler, BasicTracerProvider } = require('@opentelemetry/sdk-trace-base');
const { reply, twentyKeys } = require('./payload.cjs');

const ENRICHMENT = Object.fromEntries(Object.entries(twentyKeys()).map(([key, value]) => [`metadata.${key}`, value]));

function traced(tracer, name, fn) {
  return (...args) =>
    tracer.startActiveSpan(name, (span) => {
      try {
        span.setAttribute('input', JSON.stringify(args));
        const result = fn(...args);
        span.setAttribute('output', JSON.stringify(result));
        return result;
      } catch (error) {
        span.recordException(error);
        span.setStatus({ code: SpanStatusCode.ERROR, message: error.message });
        throw error;
      } finally {
        span.end();
      }
    });
}

function tracedAsync(tracer, name, fn) {
  return (...args) =>
    tracer.startActiveSpan(name, async (span) => {
      try {
        span.setAttribute('input', JSON.stringify(args));
        const result = await fn(...args);
        span.setAttribute('output', JSON.stringify(result));
        return result;
      } catch (error) {
        span.recordException(error);
        span.setStatus({ code: SpanStatusCode.ERROR, message: error.message });
        throw error;
      } finally {
        span.end();
      }
    });
}

/** A generator by hand: one span round the whole iteration, the first hundred items kept. */
function tracedGenerator(tracer, name, fn) {
  return function* traced(...args) {
    const span = tracer.startSpan(name);
    const inside = trace.setSpan(context.active(), span);
    const kept = [];
    try {
      span.setAttribute('input', JSON.stringify(args));
      const iterator = fn(...args);
      for (;;) {
        const next = context.with(inside, () => iterator.next());
        if (next.done) return next.value;
        if (kept.length < 100) kept.push(next.value);
        yield next.value;
      }
    } finally {
      span.setAttribute('output', JSON.stringify(kept));
      span.end();
    }
  };
}

exports.build = (mode, processors) => {
  const spans = [];
  const memory = {
    onStart() {},
    onEnd(span) {
      spans.push(span);
    },
    forceFlush: async () => undefined,
    shutdown: async () => undefined,
  };
  if (mode !== 'off') {
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    const sampler = mode === 'unsampled' ? { sampler: new AlwaysOffSampler() } : {};
    const provider = new BasicTracerProvider({ spanProcessors: processors ?? [memory], ...sampler });
    trace.setGlobalTracerProvider(provider);
  }
  const tracer = trace.getTracer('bench');
  const add = traced(tracer, 'Service.add', (a, b) => a + b);
  const leaf = traced(tracer, 'Service.five', (a) => a + 1);
  const four = traced(tracer, 'Service.four', (a) => leaf(a));
  const three = traced(tracer, 'Service.three', (a) => four(a));
  const two = traced(tracer, 'Service.two', (a) => three(a));
  return {
    spans,
    clear() {
      spans.length = 0;
    },
    sync: add,
    async: tracedAsync(tracer, 'Service.addLater', async (a, b) => a + b),
    llm: traced(tracer, 'Service.complete', () => reply()),
    llmAsync: tracedAsync(tracer, 'Service.completeLater', async () => reply()),
    nested: traced(tracer, 'Service.one', (a) => two(a)),
    enrich: traced(tracer, 'Service.enriched', (a, b) => {
      trace.getActiveSpan()?.setAttributes(ENRICHMENT);
      return a + b;
    }),
    generator: tracedGenerator(tracer, 'Service.items', function* items(count) {
      for (let index = 0; index < count; index += 1) yield index;
    }),
  };
};
