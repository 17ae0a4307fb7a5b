import http from 'node:http';
import { context, createContextKey, trace } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { createTestTracer } from 'honeyhive-decorators/testing';
import { startWire, type Wire } from '../wire/support.js';

let wire: Wire;
beforeEach(async () => {
  wire = await startWire();
});
afterEach(() => wire.close());

const SUPPRESS = createContextKey('OpenTelemetry SDK Context Key SUPPRESS_TRACING');

describe('libraries that ask for a tracer', () => {
  it.each<[string, unknown]>([
    ['undefined', undefined],
    ['a number', 5],
    ['a symbol', Symbol('lib')],
    ['nothing', ''],
  ])('by %s, get one without a name, and all spans arrive', async (_what, name) => {
    const tracer = wire.tracer();
    tracer.provider
      .getTracer(name as string, {} as string)
      .startSpan('nameless')
      .end();
    tracer.provider.getTracer('lib', '1.0').startSpan('named').end();
    expect(await tracer.flush()).toMatchObject({ delivered: 2, dropped: { count: 0 } });
    expect(wire.span('nameless').scope).toMatchObject({ name: '' });
    expect(wire.span('named').scope).toMatchObject({ name: 'lib', version: '1.0' });
  });

  it('at every call, share one scope: their spans travel together', () => {
    const tracer = createTestTracer();
    for (let i = 0; i < 2; i++)
      tracer.provider.getTracer('lib', '1', { schemaUrl: 'https://s/1' }).startSpan('a').end();
    const [one, two] = tracer.testSpans;
    expect(one?.instrumentationScope).toBe(two?.instrumentationScope);
    expect(one?.instrumentationScope).toEqual({ name: 'lib', version: '1', schemaUrl: 'https://s/1' });
    return tracer.close();
  });
});

describe('requests of this package', () => {
  it('are no spans, though somebody instruments HTTP; neither are those of an exporter of the program', async () => {
    const exporter = new OTLPTraceExporter({ url: `${wire.url}/own/v1/traces` });
    const tracer = wire.tracer({ spanExporter: exporter });
    const library = tracer.provider.getTracer('http');
    const original = http.request;
    // As @opentelemetry/instrumentation-http does: a span round each request that is made.
    const instrumented = jest.spyOn(http, 'request').mockImplementation(((...args: unknown[]) => {
      const span = library.startSpan('POST');
      const request = Reflect.apply(original, http, args) as http.ClientRequest;
      return request.on('close', () => span.end());
    }) as typeof http.request);
    tracer.trace('mine', () => 1);
    await tracer.enrichSession({ k: 1 });
    await tracer.flush();
    const receipt = await tracer.close();
    expect(instrumented.mock.calls.length).toBeGreaterThanOrEqual(3);
    instrumented.mockRestore();
    expect(receipt).toMatchObject({ pending: 0, dropped: { count: 0 } });
    expect(tracer.stats().made).toBe(2);
    expect(new Set(wire.spans().map(({ name }) => name))).toEqual(new Set(['mine']));
  });

  it('what the program runs with tracing suppressed makes no spans either', () => {
    const tracer = createTestTracer();
    const result = context.with(context.active().setValue(SUPPRESS, true), () => {
      tracer.provider.getTracer('lib').startSpan('library').end();
      return tracer.trace('own', () => trace.getActiveSpan()?.isRecording());
    });
    expect(result).toBe(false);
    expect(tracer.testSpans).toEqual([]);
    return tracer.close();
  });
});
