import { flushAfter, HoneyHiveTracer, trace } from 'honeyhive-decorators';
import { startReceiver } from '../support/otlp-receiver.js';

describe('flushAfter, for platforms that freeze the process between invocations', () => {
  it('delivers what an invocation recorded before its answer is given, also when it fails', async () => {
    const receiver = await startReceiver();
    const tracer = HoneyHiveTracer.init({
      otlpEndpoint: receiver.url,
      sessionApi: false,
      global: false,
      handleExit: false,
    });
    const work = trace({ tracer })(function work(n: number): number {
      if (n < 0) throw new RangeError('negative');
      return n * 2;
    });
    const handler = flushAfter((n: number) => work(n));
    expect(await handler(4)).toBe(8);
    expect(receiver.spans.map((span) => span.name)).toEqual(['work']);
    await expect(handler(-1)).rejects.toThrow(RangeError);
    expect(receiver.spans).toHaveLength(2);
    await tracer.close();
    await receiver.close();
  });
});
