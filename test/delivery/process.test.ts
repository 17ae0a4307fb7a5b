import { deliveryTo } from '../support/delivery.js';
import { type OtlpReceiver, startReceiver } from '../support/otlp-receiver.js';
import { spanOf } from '../support/spans.js';

const EVENTS = ['exit', 'beforeExit', 'SIGTERM', 'SIGINT', 'SIGHUP', 'newListener', 'removeListener'] as const;
const counts = () => Object.fromEntries(EVENTS.map((event) => [event, process.listenerCount(event)]));

describe('the hooks of the process', () => {
  let receiver: OtlpReceiver;
  beforeEach(async () => {
    receiver = await startReceiver();
  });
  afterEach(() => receiver.close());

  it('are one set for all tracers and all copies of the package, and go with the last', async () => {
    const before = counts();
    const emit = process.emit;
    const one = deliveryTo(receiver.url, { handleExit: true });
    const hooked = counts();
    expect(hooked).not.toEqual(before);
    const two = deliveryTo(receiver.url, { handleExit: true });
    let three: ReturnType<typeof deliveryTo> | undefined;
    jest.isolateModules(() => {
      const copy = require('../support/delivery.js') as { deliveryTo: typeof deliveryTo };
      expect(copy.deliveryTo).not.toBe(deliveryTo);
      three = copy.deliveryTo(receiver.url, { handleExit: true });
    });
    expect(counts()).toEqual(hooked);
    await Promise.all([one.close(), two.close()]);
    expect(counts()).toEqual(hooked);
    await three?.close();
    expect(counts()).toEqual(before);
    expect(process.emit).toBe(emit);
  });

  it('step aside while the app listens to a signal itself', async () => {
    const delivery = deliveryTo(receiver.url, { handleExit: true });
    const own = () => undefined;
    process.on('SIGHUP', own);
    await new Promise((resolve) => process.nextTick(resolve));
    expect(process.listeners('SIGHUP')).toEqual([own]);
    process.removeListener('SIGHUP', own);
    expect(process.listenerCount('SIGHUP')).toBe(1);
    await delivery.close();
    expect(process.listenerCount('SIGHUP')).toBe(0);
  });
});

describe('time', () => {
  it('S29: a wall clock that jumps back changes nothing', async () => {
    const receiver = await startReceiver();
    receiver.answer = (_request, response) => {
      receiver.answer = undefined;
      response.writeHead(503).end();
      return true;
    };
    const now = jest.spyOn(Date, 'now');
    const delivery = deliveryTo(receiver.url);
    delivery.enqueue(spanOf('before'));
    const flushing = delivery.flush({ timeoutMs: 10_000 });
    now.mockReturnValue(0);
    delivery.enqueue(spanOf('after', {}, { startTime: [-5, 0], endTime: [0, 1] }));
    expect((await flushing).timedOut).toBe(false);
    await delivery.close();
    now.mockRestore();
    expect(delivery.stats()).toMatchObject({ made: 2, delivered: 2, retries: 1 });
    await receiver.close();
  });

  it('flushing all day against a dead back end leaves nothing behind', async () => {
    const delivery = deliveryTo('http://127.0.0.1:9/v1/traces');
    delivery.enqueue(spanOf('waits'));
    for (let i = 0; i < 50; i++) expect((await delivery.flush({ timeoutMs: 1 })).pending).toBe(1);
    const receipts = await Promise.all(Array.from({ length: 20 }, () => delivery.flush({ timeoutMs: 20 })));
    expect(receipts.every((receipt) => receipt.timedOut)).toBe(true);
    expect((await delivery.close({ timeoutMs: 1 })).dropped.reasons).toEqual({ closed: 1 });
  });

  it.each([Number.NaN, -1, 0, Infinity, undefined])('takes any timeout (%s)', async (timeoutMs) => {
    const receiver = await startReceiver();
    const delivery = deliveryTo(receiver.url);
    await expect(delivery.flush({ timeoutMs } as { timeoutMs: number })).resolves.toMatchObject({ pending: 0 });
    await delivery.close();
    await receiver.close();
  });
});
