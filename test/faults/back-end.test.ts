import { randomBytes } from 'node:crypto';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import type { Drop } from '../../src/delivery/contract.js';
import type { Delivery } from '../../src/delivery/delivery.js';
import { deliveryTo, expectConserved } from '../support/delivery.js';
import { report } from '../support/fault-program.js';
import { type Fault, type FaultProxy, startFaultProxy } from '../support/fault-proxy.js';
import { type OtlpReceiver, startReceiver } from '../support/otlp-receiver.js';
import { spanOf } from '../support/spans.js';
import { TEST_CERTIFICATE, TEST_KEY } from '../support/tls.js';
import { collectWarnings } from '../support/warnings.js';
import keptSeeds from './kept-seeds.json';

const raw = (status: string, headers = '', body = '') =>
  `HTTP/1.1 ${status}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n${headers}\r\n${body}`;
const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024));

describe('a back end that misbehaves', () => {
  let receiver: OtlpReceiver;
  let proxy: FaultProxy;
  let warnings: ReturnType<typeof collectWarnings>;
  beforeEach(async () => {
    receiver = await startReceiver();
    proxy = await startFaultProxy(receiver.port, Number(process.env.HH_SEED ?? Math.floor(Math.random() * 2 ** 31)));
    warnings = collectWarnings();
  });
  afterEach(async () => {
    warnings.stop();
    await proxy.close();
    await receiver.close();
  });

  const open = (more: Parameters<typeof deliveryTo>[1] = {}) =>
    deliveryTo(`${proxy.url}/opentelemetry/v1/traces`, more);
  function make(delivery: Delivery, count: number): void {
    for (let i = 0; i < count; i++) delivery.enqueue(spanOf(`span ${i}`));
  }
  function tell(name: string, delivery: Delivery): void {
    const { made, delivered, dropped, pending, retries } = delivery.stats();
    report(name, { made, delivered, dropped, pending, retries, seed: proxy.seed });
    expectConserved(delivery);
  }
  const distinct = () => new Set(receiver.spans.map((span) => span.spanId)).size;

  // Each of these passes, and nothing may be lost meanwhile.
  const passing: [string, Fault, RegExp][] = [
    ['S6 refused', { kind: 'refuse' }, /refuses the connection/],
    ['S7 503', { kind: 'answer', raw: raw('503 Service Unavailable') }, /problem of its own \(503\)/],
    [
      'S7 429, Retry-After: 1',
      { kind: 'answer', raw: raw('429 Too Many Requests', 'retry-after: 1\r\n') },
      /fewer requests/,
    ],
    [
      'S7 503, Retry-After: 10abc',
      { kind: 'answer', raw: raw('503 Service Unavailable', 'retry-after: 10abc\r\n') },
      /\(503\)/,
    ],
    [
      'S7 503, Retry-After: -1',
      { kind: 'answer', raw: raw('503 Service Unavailable', 'retry-after: -1\r\n') },
      /\(503\)/,
    ],
    [
      'S7 503, Retry-After in the past',
      { kind: 'answer', raw: raw('503 Service Unavailable', 'retry-after: Wed, 21 Oct 2015 07:28:00 GMT\r\n') },
      /\(503\)/,
    ],
    ['S8 reset before the answer', { kind: 'reset', afterBytes: 0 }, /broke the connection off/],
    ['S8 cut inside the answer', { kind: 'truncate', afterBytes: 10 }, /./],
    ['S8 no HTTP at all', { kind: 'answer', raw: 'SSH-2.0-OpenSSH_9.2\r\n' }, /sending failed/],
    [
      'S10 redirect',
      { kind: 'answer', raw: raw('307 Temporary Redirect', 'location: http://127.0.0.1:1/\r\n') },
      /does not follow a redirect/,
    ],
    ['401', { kind: 'answer', raw: raw('401 Unauthorized') }, /does not accept the key.*HH_API_KEY/],
    ['403', { kind: 'answer', raw: raw('403 Forbidden') }, /may not send here/],
  ];

  it.each(passing)('%s: keeps everything, says so once, delivers afterwards', async (name, fault, warning) => {
    await proxy.set(fault);
    const delivery = open();
    make(delivery, 20);
    const during = await delivery.flush({ timeoutMs: 150 });
    expect(during).toMatchObject({ delivered: 0, pending: 20, dropped: { count: 0 }, timedOut: true });
    await delivery.flush({ timeoutMs: 100 });
    // A client that another file left behind in this process may have warnings of its own.
    const lines = warnings.lines.filter((line) => line.includes(new URL(proxy.url).host));
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(warning);
    expect(lines[0]).not.toContain('test-key');
    await proxy.set({ kind: 'none' });
    const after = await delivery.close({ timeoutMs: 10_000 });
    expect(after).toMatchObject({ delivered: 20, pending: 0, dropped: { count: 0 } });
    expect(distinct()).toBe(20);
    tell(name, delivery);
  });

  it('S8: an attempt against a back end that hangs ends by the clock', async () => {
    await proxy.set({ kind: 'hang' });
    const delivery = open();
    make(delivery, 5);
    const started = performance.now();
    expect(await delivery.flush({ timeoutMs: 300 })).toMatchObject({ pending: 5, timedOut: true });
    expect(performance.now() - started).toBeLessThan(2_000);
    await proxy.set({ kind: 'none' });
    expect(await delivery.close({ timeoutMs: 10_000 })).toMatchObject({ delivered: 5 });
    tell('S8 hang', delivery);
  });

  it.each<[string, Fault]>([
    ['S8 dripping answer', { kind: 'answer', raw: 'HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nx' }],
    [
      'S8 gzip bomb',
      {
        kind: 'answer',
        raw: Buffer.concat([
          Buffer.from(
            `HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-type: application/json\r\ncontent-length: ${bomb.length}\r\n\r\n`,
          ),
          bomb,
        ]),
      },
    ],
    [
      'S8 endless answer',
      { kind: 'answer', raw: Buffer.concat([Buffer.from('HTTP/1.1 200 OK\r\n\r\n'), Buffer.alloc(8 * 1024 * 1024)]) },
    ],
    ['S11 HTML page', { kind: 'answer', raw: raw('200 OK', 'content-type: text/html\r\n', '<html>hello</html>') }],
    [
      'S11 invalid JSON',
      { kind: 'answer', raw: raw('200 OK', 'content-type: application/json\r\n', '{"partialSuccess":') },
    ],
    [
      'S11 invalid protobuf',
      { kind: 'answer', raw: raw('200 OK', 'content-type: application/x-protobuf\r\n', '\xff\xff\xff') },
    ],
  ])('%s: 200 is 200', async (name, fault) => {
    await proxy.set(fault);
    const delivery = open();
    make(delivery, 5);
    expect(await delivery.close({ timeoutMs: 8_000 })).toMatchObject({ delivered: 5, timedOut: false });
    tell(name, delivery);
  });

  it.each([
    ['S9 self-signed', 'localhost', /TLS certificate.*NODE_EXTRA_CA_CERTS/],
    ['S9 wrong name', '127.0.0.1', /TLS certificate.*NODE_EXTRA_CA_CERTS/],
  ])('%s: nothing is sent, everything kept', async (name, host, warning) => {
    const requests: unknown[] = [];
    const server = createServer({ key: TEST_KEY, cert: TEST_CERTIFICATE }, (request) => requests.push(request));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const delivery = deliveryTo(`https://${host}:${(server.address() as AddressInfo).port}/v1/traces`);
    make(delivery, 2);
    expect(await delivery.flush({ timeoutMs: 400 })).toMatchObject({ pending: 2, dropped: { count: 0 } });
    expect(warnings.lines.join()).toMatch(warning);
    expect(requests).toHaveLength(0);
    await delivery.close({ timeoutMs: 1 });
    await new Promise((resolve) => server.close(resolve));
    tell(name, delivery);
  });

  it('S6: a host that nobody knows', async () => {
    const delivery = deliveryTo('https://nobody.invalid/v1/traces');
    make(delivery, 1);
    expect(await delivery.flush({ timeoutMs: 1_000 })).toMatchObject({ pending: 1, dropped: { count: 0 } });
    await delivery.close({ timeoutMs: 1 });
    expect(warnings.lines.join()).toMatch(
      /host is unknown|could not be looked up|no answer in time|before the tracer was closed/,
    );
    tell('S6 unknown host', delivery);
  });

  it('S10: neither key nor headers follow a redirect', async () => {
    const elsewhere = await startReceiver();
    await proxy.set({ kind: 'answer', raw: raw('308 Permanent Redirect', `location: ${elsewhere.url}\r\n`) });
    const delivery = open();
    make(delivery, 1);
    const receipt = await delivery.close({ timeoutMs: 100 });
    expect(receipt.dropped.reasons).toEqual({ closed: 1 });
    expect(elsewhere.requests).toHaveLength(0);
    await elsewhere.close();
    tell('S10 redirect to another host', delivery);
  });

  it('S9: a key does not travel over plain http to another machine', async () => {
    const delivery = deliveryTo('http://telemetry.example/v1/traces');
    make(delivery, 2);
    expect(await delivery.flush({ timeoutMs: 200 })).toMatchObject({ pending: 2, delivered: 0 });
    expect(warnings.lines.join()).toMatch(/allowInsecure: true \(HH_ALLOW_INSECURE=true\)/);
    expect(delivery.stats().requests).toBe(0);
    await delivery.close({ timeoutMs: 10 });
    tell('S9 plain http', delivery);
  });

  it('S11: counts what a partial success rejects', async () => {
    const drops: Drop[] = [];
    receiver.answer = (_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'x-honeyhive-duplicates': '1' });
      response.end('{"partialSuccess":{"rejectedSpans":"2","errorMessage":"too old"}}');
      return true;
    };
    const delivery = open({ onDrop: (drop) => drops.push(drop) });
    make(delivery, 5);
    expect(await delivery.close()).toMatchObject({ delivered: 3, dropped: { count: 2, reasons: { rejected: 2 } } });
    expect(drops).toEqual([{ reason: 'rejected', count: 2, names: [] }]);
    expect(delivery.stats().duplicates).toBe(1);
    expect(warnings.lines.join()).toContain('too old');
    tell('S11 partial success', delivery);
  });

  it('S11: reads a partial success in protobuf, and a warning that rejects nothing', async () => {
    const message = Buffer.from('be careful');
    const partial = Buffer.concat([Buffer.from([0x08, 0x01, 0x12, message.length]), message]);
    receiver.answer = (_request, response) => {
      response.writeHead(200, { 'content-type': 'application/x-protobuf' });
      response.end(Buffer.concat([Buffer.from([0x0a, partial.length]), partial]));
      return true;
    };
    const delivery = open();
    make(delivery, 3);
    expect(await delivery.close()).toMatchObject({ delivered: 2, dropped: { reasons: { rejected: 1 } } });
    tell('S11 partial success, protobuf', delivery);
  });

  it('413: splits down to one span, drops only what is too large', async () => {
    const drops: Drop[] = [];
    receiver.answer = (request, response) => {
      if (request.body.length < 2_000) return false;
      response.writeHead(413).end();
      return true;
    };
    const delivery = open({ onDrop: (drop) => drops.push(drop) });
    make(delivery, 40);
    delivery.enqueue(spanOf('huge', { text: 'x'.repeat(5_000) }));
    expect(await delivery.close()).toMatchObject({ delivered: 40, dropped: { reasons: { too_large: 1 } } });
    expect(drops).toEqual([{ reason: 'too_large', count: 1, names: ['huge'] }]);
    expect(distinct()).toBe(40);
    tell('413', delivery);
  });

  it('404 and 400: drops with the reason, and says what to do', async () => {
    const drops: Drop[] = [];
    await proxy.set({ kind: 'answer', raw: raw('404 Not Found') });
    const delivery = open({ onDrop: (drop) => drops.push(drop) });
    make(delivery, 3);
    expect(await delivery.flush()).toMatchObject({
      delivered: 0,
      pending: 0,
      dropped: { count: 3, reasons: { refused: 3 } },
    });
    await proxy.set({ kind: 'answer', raw: raw('400 Bad Request', '', 'no such dataset') });
    make(delivery, 1);
    expect((await delivery.close()).dropped.reasons).toEqual({ refused: 1 });
    expect(warnings.lines.join('\n')).toMatch(/path \(404\).*HH_OTLP_ENDPOINT[\s\S]*no such dataset/);
    expect(drops[0]).toEqual({ reason: 'refused', count: 3, names: ['span 0', 'span 1', 'span 2'] });
    tell('404 and 400', delivery);
  });

  it('S15: a span that cannot be encoded is replaced by a stub that names it', async () => {
    const delivery = open();
    make(delivery, 50);
    const attributes = {
      get bad(): string {
        throw new Error('poison');
      },
    };
    delivery.enqueue(spanOf('the poison', attributes, { startTime: [Number.NaN, Number.NaN] }));
    delivery.enqueue({
      ...spanOf('no ids'),
      spanContext: () => {
        throw new Error('gone');
      },
    });
    make(delivery, 50);
    expect(await delivery.close()).toMatchObject({ delivered: 101, dropped: { reasons: { poison: 1 } } });
    expect(receiver.spans.map((span) => span.name)).toContain('the poison');
    expect(distinct()).toBe(101);
    tell('S15 poison', delivery);
  });

  it('S12: past the limit drops are counted one by one', async () => {
    const drops: Drop[] = [];
    await proxy.set({ kind: 'hang' });
    const delivery = open({ queueBytes: 1024 * 1024, onDrop: (drop) => drops.push(drop) });
    for (let i = 0; i < 5_000; i++) delivery.enqueue(spanOf(`span ${i}`, { id: randomBytes(300).toString('hex') }));
    const { made, dropped, queuedBytes } = delivery.stats();
    expect(made).toBe(5_000);
    expect(dropped).toBeGreaterThan(0);
    expect(drops.reduce((sum, drop) => sum + drop.count, 0)).toBe(dropped);
    expect(queuedBytes).toBeLessThanOrEqual(1024 * 1024);
    expectConserved(delivery);
    await proxy.set({ kind: 'none' });
    const receipt = await delivery.close({ timeoutMs: 10_000 });
    expect(receipt.delivered).toBe(made - dropped);
    expect(distinct()).toBe(made - dropped);
    tell('S12 overflow', delivery);
  });

  it.each<number | undefined>([...keptSeeds.seeds, undefined])(
    'S12, S6: with faults in any order nothing is lost and the law holds (seed %p)',
    async (seed) => {
      if (seed !== undefined) {
        await proxy.close();
        proxy = await startFaultProxy(receiver.port, seed);
      }
      const faults: Fault[] = [
        { kind: 'none' },
        { kind: 'refuse' },
        { kind: 'hang' },
        { kind: 'reset', afterBytes: 5 },
        { kind: 'truncate', afterBytes: 30 },
        { kind: 'delay', ms: 30 },
        { kind: 'answer', raw: raw('503 Busy') },
      ];
      const delivery = open();
      let made = 0;
      for (let round = 0; round < 12; round++) {
        await proxy.set(proxy.pick(faults));
        const count = 1 + proxy.random(60);
        make(delivery, count);
        made += count;
        await delivery.flush({ timeoutMs: 30 + proxy.random(80) });
        expectConserved(delivery);
      }
      await proxy.set({ kind: 'none' });
      await delivery.close({ timeoutMs: 15_000 });
      tell('any order', delivery);
      expect(delivery.stats()).toMatchObject({ made, delivered: made, dropped: 0 });
      expect(distinct()).toBe(made);
    },
  );
});
