import { HoneyHiveTracer } from 'honeyhive-decorators';
import { createTestTracer } from 'honeyhive-decorators/testing';
import { type OtlpReceiver, startReceiver } from '../support/otlp-receiver.js';

const tracer = createTestTracer();
afterAll(() => tracer.close());

function finished(work: Parameters<typeof tracer.trace<void>>[1]) {
  const seen = tracer.testSpans.length;
  tracer.trace('work', work);
  const span = tracer.testSpans[seen];
  if (span === undefined) throw new Error('no span');
  return span;
}

describe('events of a span', () => {
  it('count against what a span may weigh; what is past it is counted', () => {
    const span = finished((s) => {
      for (let i = 0; i < 1_000; i++) s.addEvent('chunk', { text: 'x'.repeat(10_000) });
    });
    expect(span.events.length).toBeGreaterThan(90);
    expect(span.events.length).toBeLessThan(110);
    expect(span.droppedEventsCount).toBe(1_000 - span.events.length);
  });

  it('leave room for the first exception, and are at most 1,024', () => {
    const span = finished((s) => {
      for (let i = 0; i < 200; i++) s.addEvent('chunk', { text: 'x'.repeat(10_000) });
      for (let i = 0; i < 5_000; i++) s.recordException(new Error(`number ${i}`));
    });
    const exceptions = span.events.filter(({ name }) => name === 'exception');
    expect(exceptions[0]?.attributes?.['exception.message']).toBe('number 0');
    expect(span.events.length).toBeLessThanOrEqual(1_025);
    expect(span.droppedEventsCount).toBe(5_200 - span.events.length);
  });

  it('do not cost the span its delivery', async () => {
    const receiver: OtlpReceiver = await startReceiver();
    const sending = HoneyHiveTracer.init({
      serverUrl: `http://127.0.0.1:${receiver.port}`,
      sessionApi: false,
      global: false,
      handleExit: false,
    });
    sending.trace('talkative', (s) => {
      for (let i = 0; i < 3_000; i++) s.addEvent('chunk', { text: 'x'.repeat(10_000) });
    });
    expect(await sending.close()).toMatchObject({ delivered: 1, dropped: { count: 0 } });
    expect(receiver.spans.map(({ name }) => name)).toEqual(['talkative']);
    await receiver.close();
  });

  it('have their names masked like any text', () => {
    const span = finished((s) => void s.addEvent('asked with sk-abcdefghij1234567890XYZ'));
    expect(span.events[0]?.name).toBe('asked with [REDACTED]');
  });
});
