import { performance } from 'node:perf_hooks';
import type { SessionQueue, SessionQueueOptions } from '../../src/session/queue.js';
import { freePort, type RestReceiver, startRestReceiver } from '../support/rest-receiver.js';
import { A, B, Counted, endQueues, KEY, queueTo as queueAt, startOf } from './support.js';

let receiver: RestReceiver;
let ledger: Counted;
let stderr: string[];
let write: jest.SpyInstance;

beforeEach(async () => {
  receiver = await startRestReceiver();
  ledger = new Counted();
  stderr = [];
  write = jest.spyOn(process.stderr, 'write').mockImplementation((text) => {
    stderr.push(String(text));
    return true;
  });
  // Each test sees its own warnings: one line per cause and minute holds within one.
  delete (globalThis as unknown as Record<symbol, unknown>)[Symbol.for('honeyhive-decorators.v1')];
});
afterEach(async () => {
  endQueues();
  write.mockRestore();
  await receiver.close();
});

const queueTo = (options: Partial<SessionQueueOptions> = {}): SessionQueue =>
  queueAt(receiver.url, { ledger, ...options });
const within = (ms: number): number => performance.now() + ms;
const puts = (): typeof receiver.requests => receiver.requests.filter((r) => r.method === 'PUT');

describe('a start', () => {
  it('is posted with headers, once per session', async () => {
    const queue = queueTo();
    expect(queue.started(A)).toBe('unknown');
    const first = queue.start(A.toUpperCase(), startOf(A));
    expect(queue.started(A)).toBe('pending');
    expect(await Promise.all([first, queue.start(A, startOf(A))])).toEqual(['started', 'started']);
    expect(await queue.start(A, startOf(A))).toBe('started');
    expect(queue.started(A)).toBe('started');
    expect(receiver.requests).toHaveLength(1);
    expect(receiver.requests[0]).toMatchObject({
      method: 'POST',
      path: '/session/start',
      body: startOf(A),
      headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json', accept: 'application/json' },
    });
    expect(ledger.counts).toMatchObject({ made: 0, delivered: 0 });
  });

  it('is not sent again when it was refused, and says why', async () => {
    receiver.script({ status: 400, body: { message: 'session_name is bad' } });
    const queue = queueTo();
    expect(await queue.start(A, startOf(A))).toBe('given_up');
    expect(queue.started(A)).toBe('given_up');
    await queue.drain(within(5_000));
    expect(receiver.requests).toHaveLength(1);
    expect(stderr.join('')).toContain('session_name is bad');
  });
});

