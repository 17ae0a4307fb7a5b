import { deliveryTo, expectConserved } from '../support/delivery.js';
import { type OtlpReceiver, startReceiver } from '../support/otlp-receiver.js';
import { spanOf } from '../support/spans.js';

describe('delivery', () => {
  let receiver: OtlpReceiver;
  beforeEach(async () => {
    receiver = await startReceiver();
  });
  afterEach(() => receiver.close());

  it('delivers what is flushed and says so', async () => {
    const delivery = deliveryTo(receiver.url);
    for (let i = 0; i < 3; i++) delivery.enqueue(spanOf(`span ${i}`));
    expect(await delivery.flush()).toEqual({
      delivered: 3,
      pending: 0,
      spooled: 0,
      dropped: { count: 0, reasons: {} },
      timedOut: false,
    });
    expect(receiver.spans.map((span) => span.name)).toEqual(['span 0', 'span 1', 'span 2']);
    expect(receiver.requests[0]?.headers.authorization).toBe('Bearer test-key');
    await delivery.close();
  });

  it('delivers without being asked', async () => {
    const delivery = deliveryTo(receiver.url);
    delivery.enqueue(spanOf('on its own'));
    const deadline = Date.now() + 5_000;
    while (receiver.spans.length === 0 && Date.now() < deadline)
      await new Promise((resolve) => setTimeout(resolve, 20));
    expect(receiver.spans).toHaveLength(1);
    await delivery.close();
  });

  it('delivers 10,000 spans of one tick', async () => {
    const delivery = deliveryTo(receiver.url);
    for (let i = 0; i < 10_000; i++) delivery.enqueue(spanOf(`span ${i}`, { i }));
    const receipt = await delivery.close({ timeoutMs: 15_000 });
    expect(receipt).toMatchObject({ delivered: 10_000, pending: 0, dropped: { count: 0 } });
    expect(new Set(receiver.spans.map((span) => span.spanId)).size).toBe(10_000);
    expectConserved(delivery);
  });

  it.each(['http/protobuf', 'http/json'] as const)('compresses and speaks %s', async (protocol) => {
    const delivery = deliveryTo(receiver.url, { protocol });
    delivery.enqueue(spanOf('big', { text: 'ä€😀'.repeat(2_000) }));
    expect((await delivery.close()).delivered).toBe(1);
    expect(receiver.requests[0]?.headers['content-encoding']).toBe('gzip');
    expect(receiver.spans[0]?.name).toBe('big');
  });

  it('sends once what was answered with success, even if the answer breaks off', async () => {
    receiver.answer = (_request, response) => {
      receiver.answer = undefined;
      response.writeHead(200, { 'content-length': '1000' });
      response.write('{', () => response.destroy());
      return true;
    };
    const delivery = deliveryTo(receiver.url);
    delivery.enqueue(spanOf('once'));
    expect(await delivery.flush()).toMatchObject({ delivered: 1, pending: 0 });
    await delivery.close();
    expect(receiver.requests).toHaveLength(1);
  });

  it('takes nothing more once it is closed', async () => {
    const delivery = deliveryTo(receiver.url);
    delivery.enqueue(spanOf('first'));
    const [one, two] = await Promise.all([delivery.close(), delivery.close()]);
    expect(one).toBe(two);
    delivery.enqueue(spanOf('late'));
    expect(delivery.stats()).toMatchObject({ made: 1, delivered: 1 });
  });
});
