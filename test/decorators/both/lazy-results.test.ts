import { once } from 'node:events';
import { addAbortSignal, Readable } from 'node:stream';
import { type HoneyHiveTracer, Trace } from 'honeyhive-decorators';
import { createTestTracer, spansNamed } from 'honeyhive-decorators/testing';

let tracer: HoneyHiveTracer;
beforeEach(() => {
  tracer = createTestTracer();
});
afterEach(() => tracer.close());

const only = (name: string): Record<string, unknown> => {
  const spans = spansNamed(tracer, name);
  expect(spans.map((span) => span.name)).toEqual([name]);
  return (spans[0] as { attributes: Record<string, unknown> }).attributes;
};

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('a Node stream', () => {
  const endless = (): Readable => Readable.from(['a', 'b', 'c', 'd'].map((text) => `${text};`));

  it.each<[string, (stream: Readable) => unknown, string]>([
    [
      'break',
      async (stream) => {
        for await (const _text of stream) break;
      },
      'a;',
    ],
    ['take', (stream) => stream.take(2).toArray(), 'a;b;'],
    [
      'the iterator’s return',
      (stream) => {
        const steps = stream[Symbol.asyncIterator]();
        return steps.next().then(() => steps.return?.());
      },
      'a;',
    ],
  ])('whose reader has enough ends well: %s', async (_how, read, output) => {
    class Head {
      @Trace()
      read(): Readable {
        return endless();
      }
    }
    await read(new Head().read());
    await turn();
    const [span] = spansNamed(tracer, 'Head.read');
    expect(span?.status.code).toBe(0);
    expect(span?.attributes).toMatchObject({ 'honeyhive_outputs.result': output });
    expect(Object.keys(span?.attributes ?? {}).filter((key) => /error|abandoned/.test(key))).toEqual([]);
  });

  it('that a signal of the program’s aborts ends with that error', async () => {
    const abort = new AbortController();
    class Head {
      @Trace()
      read(): Readable {
        return addAbortSignal(abort.signal, new Readable({ read() {} }));
      }
      @Trace()
      told(_options: object): Readable {
        return new Readable({ read() {} });
      }
    }
    for (const stream of [new Head().read(), new Head().told({ signal: abort.signal })]) {
      const failed = once(stream, 'error');
      abort.abort();
      if (!stream.destroyed) addAbortSignal(abort.signal, stream);
      await failed;
    }
    for (const name of ['Head.read', 'Head.told'])
      expect(only(name)).toMatchObject({ honeyhive_error_type: 'AbortError' });
  });
});