describe('an update', () => {
  it('is one PUT of the event', async () => {
    await queueTo().update(A, { metadata: { a: 1 }, duration: 12 });
    expect(receiver.requests).toHaveLength(1);
    expect(receiver.requests[0]).toMatchObject({
      method: 'PUT',
      path: '/events',
      body: { event_id: A, metadata: { a: 1 }, duration: 12 },
    });
    expect(ledger.counts).toMatchObject({ made: 1, delivered: 1, requests: 1, retries: 0 });
  });

  it('waits for the start of its session, and for no other', async () => {
    let answer!: () => void;
    const after = new Promise<void>((resolve) => {
      answer = resolve;
    });
    receiver.answer((r) => (r.path === '/session/start' ? { after } : undefined));
    const queue = queueTo();
    void queue.start(A, startOf(A));
    const held = queue.update(A, { metadata: { a: 1 } });
    await queue.update(B, { metadata: { b: 1 } });
    expect(puts().map((r) => r.body.event_id)).toEqual([B]);
    answer();
    await held;
    expect(puts().map((r) => r.body.event_id)).toEqual([B, A]);
  });

  it('10,000 in a loop cost a handful of requests and end in the same state', async () => {
    const queue = queueTo();
    const calls = Array.from({ length: 10_000 }, (_, i) =>
      queue.update(A, { metadata: { last: i, [`k${i % 50}`]: i }, metrics: { n: i } }),
    );
    await Promise.all(calls);
    expect(receiver.requests.length).toBeLessThanOrEqual(20);
    const expected: Record<string, number> = { last: 9_999 };
    for (let k = 0; k < 50; k += 1) expected[`k${k}`] = 9_950 + k;
    expect(receiver.state(A)).toEqual({ metadata: expected, metrics: { n: 9_999 } });
    expect(ledger.counts).toMatchObject({ made: 10_000, delivered: 10_000 });
    expect(ledger.pending).toBe(0);
  });

  it('10,000 of distinct keys are sent in portions, in order', async () => {
    const queue = queueTo();
    for (let i = 0; i < 10_000; i += 1) void queue.update(A, { metadata: { [`key ${i}`]: `value ${i}` } });
    await queue.drain(within(10_000));
    expect(receiver.requests.length).toBeLessThanOrEqual(20);
    expect(Object.keys(receiver.state(A).metadata as object)).toHaveLength(10_000);
    expect(ledger.pending).toBe(0);
  });

  it('keeps the order of updates made while an earlier one is under way', async () => {
    const queue = queueTo();
    receiver.script({ status: 503 });
    for (let i = 0; i < 5; i += 1) {
      void queue.update(A, { metadata: { n: i } });
      await receiver.received(i + 1);
    }
    await queue.drain(within(10_000));
    expect(receiver.state(A)).toEqual({ metadata: { n: 4 } });
    expect(ledger.pending).toBe(0);
  });

  it('that is refused is reported once, with the reason, and counted by calls', async () => {
    receiver.answer(() => ({ status: 422, body: { error: { message: `no such event, ${KEY}` } } }));
    const queue = queueTo();
    const calls = [
      queue.update(A, { metadata: { a: 1 } }),
      queue.update(A, { metadata: { b: 1 } }),
      queue.update(A, { feedback: { c: 1 } }),
    ];
    await Promise.all(calls);
    expect(receiver.requests).toHaveLength(1);
    expect(ledger.drops).toEqual([{ reason: 'refused', count: 3, names: [`session ${A}`] }]);
    expect(stderr).toHaveLength(1);
    expect(stderr[0]).toContain('no such event');
    expect(stderr[0]).toContain('422');
    expect(stderr[0]).not.toContain(KEY);
  });

  it('that is too large is split down to what the server takes', async () => {
    receiver.answer((r) => (JSON.stringify(r.body).length > 200 ? { status: 413 } : undefined));
    const queue = queueTo();
    for (let i = 0; i < 20; i += 1) void queue.update(A, { metadata: { [`k${i}`]: 'x'.repeat(40) } });
    void queue.update(A, { feedback: { big: 'y'.repeat(500) } });
    await queue.drain(within(10_000));
    expect(Object.keys(receiver.state(A).metadata as object)).toHaveLength(20);
    expect(ledger.drops.map((d) => d.reason)).toEqual(['too_large']);
    expect(ledger.pending).toBe(0);
  });

  it('that is split counts with its last part, as lost if any part was', async () => {
    receiver.answer((r) => (JSON.stringify(r.body).length > 400 ? { status: 413 } : undefined));
    const queue = queueTo();
    await queue.update(A, { metadata: { documents: 'y'.repeat(500) }, metrics: { turns: 3 } });
    expect(receiver.state(A)).toEqual({ metrics: { turns: 3 } });
    expect(ledger.drops).toEqual([{ reason: 'too_large', count: 1, names: [`session ${A}`] }]);
    expect(ledger.counts).toMatchObject({ made: 1, delivered: 0 });
    expect(ledger.pending).toBe(0);
  });

  it('honours Retry-After', async () => {
    receiver.script({ status: 429, headers: { 'Retry-After': '1' } });
    const queue = queueTo();
    const begin = performance.now();
    await queue.update(A, { metadata: { a: 1 } });
    expect(performance.now() - begin).toBeGreaterThanOrEqual(990);
    expect(ledger.counts).toMatchObject({ requests: 2, retries: 1, delivered: 1 });
  });

  it('is not hurried by a flush where the server asked for time', async () => {
    receiver.script({ status: 429, headers: { 'Retry-After': '60' } });
    const queue = queueTo();
    void queue.update(A, { metadata: { a: 1 } });
    await queue.drain(within(5_000));
    await queue.drain(within(5_000));
    expect(receiver.requests).toHaveLength(1);
    expect(queue.takeUnsent?.()).toHaveLength(1);
  });

  it('of one event does not wait for another that fails', async () => {
    receiver.answer((r) => (r.body.event_id === A ? { status: 500 } : undefined));
    const queue = queueTo();
    void queue.update(A, { metadata: { a: 1 } });
    await queue.update(B, { metadata: { b: 1 } });
    await queue.update(B, { metadata: { b: 2 } });
    expect(receiver.state(B)).toEqual({ metadata: { b: 2 } });
    expect(ledger.pending).toBe(1);
  });

  it('without data sends nothing', async () => {
    await queueTo().update(A, {});
    expect(receiver.requests).toHaveLength(0);
    expect(ledger.counts.made).toBe(0);
  });

  it('goes out at most eight at a time', async () => {
    const queue = queueTo();
    for (let i = 0; i < 200; i += 1) void queue.update(`event-${i}`, { metadata: { i } });
    await queue.drain(within(10_000));
    expect(receiver.requests).toHaveLength(200);
    expect(Math.max(...receiver.requests.map((r) => r.inFlight))).toBeLessThanOrEqual(8);
    expect(ledger.pending).toBe(0);
  });
});

