import { enrichSpan, type HoneyHiveTracer, Trace, trace } from 'honeyhive-decorators';
import { createTestTracer, spansNamed, spanTree } from 'honeyhive-decorators/testing';

let tracer: HoneyHiveTracer;
beforeEach(() => {
  tracer = createTestTracer({ project: 'proj', source: 'unit' });
});
afterEach(() => tracer.close());

const only = (name: string): Record<string, unknown> => {
  const spans = spansNamed(tracer, name);
  expect(spans.map((span) => span.name)).toEqual([name]);
  return (spans[0] as { attributes: Record<string, unknown> }).attributes;
};

describe('what a traced call leaves on its span', () => {
  it('names it by the runtime class, and says type, session, source and duration', () => {
    class Base {
      @Trace
      run(): string {
        return 'ok';
      }
    }
    class Derived extends Base {}
    new Derived().run();
    expect(only('Derived.run')).toEqual({
      'honeyhive.session_id': tracer.sessionId,
      'traceloop.association.properties.session_id': tracer.sessionId,
      'honeyhive.source': 'unit',
      'traceloop.association.properties.source': 'unit',
      'honeyhive.project': 'proj',
      'traceloop.association.properties.project': 'proj',
      honeyhive_event_type: 'tool',
      honeyhive_event_name: 'Derived.run',
      'honeyhive_outputs.result': 'ok',
      honeyhive_duration_ms: expect.any(Number),
    });
  });

  it('makes no span of what capture itself asks of a traced object', () => {
    class Money {
      #cents = 1999;
      @Trace()
      toJSON(): object {
        return { cents: this.#cents };
      }
    }
    class Till {
      @Trace()
      take(money: Money): Money {
        enrichSpan({ money });
        return money;
      }
    }
    const money = new Money();
    new Till().take(money);
    expect(tracer.testSpans.map(({ name }) => name)).toEqual(['Till.take']);
    expect(only('Till.take')).toMatchObject({
      'honeyhive_inputs.money': '{"cents":1999}',
      'honeyhive_outputs.result.cents': 1999,
      'honeyhive_metadata.money.cents': 1999,
    });
    JSON.stringify(money);
    expect(tracer.testSpans.map(({ name }) => name)).toEqual(['Till.take', 'Money.toJSON']);
  });

  it('captures arguments by name: scalars as they are, the rest as one JSON text, literal defaults, rest as a list', () => {
    class Maths {
      @Trace()
      mix(
        x: number,
        y = 2,
        flag = true,
        text = 'a,b(',
        { z }: { z: number } = { z: 3 },
        list: unknown = [1],
        ...more: number[]
      ): number {
        return x + y + z + more.length + (flag ? text.length : 0) + (list ? 1 : 0);
      }
    }
    new Maths().mix(1, undefined, false, undefined, { z: 4 }, { a: { b: 1 } }, 7, 8);
    expect(only('Maths.mix')).toMatchObject({
      'honeyhive_inputs.x': 1,
      'honeyhive_inputs.y': 2,
      'honeyhive_inputs.flag': false,
      'honeyhive_inputs.text': 'a,b(',
      'honeyhive_inputs.arg4': '{"z":4}',
      'honeyhive_inputs.list': '{"a":{"b":1}}',
      'honeyhive_inputs.more': '[7,8]',
    });
  });

  it('flattens the output, keeps indexes, leaves out null and empties', () => {
    class Find {
      @Trace()
      all(): unknown {
        return { x: { y: [1, { z: null }, ''], e: [] }, n: null, b: false, f: 1.5 };
      }
    }
    new Find().all();
    const attributes = only('Find.all');
    const outputs = Object.fromEntries(
      Object.entries(attributes).filter(([key]) => key.startsWith('honeyhive_outputs')),
    );
    expect(outputs).toEqual({
      'honeyhive_outputs.result.x.y.0': 1,
      'honeyhive_outputs.result.x.y.2': '',
      'honeyhive_outputs.result.b': false,
      'honeyhive_outputs.result.f': 1.5,
    });
  });

  it('takes inputs, outputs and every namespace from the options instead', () => {
    class Model {
      @Trace({
        eventType: 'model',
        eventName: 'm',
        inputs: { p: 'hi' },
        outputs: { r: 'yo' },
        config: { model: 'gpt', n: { t: 0.1 } },
        metadata: { k: [1, 2] },
        metrics: { s: 0.5 },
        feedback: { ok: true },
        eventId: 'eid',
        attributes: { service: 'bot' },
      })
      ask(p: string): string {
        return p;
      }
    }
    new Model().ask('arg');
    const attributes = only('m');
    expect(attributes).toMatchObject({
      honeyhive_event_type: 'model',
      honeyhive_event_name: 'm',
      honeyhive_event_id: 'eid',
      'honeyhive_inputs.p': 'hi',
      'honeyhive_outputs.r': 'yo',
      'honeyhive_config.model': 'gpt',
      'honeyhive_config.n.t': 0.1,
      'honeyhive_metadata.k.0': 1,
      'honeyhive_metrics.s': 0.5,
      'honeyhive_feedback.ok': true,
      service: 'bot',
    });
    expect(attributes).not.toHaveProperty('honeyhive_outputs.result');
  });

  it('hides inputs and outputs, masks what is sensitive, and takes summaries', () => {
    class Vault {
      @Trace({ includeInputs: false, includeOutputs: false })
      hidden(a: string): string {
        return a;
      }
      @Trace({ sensitive: ['pin', 'user.ssn'] })
      masked(pin: string, user: { ssn: string; name: string }): string {
        return pin + user.name;
      }
      @Trace({ captureInputs: (args) => ({ count: args.length }), captureOutput: (output: string) => output.length })
      summed(_a: string, _b: string): string {
        return 'four';
      }
      @Trace({
        captureInputs: () => {
          throw new Error('no');
        },
      })
      broken(a: string): string {
        return a;
      }
    }
    const vault = new Vault();
    vault.hidden('secret-1');
    vault.masked('secret-2', { ssn: 'secret-3', name: 'Ann' });
    vault.summed('x', 'y');
    vault.broken('z');
    expect(Object.keys(only('Vault.hidden')).filter((key) => /inputs|outputs/.test(key))).toEqual([]);
    expect(only('Vault.masked')).toMatchObject({
      'honeyhive_inputs.pin': '[REDACTED]',
      'honeyhive_inputs.user': '{"ssn":"[REDACTED]","name":"Ann"}',
    });
    expect(only('Vault.summed')).toMatchObject({ 'honeyhive_inputs.count': 2, 'honeyhive_outputs.result': 4 });
    expect(only('Vault.broken')).toMatchObject({
      'honeyhive_inputs.value': '[Throws: no]',
      'honeyhive_outputs.result': 'z',
    });
  });

  it('puts error, type, status and one exception event on the failing span itself', async () => {
    class Tool {
      @Trace()
      async boom(): Promise<void> {
        throw new TypeError('bad thing', { cause: new Error('deeper') });
      }
      @Trace()
      text(): void {
        throw 'just text';
      }
    }
    await expect(new Tool().boom()).rejects.toThrow('bad thing');
    expect(() => new Tool().text()).toThrow('just text');
    const [boom] = spansNamed(tracer, 'Tool.boom');
    expect(boom?.status).toEqual({ code: 2, message: 'TypeError: bad thing' });
    expect(boom?.attributes).toMatchObject({
      honeyhive_error: 'bad thing',
      honeyhive_error_type: 'TypeError',
      honeyhive_duration_ms: expect.any(Number),
    });
    expect(boom?.events.map((event) => event.name)).toEqual(['exception']);
    expect(String(boom?.events[0]?.attributes?.['exception.stacktrace'])).toContain('deeper');
    expect(only('Tool.text')).toMatchObject({ honeyhive_error: 'just text' });
    expect(tracer.testSpans).toHaveLength(2);
  });

  it('nests by context across awaits, timers and callbacks', async () => {
    class Work {
      @Trace()
      async outer(): Promise<void> {
        await new Promise((resolve) => setTimeout(resolve, 1));
        await Promise.all([this.inner(1), this.inner(2)]);
        [3].map((n) => this.leaf(n));
      }
      @Trace()
      async inner(n: number): Promise<number> {
        await null;
        enrichSpan({ inner: n });
        return this.leaf(n);
      }
      @Trace()
      leaf(n: number): number {
        return n;
      }
    }
    await new Work().outer();
    const [root] = spanTree(tracer);
    const shape = (node: ReturnType<typeof spanTree>[number]): unknown => [node.span.name, ...node.children.map(shape)];
    expect(shape(root as never)).toEqual([
      'Work.outer',
      ['Work.inner', ['Work.leaf']],
      ['Work.inner', ['Work.leaf']],
      ['Work.leaf'],
    ]);
    expect(spansNamed(tracer, 'Work.inner').map((span) => span.attributes['honeyhive_metadata.inner'])).toEqual([1, 2]);
  });

  it('keeps parent and child, and where data belongs, however deep the calls go', () => {
    class Deep {
      @Trace()
      down(left: number): number {
        const below = left === 0 ? 0 : this.down(left - 1);
        enrichSpan({ left });
        return below;
      }
    }
    new Deep().down(99);
    const spans = spansNamed(tracer, 'Deep.down');
    const byId = new Map(spans.map((span) => [span.spanContext().spanId, span]));
    const leftOf = (span: (typeof spans)[number] | undefined): unknown => span?.attributes['honeyhive_metadata.left'];
    for (const span of spans) {
      expect(leftOf(span)).toBe(span.attributes['honeyhive_inputs.left']);
      const parent = byId.get(span.parentSpanContext?.spanId ?? '');
      expect(leftOf(parent)).toBe(leftOf(span) === 99 ? undefined : Number(leftOf(span)) + 1);
    }
    expect(spans).toHaveLength(100);
    expect(enrichSpan({ outside: true })).toBeUndefined();
  });

  it('traces functions, and methods decorated late, with their types kept', () => {
    const add = trace(function add(a: number, b: number): number {
      return a + b;
    });
    const sum: number = add(1, 2);
    expect(sum).toBe(3);
    class Late {
      go(n: number): number {
        return n;
      }
    }
    Late.prototype.go = trace({ eventType: 'chain' })(Late.prototype.go);
    new Late().go(4);
    expect(only('add')).toMatchObject({ 'honeyhive_inputs.a': 1, 'honeyhive_outputs.result': 3 });
    expect(only('Late.go')).toMatchObject({ honeyhive_event_type: 'chain', 'honeyhive_inputs.n': 4 });
  });

  it('names statics, accessors and symbols, and a call without this by the member alone', () => {
    const key = Symbol('deep');
    class Odd {
      @Trace()
      static make(): number {
        return 1;
      }
      @Trace()
      get size(): number {
        return 2;
      }
      @Trace()
      [key](): number {
        return 3;
      }
      @Trace()
      loose(): number {
        return 4;
      }
    }
    Odd.make();
    void new Odd().size;
    new Odd()[key]();
    const { loose } = new Odd();
    loose();
    expect(tracer.testSpans.map((span) => span.name)).toEqual(['Odd.make', 'Odd.size', 'Odd.[deep]', 'loose']);
  });
});

describe('when the span ends', () => {
  it('at the end of a generator, with what was consumed', () => {
    class Gen {
      @Trace()
      *count(): Generator<number> {
        yield 1;
        yield 2;
      }
    }
    const count = new Gen().count();
    count.next();
    expect(tracer.testSpans).toHaveLength(0);
    count.return(undefined);
    expect(only('Gen.count')).toMatchObject({ 'honeyhive_outputs.chunks': 1, 'honeyhive_outputs.result.0': 1 });
  });

  it('when a promised stream was read, with its text and the time of its first chunk', async () => {
    class Chat {
      @Trace({ eventType: 'model' })
      async say(): Promise<ReadableStream<string>> {
        return new ReadableStream({
          start(controller) {
            for (const word of ['he', 'llo']) controller.enqueue(word);
            controller.close();
          },
        });
      }
    }
    const stream = await new Chat().say();
    expect(tracer.testSpans).toHaveLength(0);
    for await (const _word of stream);
    expect(only('Chat.say')).toMatchObject({
      'honeyhive_outputs.result': 'hello',
      'honeyhive_outputs.chunks': 2,
      'honeyhive_metrics.time_to_first_chunk_ms': expect.any(Number),
    });
  });

  it('when the signal the call was given aborts', async () => {
    class Long {
      @Trace()
      async *follow(_signal: AbortSignal): AsyncGenerator<number> {
        yield 1;
        await new Promise(() => undefined);
      }
    }
    const abort = new AbortController();
    const follow = new Long().follow(abort.signal);
    await follow.next();
    abort.abort();
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
    expect(only('Long.follow')).toMatchObject({ 'honeyhive_outputs.aborted': true, 'honeyhive_outputs.chunks': 1 });
  });

  it('at close, marked as abandoned, where nobody consumed it', async () => {
    class Lazy {
      @Trace()
      *never(): Generator<number> {
        yield 1;
      }
    }
    const kept = new Lazy().never();
    await tracer.close();
    expect(only('Lazy.never')).toMatchObject({ 'honeyhive_outputs.abandoned': true });
    expect([...kept]).toEqual([1]);
  });

  it('steps run inside the span', async () => {
    class Feed {
      @Trace()
      async *items(): AsyncGenerator<number> {
        yield this.one(1);
        yield this.one(2);
      }
      @Trace()
      one(n: number): number {
        return n;
      }
    }
    for await (const _item of new Feed().items());
    const [root] = spanTree(tracer);
    expect([root?.span.name, root?.children.length]).toEqual(['Feed.items', 2]);
  });
});
