import { HoneyHiveTracer, trace } from 'honeyhive-decorators';
import { type OtlpReceiver, startReceiver } from '../support/otlp-receiver.js';

/** What a test suite fakes so that its own code need not wait. Sockets cannot do without the two that it leaves. */
const install = () => jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask'], now: 0 });

describe('under the fake timers of a test suite', () => {
  let receiver: OtlpReceiver;
  beforeEach(async () => {
    receiver = await startReceiver();
  });
  afterEach(async () => {
    jest.useRealTimers();
    await receiver.close();
  });

  it.each([['installed before the tracer'], ['installed after it']])('everything is delivered: %s', async (when) => {
    if (when === 'installed before the tracer') install();
    const tracer = HoneyHiveTracer.init({
      serverUrl: `http://127.0.0.1:${receiver.port}`,
      global: false,
      handleExit: false,
    });
    install();
    trace({ tracer })(function work() {})();
    expect(await tracer.flush()).toMatchObject({ pending: 0, timedOut: false });
    trace({ tracer })(function more() {})();
    await tracer.enrichSession({ step: 2 });
    expect(await tracer.close()).toMatchObject({ pending: 0, dropped: { count: 0 }, timedOut: false });
    expect(receiver.spans.map(({ name }) => name)).toEqual(['work', 'more']);
  });
});