describe('a server that refuses the key', () => {
  it.each([401, 403])(
    'keeps the data, warns once without the key, and delivers when it is accepted (%i)',
    async (status) => {
      receiver.answer(() => ({ status }));
      const queue = queueTo();
      const outcome = queue.start(A, startOf(A));
      await queue.update(A, { metadata: { a: 1 } });
      expect(await outcome).toBe('given_up');
      await queue.drain(within(5_000));
      expect(ledger.pending).toBe(1);
      // Another test's queue may still be looking for its server.
      const lines = stderr.filter((line) => line.includes(receiver.url));
      expect(lines).toEqual([expect.stringContaining('HH_API_KEY')]);
      expect(lines[0]).not.toContain(KEY);
      receiver.answer(undefined);
      await queue.drain(within(5_000));
      expect(ledger.pending).toBe(0);
      expect(receiver.state(A)).toEqual({ metadata: { a: 1 } });
      expect(queue.started(A)).toBe('started');
    },
  );
});

describe('an answer that cannot be read', () => {
  it.each<[string, Record<string, string>, string]>([
    ['is no gzip', { 'Content-Encoding': 'gzip' }, 'not zipped'],
    ['is longer than anybody needs', {}, 'x'.repeat(2 * 1024 * 1024)],
  ])('%s: its status counts', async (_what, headers, body) => {
    receiver.answer(() => ({ headers, body }));
    const queue = queueTo();
    void queue.start(A, startOf(A));
    await queue.update(A, { metadata: { a: 1 } });
    expect(puts()).toHaveLength(1);
    expect(ledger.counts).toMatchObject({ made: 1, delivered: 1, retries: 0 });
  });
});

describe('many sessions', () => {
  it('whose starts find no room are given up, and say so', async () => {
    receiver.answer(() => ({ hang: true }));
    const queue = queueTo();
    for (let i = 0; i < 10_000; i++) void queue.start(`waiting-${i}`, startOf(`waiting-${i}`));
    expect(await queue.start(A, startOf(A))).toBe('given_up');
    expect(queue.started(A)).toBe('given_up');
    expect(stderr.join('')).toContain('is dropped');
  });

  it('whose updates find no room cost no more than to say so', async () => {
    receiver.answer(() => ({ hang: true }));
    const queue = queueTo();
    const text = 'x'.repeat(1024 * 1024);
    for (let i = 0; i < 40; i++) void queue.update(`event-${i}`, { metadata: { text } });
    const written = jest.spyOn(JSON, 'stringify');
    for (let i = 0; i < 10; i++) void queue.update(`more-${i}`, { metadata: { text } });
    const calls = written.mock.calls.length;
    written.mockRestore();
    expect(calls).toBeLessThanOrEqual(20);
    expect(ledger.drops.length).toBeGreaterThanOrEqual(10);
    expect(ledger.counts.made - ledger.pending).toBe(ledger.drops.length);
  });
});

