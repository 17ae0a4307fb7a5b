import { performance } from 'node:perf_hooks';
import type { OutgoingRequest, SpoolTicket } from '../../src/delivery/contract.js';
import { freePort, startRestReceiver } from '../support/rest-receiver.js';
import { A, endQueues, queueTo, startOf } from './support.js';

/** A spool as the queue sees it: what it holds, in order. */
function spool(): {
  held: () => OutgoingRequest[];
  put: (request: OutgoingRequest) => SpoolTicket;
  filled: (count: number) => Promise<void>;
} {
  const held = new Set<OutgoingRequest>();
  const watchers = new Set<() => void>();
  return {
    held: () => [...held],
    put(request) {
      held.add(request);
      setImmediate(() => {
        for (const watch of [...watchers]) watch();
      });
      return { done: () => void held.delete(request), read: () => request.body };
    },
    filled: (count) =>
      new Promise((resolve) => {
        const check = (): void => {
          if (held.size < count) return;
          watchers.delete(check);
          resolve();
        };
        watchers.add(check);
        check();
      }),
  };
}

const bodies = (requests: readonly OutgoingRequest[]): unknown[] =>
  requests.map((r) => JSON.parse(Buffer.from(r.body).toString()));
let write: jest.SpyInstance;
beforeEach(() => {
  write = jest.spyOn(process.stderr, 'write').mockImplementation(() => true);
});
afterEach(() => {
  endQueues();
  write.mockRestore();
});

it('what waits for a server that is down is kept on disk, and handed over as the same requests', async () => {
  const disk = spool();
  const queue = queueTo(`http://127.0.0.1:${await freePort()}`, { headers: {}, spoolRequest: disk.put });
  void queue.start(A, startOf(A));
  void queue.update(A, { metadata: { a: 1 } });
  await disk.filled(2);
  expect(bodies(disk.held())).toEqual([startOf(A), { event_id: A, metadata: { a: 1 } }]);
  const held = disk.held();
  const taken = queue.takeUnsent?.() ?? [];
  expect(taken.length).toBe(2);
  expect(taken.every((request, i) => request === held[i])).toBe(true);
});

it('what was added since replaces it', async () => {
  const disk = spool();
  const queue = queueTo(`http://127.0.0.1:${await freePort()}`, { headers: {}, spoolRequest: disk.put });
  void queue.update(A, { metadata: { a: 1 } });
  await disk.filled(1);
  void queue.update(A, { metadata: { b: 1 } });
  const taken = queue.takeUnsent?.() ?? [];
  expect(bodies(taken)).toEqual([{ event_id: A, metadata: { a: 1, b: 1 } }]);
  expect(taken[0]?.items).toBe(2);
  expect(disk.held()).toEqual([]);
});

it('what was delivered is gone from it', async () => {
  const disk = spool();
  const receiver = await startRestReceiver();
  const after = disk.filled(1);
  receiver.answer(() => ({ after }));
  const queue = queueTo(receiver.url, { headers: {}, spoolRequest: disk.put });
  void queue.update(A, { metadata: { a: 1 } });
  await queue.drain(performance.now() + 10_000);
  expect(receiver.state(A)).toEqual({ metadata: { a: 1 } });
  expect(disk.held()).toEqual([]);
  await receiver.close();
});
