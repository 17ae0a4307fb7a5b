import { report, runProgram } from '../support/fault-program.js';
import { type Fault, startFaultProxy } from '../support/fault-proxy.js';
import { type OtlpReceiver, startReceiver } from '../support/otlp-receiver.js';

/** The whole length under `npm run test:faults`; a short form of the same otherwise. */
const long = process.env.HH_LONG === '1';
const OUTAGE_MS = long ? 30_000 : 800;
const TIMEOUT = long ? 120_000 : 30_000;

const busy = (status: string, headers = '') => `HTTP/1.1 ${status}\r\ncontent-length: 0\r\n${headers}\r\n`;

function statsOf(stdout: string): {
  made: number;
  delivered: number;
  dropped: number;
  pending: number;
  queuedBytes: number;
} {
  return JSON.parse(/stats (\{.*?\})/.exec(stdout)?.[1] ?? '{}');
}

describe('load and outages', () => {
  let receiver: OtlpReceiver;
  beforeEach(async () => {
    receiver = await startReceiver();
  });
  afterEach(() => receiver.close());

  const distinct = () => new Set(receiver.spans.map((span) => span.spanId)).size;
  const server = () => `http://127.0.0.1:${receiver.port}`;

  it(
    'S12: 10,000 spans of one tick arrive, and the event loop stays free',
    async () => {
      const result = await runProgram({ server: server(), spans: 10_000, tick: true, ending: 'natural' });
      report('S12 10,000 in a tick', {
        made: 10_000,
        delivered: distinct(),
        dropped: 10_000 - distinct(),
        loop: /longest (.*)/.exec(result.stdout)?.[1],
      });
      expect(distinct()).toBe(10_000);
    },
    TIMEOUT,
  );

  it(
    'S12: 100,000 spans of one tick arrive',
    async () => {
      const spans = long ? 100_000 : 30_000;
      // Less room than they take: they have to be compressed while they are made.
      const options = long ? {} : { limits: { queueBytes: 16 * 1024 * 1024 } };
      await runProgram({ server: server(), spans, ending: 'closed', flushMs: 60_000, options });
      report(`S12 ${spans} in a tick`, { made: spans, delivered: distinct(), dropped: spans - distinct() });
      expect(distinct()).toBe(spans);
    },
    TIMEOUT,
  );

  it(
    'S13: 1,000 spans of 1 MB against a back end that hangs: a program with a heap of 256 MB lives',
    async () => {
      receiver.answer = () => true;
      const result = await runProgram(
        {
          server: server(),
          spans: 0,
          bytes: 1_000_000,
          count: long ? 1_000 : 200,
          ending: 'exit',
          stats: true,
          options: { limits: { valueLength: 2_000_000, spanBytes: 4_000_000 } },
        },
        ['--max-old-space-size=256'],
      );
      expect(result).toMatchObject({ code: 7, signal: null });
      const { made, delivered, dropped } = statsOf(result.stdout);
      report('S13 1 MB spans, hung', { made, delivered, dropped, rss: /rss (\d+)/.exec(result.stdout)?.[1] });
      expect(made).toBe(delivered + dropped);
      expect(Number(/rss (\d+)/.exec(result.stdout)?.[1])).toBeLessThan(500 * 1024 * 1024);
    },
    TIMEOUT,
  );

  it.each<[string, Fault]>([
    ['refused', { kind: 'refuse' }],
    ['503', { kind: 'answer', raw: busy('503 Service Unavailable') }],
    ['429, Retry-After', { kind: 'answer', raw: busy('429 Too Many Requests', `retry-after: ${long ? 30 : 1}\r\n`) }],
    ['hang', { kind: 'hang' }],
  ])(
    'S6: an outage at 100 spans/s loses nothing (%s)',
    async (name, fault) => {
      const proxy = await startFaultProxy(receiver.port);
      await proxy.set(fault);
      const seconds = OUTAGE_MS / 1_000 + (long ? 10 : 0.5);
      const running = runProgram({ server: proxy.url, perSecond: 100, seconds, ending: 'closed', flushMs: 60_000 });
      await new Promise((resolve) => setTimeout(resolve, OUTAGE_MS));
      await proxy.set({ kind: 'none' });
      const result = await running;
      await proxy.close();
      const { made, dropped } = statsOf(result.stdout);
      report(`S6 outage of ${OUTAGE_MS} ms, ${name}`, { made, delivered: distinct(), dropped, seed: proxy.seed });
      expect(made).toBe(Math.floor(seconds * 100));
      expect(distinct()).toBe(made);
    },
    TIMEOUT,
  );

  it(
    '10,000 spans/s: nothing is lost, memory is bounded',
    async () => {
      const seconds = long ? 60 : 1;
      const result = await runProgram({
        server: server(),
        perSecond: 10_000,
        seconds,
        ending: 'closed',
        stats: true,
        flushMs: 20_000,
      });
      const made = 10_000 * seconds;
      const rss = Number(/rss (\d+)/.exec(result.stdout)?.[1]);
      report(`10,000 spans/s for ${seconds} s`, { made, delivered: distinct(), dropped: made - distinct(), rss });
      expect(distinct()).toBe(made);
      expect(rss).toBeLessThan(400 * 1024 * 1024);
    },
    TIMEOUT,
  );
});