describe('credentials', () => {
  it('do not follow a redirect', async () => {
    const other = await startRestReceiver();
    receiver.answer((r) => ({ status: 307, headers: { Location: `${other.url}${r.path}` } }));
    await queueTo().update(A, { metadata: { a: 1 } });
    expect(other.requests).toHaveLength(0);
    expect(ledger.pending).toBe(1);
    expect(stderr.join('')).toContain('redirect');
    await other.close();
  });

  it('are not sent over plain http to another machine', async () => {
    const queue = queueTo({ serverUrl: 'http://192.0.2.1:4318' });
    await queue.update(A, { metadata: { a: 1 } });
    expect(stderr.join('')).toContain('allowInsecure');
    expect(ledger.counts.delivered).toBe(0);
    // Whoever takes it over decides by the same rule.
    expect(queue.takeUnsent?.()).toHaveLength(1);
  });

  it.each([
    ['a user in the address', 'http://user:secret@192.0.2.1:4318', {}],
    ['a key in its query', 'http://192.0.2.1:4318/?api_key=secret', {}],
    ['a team', 'http://192.0.2.1:4318', { 'x-honeycomb-team': 'secret' }],
    ['an ingestion key', 'http://192.0.2.1:4318', { 'signoz-ingestion-key': 'secret' }],
    ['a data source name', 'http://192.0.2.1:4318', { 'uptrace-dsn': 'https://secret@uptrace.example' }],
  ])('%s is one', async (_what, serverUrl, headers) => {
    await queueTo({ serverUrl, headers }).update(A, { metadata: { a: 1 } });
    expect(stderr.join('')).toContain('allowInsecure');
    expect(ledger.counts.requests).toBe(1);
  });

  it('are not those of the program: its axios interceptors and defaults stay its own', async () => {
    const axios = (await import('axios')).default;
    axios.defaults.headers.common['X-Private'] = 'of the program';
    const seen = jest.fn((config: unknown) => config);
    const id = axios.interceptors.request.use(seen as never);
    await queueTo().update(A, { metadata: { a: 1 } });
    axios.interceptors.request.eject(id);
    delete axios.defaults.headers.common['X-Private'];
    expect(seen).not.toHaveBeenCalled();
    expect(receiver.requests[0]?.headers['x-private']).toBeUndefined();
  });
});

describe('a touch', () => {
  it('sends the start again, without data that could overwrite enrichment', async () => {
    const queue = queueTo();
    await queue.start(A, startOf(A, { metadata: { a: 1 } }));
    await queue.touch(A);
    expect(receiver.requests.map((r) => r.body)).toEqual([startOf(A, { metadata: { a: 1 } }), startOf(A)]);
  });

  it('of a session of another process sends what is known', async () => {
    const queue = queueTo();
    await queue.touch(A);
    expect(receiver.requests.map((r) => r.body)).toEqual([{ session: { session_id: A } }]);
  });

  it('a thousand times in a loop costs a handful of requests', async () => {
    const queue = queueTo();
    await Promise.all(Array.from({ length: 1_000 }, () => queue.touch(A)));
    expect(receiver.requests.length).toBeLessThanOrEqual(2);
  });
});

describe('warnings', () => {
  it('come once per cause, name the address, and say what to do', async () => {
    const port = await freePort();
    const queue = queueTo({ serverUrl: `http://127.0.0.1:${port}` });
    void queue.update(A, { metadata: { a: 1 } });
    for (let i = 0; i < 3; i += 1) await queue.drain(within(200));
    expect(stderr).toHaveLength(1);
    expect(stderr[0]).toContain(`nothing listens at http://127.0.0.1:${port}: start the server`);
    queue.takeUnsent?.();
  });

  it('say that a host is unknown', async () => {
    const queue = queueTo({ serverUrl: 'https://no-such-host.invalid' });
    void queue.update(A, { metadata: { a: 1 } });
    await queue.drain(within(300));
    await queue.drain(within(300));
    expect(stderr.join('')).toMatch(/no-such-host.invalid/);
    expect(stderr.join('')).not.toContain(KEY);
    queue.takeUnsent?.();
  });
});

