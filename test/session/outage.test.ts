import { performance } from 'node:perf_hooks';
import { freePort, startRestReceiver } from '../support/rest-receiver.js';
import { A, Counted, endQueues, queueTo, startOf } from './support.js';

// Back-off takes its real time here, so the scenarios run side by side.

const stderr: string[] = [];
let write: jest.SpyInstance;
beforeAll(() => {
  write = jest.spyOn(process.stderr, 'write').mockImplementation((text) => {
    stderr.push(String(text));
    return true;
  });
});
afterAll(() => {
  endQueues();
  write.mockRestore();
});

const within = (ms: number): number => performance.now() + ms;

it.concurrent('a start is sent again on 500, 429 and a broken connection', async () => {
  const receiver = await startRestReceiver();
  receiver.script({ status: 500 }, { reset: true }, { status: 429, headers: { 'Retry-After': '0' } });
  expect(await queueTo(receiver.url).start(A, startOf(A))).toBe('started');
  expect(receiver.requests).toHaveLength(4);
  await receiver.close();
});

it.concurrent('a start arrives after all, before the updates made meanwhile, when the server was down at first', async () => {
  const port = await freePort();
  const queue = queueTo(`http://127.0.0.1:${port}`);
  const outcome = queue.start(A, startOf(A, { inputs: { q: 1 } }));
  void queue.update(A, { metadata: { a: 1 } });
  expect(await outcome).toBe('given_up');
  expect(queue.started(A)).toBe('given_up');
  const late = await startRestReceiver(port);
  await queue.drain(within(10_000));
  expect(late.requests.map((r) => r.path)).toEqual(['/session/start', '/events']);
  expect(late.requests[0]?.body).toEqual(startOf(A, { inputs: { q: 1 } }));
  expect(late.state(A)).toEqual({ metadata: { a: 1 } });
  expect(queue.started(A)).toBe('started');
  await late.close();
});

it.concurrent('a start that fails forever does not hold up the update behind it', async () => {
  const receiver = await startRestReceiver();
  receiver.answer((request) => (request.path === '/session/start' ? { status: 500 } : undefined));
  const queue = queueTo(receiver.url);
  void queue.start(A, startOf(A));
  void queue.update(A, { metadata: { a: 1 } });
  await receiver.received(1, (r) => r.path === '/events');
  expect(receiver.requests.filter((r) => r.path === '/session/start').length).toBeGreaterThanOrEqual(4);
  expect(receiver.state(A)).toEqual({ metadata: { a: 1 } });
  await receiver.close();
});

it.concurrent('an update survives an outage and is delivered in one piece with what came after', async () => {
  const port = await freePort();
  const ledger = new Counted();
  const queue = queueTo(`http://127.0.0.1:${port}`, { ledger });
  await queue.update(A, { metadata: { a: 1 } });
  expect(ledger.counts.delivered).toBe(0);
  void queue.update(A, { metadata: { b: 2 } });
  const late = await startRestReceiver(port);
  await queue.drain(within(10_000));
  expect(late.requests).toHaveLength(1);
  expect(late.state(A)).toEqual({ metadata: { a: 1, b: 2 } });
  expect(ledger.pending).toBe(0);
  await late.close();
});

it.concurrent('nobody waits long for a server that is known to be down', async () => {
  const queue = queueTo(`http://127.0.0.1:${await freePort()}`);
  await queue.update(A, { metadata: { a: 1 } });
  const begin = performance.now();
  await queue.update(A, { metadata: { a: 2 } });
  expect(performance.now() - begin).toBeLessThan(5_000);
});

it.concurrent('an outage costs one request at a time, however many sessions wait', async () => {
  const receiver = await startRestReceiver();
  receiver.answer(() => ({ status: 503, after: new Promise((resolve) => setTimeout(resolve, 100)) }));
  const ledger = new Counted();
  const queue = queueTo(receiver.url, { ledger });
  for (let i = 0; i < 500; i += 1) void queue.update(`event-${i}`, { metadata: { i } });
  // At most eight leave together; from the first answer on the back-off is shared by all.
  // The first to come is alone too; the two after the wave are the probes.
  await receiver.received(3, (request) => request.inFlight === 1);
  const together = receiver.requests.map((request) => request.inFlight);
  expect(together.length).toBeLessThanOrEqual(10);
  expect(Math.max(...together)).toBeLessThanOrEqual(8);
  receiver.answer(undefined);
  await queue.drain(within(10_000));
  expect(ledger.pending).toBe(0);
  for (let i = 0; i < 500; i += 1) expect(receiver.state(`event-${i}`)).toEqual({ metadata: { i } });
  await receiver.close();
});
