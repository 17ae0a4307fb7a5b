import { once } from 'node:events';
import { addAbortSignal, Readable } from 'node:stream';
import { Evaluate, type HoneyHiveTracer, Trace } from 'honeyhive-decorators';
import { createTestTracer, spansNamed, spanTree } from 'honeyhive-decorators/testing';
import { defer, firstValueFrom, type Observable, of } from 'rxjs';

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

describe('a secret in the texts of a stream', () => {
  const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
  const seen: unknown[] = [];
  class Chat {
    @Evaluate((_input: unknown, output: unknown) => seen.push(output))
    *say(...parts: unknown[]): Generator<unknown> {
      yield* parts;
    }
  }
  beforeEach(() => {
    seen.length = 0;
  });

  it.each<[string, unknown[], unknown]>([
    ['a pair', ['the password=hun', 'ter2isLONG ', 'and more'], 'the password=[REDACTED] and more'],
    ['a key', ['key sk-proj-abc12345', '6789ABCDEFGH0', ' end'], 'key [REDACTED] end'],
    ['bytes', [bytes('key sk-proj-abc12345'), bytes('6789ABCDEFGH0 end')], 'key [REDACTED] end'],
    ['a key behind a letter', ['a', 'sk-proj-abc12345', '6789ABCDEFGH0', ' end'], 'a[REDACTED] end'],
    ['a pair behind a letter', ['a', 'password=hunter2'], 'apassword=[REDACTED]'],
    ['two at a border', ['password=hun', 'ter2 sk-proj-abc123456789'], 'password=[REDACTED] [REDACTED]'],
    ['two, the first after its name', ['password=', 'hunter2 sk-proj-abc123456789'], 'password=[REDACTED] [REDACTED]'],
    ['two in a run', ['sk-proj-abc12345', '6789A sk-proj-abc123456789'], '[REDACTED] [REDACTED]'],
    ['one text', ['key sk-proj-abc123456789'], 'key [REDACTED]'],
  ])('is masked whole, on the span and for evaluators: %s', async (_what, parts, masked) => {
    expect([...new Chat().say(...parts)]).toEqual(parts);
    await tracer.flush();
    expect(only('Chat.say')).toMatchObject({
      'honeyhive_outputs.result': masked,
      'honeyhive_outputs.chunks': parts.length,
    });
    expect(seen).toEqual([masked]);
  });

  it('is masked in each chunk where some are no texts', async () => {
    for (const _part of new Chat().say('password=hunter2', { token: 'T' }, 1));
    await tracer.flush();
    expect(seen).toEqual([['password=[REDACTED]', { token: '[REDACTED]' }, 1]]);
    expect(only('Chat.say')).toMatchObject({
      'honeyhive_outputs.result.0': 'password=[REDACTED]',
      'honeyhive_outputs.result.1.token': '[REDACTED]',
    });
  });

  it('is masked at the border of what is kept, and by the hook, which is asked for the whole', async () => {
    const asked: unknown[] = [];
    const hooked = createTestTracer({
      limits: { valueLength: 1_000 },
      redact: {
        hook: (value, path) => {
          if (path === '') asked.push(value);
          return typeof value === 'string' ? value.replace('swordfish', '***') : value;
        },
      },
    });
    class Long {
      @Trace({ tracer: hooked })
      *say(): Generator<string> {
        yield 'sword';
        yield 'fish ';
        for (let i = 0; i < 98; i += 1) yield 'ten chars ';
        yield 'sk-proj-abc12345';
        yield '6789ABCDEFGH0';
        for (let i = 0; i < 1_000; i += 1) yield 'more words';
      }
    }
    for (const _part of new Long().say());
    const [span] = spansNamed(hooked, 'Long.say');
    const result = String(span?.attributes['honeyhive_outputs.result']);
    expect(result.startsWith('*** ten chars ')).toBe(true);
    expect(result).toContain('characters left out');
    expect([result.length <= 1_000, result.includes('sk-')]).toEqual([true, false]);
    expect(asked).toHaveLength(1);
    expect(span?.attributes['honeyhive_outputs.chunks_left_out']).toBeGreaterThan(500);
    await hooked.close();
  });
});

