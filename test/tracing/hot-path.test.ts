import { context, createContextKey, trace } from '@opentelemetry/api';
import { TraceIdRatioBasedSampler } from '@opentelemetry/sdk-trace-base';
import { HoneyHiveTracer, Trace } from '../../index.js';
import { createProtobufEncoder } from '../../src/delivery/encode-protobuf.js';
import { RateSampler } from '../../src/tracing/sampler.js';
import { newSpanId, newTraceId } from '../../src/tracing/span-ids.js';
import { decodeTraces } from '../support/otlp-decode.js';

let tracer: HoneyHiveTracer | undefined;
afterEach(async () => {
  await tracer?.close();
});

const initialised = (options: object = {}): HoneyHiveTracer => {
  tracer = HoneyHiveTracer.init({ testMode: true, global: false, ...options });
  return tracer;
};

class Service {
  @Trace({ metadata: { team: 'search' } })
  run(query: { text: string }, _limit = 10): { hits: number } {
    trace.getActiveSpan()?.setAttribute('again', 1);
    trace.getActiveSpan()?.setAttribute('again', 2);
    query.text = 'changed';
    return { hits: 3 };
  }
}

describe('attributes of a span', () => {
  test('read when it starts show what comes later', () => {
    const seen: Record<string, unknown>[] = [];
    const processor = {
      onStart: (span: { attributes: Record<string, unknown> }) => void seen.push(span.attributes),
      onEnd: () => undefined,
      forceFlush: async () => undefined,
      shutdown: async () => undefined,
    };
    const { sessionId } = initialised({ spanProcessors: [processor] });
    new Service().run({ text: 'first' });
    expect(seen[0]).toMatchObject({
      'honeyhive.session_id': sessionId,
      honeyhive_event_name: 'Service.run',
      'honeyhive_metadata.team': 'search',
      'honeyhive_inputs.query': '{"text":"first"}',
      'honeyhive_outputs.result.hits': 3,
      again: 2,
    });
  });

  test('of the same name count once against the limit', () => {
    const { testSpans } = initialised({ limits: { attributesPerSpan: 5 } });
    HoneyHiveTracer.default?.trace('work', (span) => {
      for (let i = 0; i < 50; i++) span.setAttribute('round', i);
      span.setAttribute('one', 1).setAttribute('two', 2).setAttribute('three', 3).setAttribute('four', 4);
    });
    const [span] = testSpans;
    expect(span?.attributes).toMatchObject({ round: 49, one: 1, two: 2 });
    expect(span?.attributes).not.toHaveProperty('four');
    expect(span?.droppedAttributesCount).toBe(2);
  });

  test.each(['as they were written', 'after somebody read them'])('are encoded alike, %s', (when) => {
    const { testSpans } = initialised();
    const service = new Service();
    for (let i = 0; i < 3; i++) service.run({ text: `number ${i}` });
    const expected = (index: number) => ({ ...testSpans[index]?.attributes });
    if (when.startsWith('after')) expect(expected(0)).toHaveProperty('again', 2);
    const encoder = createProtobufEncoder();
    for (const span of testSpans) encoder.add(span);
    const spans = decodeTraces(encoder.finish());
    expect(spans).toHaveLength(3);
    spans.forEach((span, index) => {
      expect(Object.keys(span.attributes).sort()).toEqual(Object.keys(expected(index)).sort());
      expect(span.attributes['honeyhive_inputs.query']).toEqual({ string: `{"text":"number ${index}"}` });
    });
  });
});

test('what a program keeps in the context survives traced calls, and the span can be taken out', () => {
  initialised();
  const key = createContextKey('of the program');
  const read = (): unknown => context.active().getValue(key);
  const seen = context.with(context.active().setValue(key, 'outside'), () =>
    HoneyHiveTracer.default?.trace('outer', () =>
      context.with(context.active().setValue(key, 'inside'), () =>
        HoneyHiveTracer.default?.trace('inner', (span) => {
          const without = trace.deleteSpan(context.active());
          return [read(), trace.getActiveSpan() === span, trace.getSpan(without), without.getValue(key)];
        }),
      ),
    ),
  );
  expect(seen).toEqual(['inside', true, undefined, 'inside']);
});

test('a rate takes the same traces as the ratio sampler of OpenTelemetry', () => {
  for (const rate of [0, 0.001, 0.25, 0.5, 0.999]) {
    const ours = new RateSampler(rate);
    const theirs = new TraceIdRatioBasedSampler(rate);
    for (let i = 0; i < 500; i++) {
      const id = newTraceId();
      expect(ours.shouldSample(context.active(), id).decision).toBe(theirs.shouldSample(context.active(), id).decision);
    }
  }
});

test('ids are hexadecimal and differ', () => {
  const ids = new Set<string>();
  for (let i = 0; i < 5_000; i++) {
    const [traceId, spanId] = [newTraceId(), newSpanId()];
    expect(traceId).toMatch(/^[0-9a-f]{32}$/);
    expect(spanId).toMatch(/^[0-9a-f]{16}$/);
    ids.add(traceId).add(spanId);
  }
  expect(ids.size).toBe(10_000);
});