describe('draining', () => {
  it('sends at once what waits for company, and starts too', async () => {
    const queue = queueTo();
    void queue.start(A, startOf(A));
    void queue.update(A, { metadata: { a: 1 } });
    await queue.drain(within(5_000));
    expect(receiver.requests.map((r) => r.path)).toEqual(['/session/start', '/events']);
    expect(ledger.pending).toBe(0);
  });

  it('ends at its deadline where the server hangs', async () => {
    receiver.answer(() => ({ hang: true }));
    const queue = queueTo();
    void queue.update(A, { metadata: { a: 1 } });
    const begin = performance.now();
    await queue.drain(within(300));
    const took = performance.now() - begin;
    expect(took).toBeGreaterThanOrEqual(295);
    expect(took).toBeLessThan(3_000);
    expect(ledger.pending).toBe(1);
  });

  it('does not wait for what is made after it began', async () => {
    receiver.answer((r) => (r.body.event_id === B ? { hang: true } : undefined));
    const queue = queueTo();
    void queue.update(A, { metadata: { a: 1 } });
    const drained = queue.drain(within(10_000));
    void queue.update(B, { metadata: { b: 1 } });
    await drained;
    expect(receiver.state(A)).toEqual({ metadata: { a: 1 } });
  });

  it('resolves at once where nothing waits', async () => {
    await queueTo().drain(within(60_000));
    expect(receiver.requests).toHaveLength(0);
  });
});

describe('handing over', () => {
  it('gives starts and merged updates, once, and lets nobody wait', async () => {
    const queue = queueTo({ serverUrl: `http://127.0.0.1:${await freePort()}` });
    const outcome = queue.start(A, startOf(A));
    const update = queue.update(A, { metadata: { a: 1 } });
    void queue.update(A, { metadata: { a: 2 }, metrics: { m: 1 } });
    const taken = queue.takeUnsent?.() ?? [];
    expect(taken.map(({ kind, method, url, items }) => ({ kind, method, path: new URL(url).pathname, items }))).toEqual(
      [
        { kind: 'session', method: 'POST', path: '/session/start', items: 0 },
        { kind: 'enrichment', method: 'PUT', path: '/events', items: 2 },
      ],
    );
    expect(taken.map((r) => JSON.parse(Buffer.from(r.body).toString()))).toEqual([
      startOf(A),
      { event_id: A, metadata: { a: 2 }, metrics: { m: 1 } },
    ]);
    expect(queue.takeUnsent?.()).toEqual([]);
    expect(await outcome).toBe('given_up');
    await update;
    await queue.drain(within(5_000));
  });

  it('counts an update under way once, whoever delivers it', async () => {
    let answer!: () => void;
    const after = new Promise<void>((resolve) => {
      answer = resolve;
    });
    receiver.answer(() => ({ after }));
    const queue = queueTo();
    void queue.update(A, { metadata: { a: 1 } });
    await receiver.received(1);
    expect(queue.takeUnsent?.()).toHaveLength(1);
    answer();
    await queue.update(B, { metadata: { b: 1 } });
    expect(ledger.counts).toMatchObject({ made: 2, delivered: 1 });
  });
});

describe('bounds', () => {
  it('drops what is beyond them, counted', async () => {
    const queue = queueTo({ serverUrl: `http://127.0.0.1:${await freePort()}` });
    const text = 'x'.repeat(1024 * 1024);
    for (let i = 0; i < 40; i += 1) void queue.update(`event-${i}`, { metadata: { text } });
    const dropped = ledger.drops.reduce((sum, d) => sum + d.count, 0);
    expect(dropped).toBeGreaterThan(5);
    expect(ledger.drops.every((d) => d.reason === 'queue_full')).toBe(true);
    expect(ledger.pending).toBe(40 - dropped);
    expect(queue.takeUnsent?.()).toHaveLength(40 - dropped);
  });

  it('do not count overwritten values', async () => {
    const queue = queueTo({ serverUrl: `http://127.0.0.1:${await freePort()}` });
    const text = 'x'.repeat(100 * 1024);
    for (let i = 0; i < 500; i += 1) void queue.update(A, { metadata: { text: `${i}${text}` } });
    expect(ledger.drops).toEqual([]);
    expect(queue.takeUnsent?.()).toHaveLength(1);
  });
});