describe('work that a method leaves for later', () => {
  const ran: string[] = [];
  class Steps {
    @Trace()
    step(kind: string): number {
      return ran.push(kind);
    }
  }
  const { step } = new Steps();
  async function* steps(kind: string): AsyncGenerator<number> {
    yield step(kind);
  }
  const lazy = (kind: string): PromiseLike<number> => ({
    then: (ok, no) => Promise.resolve(kind).then(step).then(ok, no),
  });
  const drain = async (items: AsyncIterable<unknown>): Promise<void> => {
    for await (const _item of items);
  };
  const observable = (kind: string): Observable<number> => defer(() => of(step(kind)));
  const kinds: Record<string, [(kind: string) => unknown, (given: never) => unknown]> = {
    'async generator': [steps, drain],
    'promised generator': [async (kind) => steps(kind), async (given: Promise<AsyncGenerator>) => drain(await given)],
    'async iterable': [(kind) => ({ [Symbol.asyncIterator]: () => steps(kind) }), drain],
    observable: [observable, (given: Observable<number>) => firstValueFrom(given)],
    'lazy thenable': [lazy, async (given: PromiseLike<number>) => void (await given)],
  };
  class Hot {
    @Trace({ sampleRate: 0 })
    left(make: () => unknown): unknown {
      return make();
    }
    @Trace()
    kept(make: () => unknown): unknown {
      return make();
    }
    @Trace()
    passes(make: () => unknown): unknown {
      return this.left(make);
    }
  }

  it.each(Object.keys(kinds))(
    'stays out where the call is not recorded, and is inside it where it is: %s',
    async (kind) => {
      const [make, use] = kinds[kind] as (typeof kinds)[string];
      ran.length = 0;
      await use(new Hot().left(() => make(kind)) as never);
      await turn();
      expect([ran, tracer.testSpans.length]).toEqual([[kind], 0]);
      await use(new Hot().kept(() => make(kind)) as never);
      await turn();
      const tree = spanTree(tracer);
      expect(tree.map(({ span, children }) => [span.name, children.map((child) => child.span.name)])).toEqual([
        ['Hot.kept', ['step']],
      ]);
    },
  );

  it('stays out where the call is not recorded and its promises gave plain values before', async () => {
    const hot = new Hot();
    const calls = async (count: number): Promise<void> => {
      for (let i = 0; i < count; i += 1) await hot.left(async () => i);
    };
    await calls(100);
    for (let i = 0; i < 32; i += 1)
      await drain((await hot.left(async () => steps('now and then'))) as AsyncIterable<number>);
    const before = tracer.testSpans.length;
    expect(before).toBeLessThan(32);
    await calls(100);
    await drain((await hot.left(async () => steps('now and then'))) as AsyncIterable<number>);
    expect(tracer.testSpans).toHaveLength(before);
  });

  it.each(['async generator', 'async iterable', 'observable', 'lazy thenable'])(
    'keeps the span open of a recorded call that passes on what one that is not recorded gave: %s',
    async (kind) => {
      const [make, use] = kinds[kind] as (typeof kinds)[string];
      const given = new Hot().passes(() => make(kind));
      await turn();
      expect(tracer.testSpans).toHaveLength(0);
      await use(given as never);
      await turn();
      expect(tracer.testSpans.map(({ name }) => name)).toEqual(['Hot.passes']);
    },
  );

  it('leaves the callbacks of a lazy thenable outside', async () => {
    for (const given of [new Hot().left(() => lazy('then')), new Hot().kept(() => lazy('then'))]) {
      await (given as PromiseLike<number>).then(() => void step('callback'));
      await turn();
    }
    const roots = spanTree(tracer).map(({ span }) => span.attributes['honeyhive_inputs.kind'] ?? span.name);
    expect(roots).toEqual(['Hot.kept', 'callback', 'callback']);
  });
});
