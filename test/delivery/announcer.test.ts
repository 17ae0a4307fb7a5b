import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';
import { type Announcer, createAnnouncer } from '../../src/delivery/announcer.js';
import { type OtlpReceiver, startReceiver } from '../support/otlp-receiver.js';
import { spanOf } from '../support/spans.js';

const running = (name: string, attributes = {}): ReadableSpan => spanOf(name, attributes, { ended: false });

describe('what shows spans while they run', () => {
  let receiver: OtlpReceiver;
  const announcers: Announcer[] = [];
  beforeEach(async () => {
    receiver = await startReceiver();
  });
  afterEach(async () => {
    for (const announcer of announcers.splice(0)) announcer.close();
    await receiver.close();
  });

  function announcerTo(protocol: 'http/json' | 'http/protobuf' = 'http/json'): Announcer {
    const announcer = createAnnouncer({
      endpoint: receiver.url,
      headers: {},
      protocol,
      allowInsecure: false,
      always: true,
      running: () => [],
    });
    announcers.push(announcer);
    return announcer;
  }
  const names = () => receiver.spans.map(({ name }) => name);
  async function arrived(count: number): Promise<void> {
    while (receiver.requests.length < count) await new Promise((resolve) => setTimeout(resolve, 5));
  }
  /** Resolves when whatever was announced before could have arrived: it waits as long as everything else does. */
  async function aTurn(): Promise<void> {
    const other = announcerTo();
    const marker = `marker ${receiver.requests.length}`;
    other.announce(running(marker));
    while (!names().includes(marker)) await new Promise((resolve) => setTimeout(resolve, 5));
  }

  it.each([503, 429, 401])('rests after a %s instead of asking at each span', async (status) => {
    receiver.answer = (_request, response) => {
      receiver.answer = undefined;
      response.writeHead(status, { 'retry-after': '60' }).end();
      return true;
    };
    const announcer = announcerTo();
    announcer.announce(running('refused'));
    await arrived(1);
    await aTurn();
    announcer.announce(running('later'));
    await aTurn();
    expect(names()).toEqual([expect.stringMatching('marker'), expect.stringMatching('marker')]);
  });

  it('sends one request at a time; what begins meanwhile comes with the next', async () => {
    let answer: (() => void) | undefined;
    receiver.answer = (_request, response) => {
      receiver.answer = undefined;
      answer = () => response.writeHead(200).end('{}');
      return true;
    };
    const announcer = announcerTo();
    announcer.announce(running('one'));
    await arrived(1);
    announcer.announce(running('two'));
    announcer.announce(running('three'));
    await aTurn();
    expect(receiver.requests).toHaveLength(2);
    answer?.();
    await arrived(3);
    expect(names().slice(1)).toEqual(['two', 'three']);
  });

  it.each(['http/json', 'http/protobuf'] as const)(
    'takes no more than it may of large spans (%s)',
    async (protocol) => {
      const announcer = announcerTo(protocol);
      for (let i = 0; i < 700; i++) announcer.announce(running(`span ${i}`, { text: 'x'.repeat(65_000) }));
      await arrived(1);
      const [request] = receiver.requests;
      expect(request?.headers['content-encoding']).toBe('gzip');
      expect(request?.body.length).toBeLessThan(600_000);
      expect(names().length).toBeGreaterThan(0);
      await aTurn();
      expect(receiver.requests).toHaveLength(2);
    },
  );

  it('leaves out what has ended meanwhile, and what cannot be encoded', async () => {
    const announcer = announcerTo();
    announcer.announce(spanOf('ended'));
    announcer.announce({
      ...running('broken'),
      get links(): never {
        throw new Error('no links');
      },
    });
    announcer.announce(running('fine'));
    await arrived(1);
    expect(names()).toEqual(['fine']);
  });
});
