import { trace } from '@opentelemetry/api';
import {
  BaseEvaluator,
  CostEvaluator,
  defineEvaluator,
  Evaluate,
  type EvaluationResult,
  enrichSpan,
  type HoneyHiveTracer,
  Trace,
} from 'honeyhive-decorators';
import { createTestTracer, spansNamed } from 'honeyhive-decorators/testing';

let tracer: HoneyHiveTracer;
beforeEach(() => {
  tracer = createTestTracer();
});
afterEach(async () => {
  await tracer.close();
  jest.restoreAllMocks();
});

/** Remembers what it was given. */
class Spy extends BaseEvaluator {
  readonly seen: unknown[] = [];
  readonly contexts: Record<string, unknown>[] = [];
  evaluate(input: unknown, output: unknown, context: Record<string, unknown>): number {
    this.seen.push([input, output]);
    this.contexts.push(context);
    return 0.5;
  }
}

const attributesOf = (name: string): Record<string, unknown> => spansNamed(tracer, name)[0]?.attributes ?? {};

describe('what an evaluator gets and where its score lands', () => {
  it('input by name, output, reference, context and latency; the score on the span, the end time the method’s', async () => {
    const spy = new Spy({ name: 'spy', threshold: 0.4 });
    const results: EvaluationResult[] = [];
    class Desk {
      tone = 'formal';
      @Evaluate({
        evaluator: spy,
        evaluationContext: (self: Desk, [question]: [string, number]) => ({ tone: self.tone, asked: question }),
        expected: ([question]: [string, number]) => question.toUpperCase(),
        onResult: (result) => results.push(result),
      })
      async answer(question: string, limit: number): Promise<string> {
        return `${question}${limit}`;
      }
    }
    await new Desk().answer('q', 3);
    const endOfMethod = Date.now();
    await tracer.flush();
    expect(spy.seen).toEqual([[{ question: 'q', limit: 3 }, 'q3']]);
    expect(spy.contexts[0]).toMatchObject({ tone: 'formal', asked: 'q', expected: 'Q', latencyMs: expect.any(Number) });
    expect(results).toMatchObject([{ name: 'spy', status: 'ok', score: 0.5, passed: true }]);
    const [span] = spansNamed(tracer, 'Desk.answer');
    expect(span?.attributes).toMatchObject({ 'honeyhive_metrics.spy': 0.5, 'honeyhive_metrics.spy_passed': true });
    expect(span?.events.map((event) => [event.name, event.attributes?.['gen_ai.evaluation.score.value']])).toEqual([
      ['gen_ai.evaluation.result', 0.5],
    ]);
    expect((span?.endTime[0] ?? 0) * 1000 + (span?.endTime[1] ?? 0) / 1e6).toBeLessThanOrEqual(endOfMethod + 1);
  });

  it.each<[string, () => void, number | undefined]>([
    ['nothing', () => enrichSpan({ metrics: { cost: 'much', cost_usd: -1, tokens: 5 } }), undefined],
    ['metrics', () => enrichSpan({ metrics: { cost: 0.5 } }), 0.5],
    ['metadata', () => enrichSpan({ metadata: { cost_usd: 0.02 } }), 0.02],
    ['an instrumentation', () => trace.getActiveSpan()?.setAttribute('gen_ai.usage.cost', 0), 0],
    ['the span of a call inside', () => tracer.trace('inner', () => enrichSpan({ metrics: { cost: 1 } })), undefined],
  ])('the cost of the call as its span tells it when it ends: %s', async (_where, say, cost) => {
    const spy = new Spy();
    class Desk {
      @Evaluate([spy, new CostEvaluator({ maxUsd: 0.1, name: 'cheap' })])
      async answer(): Promise<string> {
        await Promise.resolve();
        say();
        return 'x';
      }
      @Evaluate({ evaluator: spy, evaluationContext: { costUsd: 7 } })
      told(): void {
        say();
      }
    }
    await new Desk().answer();
    await tracer.flush();
    expect(spy.contexts[0]?.['costUsd']).toBe(cost);
    expect(attributesOf('Desk.answer')['honeyhive_metrics.cheap']).toBe(
      cost === undefined ? undefined : Number(cost <= 0.1),
    );
    new Desk().told();
    await tracer.flush();
    expect(spy.contexts[1]?.['costUsd']).toBe(7);
  });

  it('snapshots: what the program changes afterwards is not what is scored', async () => {
    const spy = new Spy();
    class Basket {
      @Evaluate(spy)
      fill(items: string[]): { items: string[] } {
        items.push('added inside');
        return { items };
      }
    }
    const result = new Basket().fill(['first']);
    result.items.length = 0;
    await tracer.flush();
    expect(spy.seen).toEqual([[['first'], { items: ['first', 'added inside'] }]]);
  });

  it('objects of its own, that its neighbours do not change', async () => {
    const sorts = defineEvaluator('sorts', (_input, output: number[]) => output.sort()[0] === 1);
    const spy = new Spy();
    class Draw {
      @Evaluate([sorts, spy])
      numbers(): number[] {
        return [3, 1, 2];
      }
    }
    new Draw().numbers();
    await tracer.flush();
    expect(spy.seen).toEqual([[undefined, [3, 1, 2]]]);
  });

  it('the value itself where a copy would take long', async () => {
    const spy = new Spy();
    const rows = Array.from({ length: 20_000 }, (_, id) => ({ id, name: `row ${id}` }));
    const bytes = new Map([['bytes', new Uint8Array(2_000_000)]]);
    class Table {
      @Evaluate(spy)
      list(_page: unknown): unknown {
        return rows;
      }
    }
    new Table().list(bytes);
    new Table().list([1, { rows: rows.slice(0, 1_000) }]);
    await tracer.flush();
    expect(spy.seen.map((pair) => (pair as unknown[])[1] === rows)).toEqual([true, true]);
    const [first, second] = spy.seen.map((pair) => (pair as unknown[])[0]);
    expect(first === bytes).toBe(true);
    expect(second).toEqual([1, { rows: rows.slice(0, 1_000) }]);
    expect((second as { rows: object[] }[])[1]?.rows[0] === rows[0]).toBe(false);
  });

  it('getters as getters: they run once, for the span', async () => {
    let runs = 0;
    const spy = new Spy();
    class Desk {
      @Evaluate(spy)
      answer(given: object): object {
        return given;
      }
    }
    new Desk().answer({
      get total() {
        runs += 1;
        return 42;
      },
    });
    await tracer.flush();
    expect(runs).toBe(2);
    expect(spy.seen).toEqual([[{ total: 42 }, { total: 42 }]]);
  });

  it('what it is an instance of, and functions, as the method gave them', async () => {
    const spy = new Spy();
    class Answer {
      readonly #words = ['a', 'b'];
      get wordCount(): number {
        return this.#words.length;
      }
    }
    const answer = new Answer();
    const url = new URL('https://a.example/x');
    const text = 'x'.repeat(100_000);
    class Desk {
      @Evaluate(spy)
      answer(): unknown {
        return { answer, url, bytes: Buffer.from('abc'), run: () => 1, password: 'kept', text };
      }
    }
    new Desk().answer();
    await tracer.flush();
    const [, seen] = spy.seen[0] as [unknown, Record<string, unknown>];
    expect((seen.answer as Answer).wordCount).toBe(2);
    expect((seen.url as URL).host).toBe('a.example');
    expect(Buffer.isBuffer(seen.bytes)).toBe(true);
    expect((seen.run as () => number)()).toBe(1);
    expect([seen.password, seen.text === text]).toEqual(['kept', true]);
  });

  it('what a rest parameter takes as one list, as the span has it', async () => {
    const spy = new Spy();
    class Sums {
      @Evaluate(spy)
      all(...numbers: number[]): number {
        return numbers.length;
      }
      @Evaluate(spy)
      from(start: number, ...numbers: number[]): number {
        return start + numbers.length;
      }
      @Trace({ sensitive: ['pins'] })
      @Evaluate(spy)
      hidden(name: string, ...pins: string[]): number {
        return name.length + pins.length;
      }
    }
    const sums = new Sums();
    sums.all(1, 2);
    sums.all(1);
    sums.all();
    sums.from(1);
    sums.from(1, 2, 3);
    sums.hidden('ann', 'p-1', 'p-2');
    await tracer.flush();
    expect(spy.seen).toEqual([
      [[1, 2], 2],
      [[1], 1],
      [[], 0],
      [1, 1],
      [{ start: 1, numbers: [2, 3] }, 3],
      [{ name: 'ann', pins: '[REDACTED]' }, 5],
    ]);
    expect(attributesOf('Sums.all')).toMatchObject({ 'honeyhive_inputs.numbers': '[1,2]' });
    expect(attributesOf('Sums.from')).toMatchObject({ 'honeyhive_inputs.start': 1 });
  });

  it('masks what is sensitive for evaluators too, and hides what is excluded', async () => {
    const spy = new Spy();
    class Login {
      @Trace({ sensitive: ['password', 'user.ssn'] })
      @Evaluate({ evaluator: spy })
      enter(user: { name: string; ssn: string }, password: string): string {
        return user.name + password.length;
      }
      @Evaluate({ evaluator: spy, includeInputs: false, includeOutputs: false })
      hidden(secret: string): string {
        return secret;
      }
    }
    const login = new Login();
    login.enter({ name: 'ann', ssn: 's-1' }, 's-2');
    login.hidden('s-3');
    await tracer.flush();
    expect(spy.seen).toEqual([
      [{ user: { name: 'ann', ssn: '[REDACTED]' }, password: '[REDACTED]' }, 'ann3'],
      [undefined, 's-3'],
    ]);
    expect(JSON.stringify(attributesOf('Login.hidden'))).not.toContain('s-3');
    expect(attributesOf('Login.hidden')).toMatchObject({ 'honeyhive_metrics.spy': 0.5 });
  });

  it('scores a stream once, on what was consumed; one that nobody reads is not scored', async () => {
    const spy = new Spy();
    class Chat {
      @Evaluate(spy)
      async *talk(): AsyncGenerator<string> {
        yield 'hel';
        yield 'lo';
        yield ' never read';
      }
    }
    const chat = new Chat();
    let count = 0;
    for await (const _part of chat.talk()) if (++count === 2) break;
    const unread = chat.talk();
    await tracer.flush();
    expect(spy.seen).toEqual([[undefined, 'hello']]);
    expect(unread).toBeDefined();
  });

  it('a failing, hanging, wrong or unknown evaluator costs its own score, nothing else', async () => {
    jest.spyOn(process.stderr, 'write').mockImplementation(() => true);
    class Robust {
      @Evaluate([
        () => {
          throw new Error('broken');
        },
        'nobody registered this',
      ])
      @Evaluate({ evaluator: () => new Promise(() => undefined), timeoutMs: 20 })
      @Evaluate({ evaluator: () => Number.NaN })
      @Evaluate({ evaluator: new Spy(), expected: () => Promise.reject(new Error('no reference')) })
      run(): string {
        return 'fine';
      }
    }
    expect(new Robust().run()).toBe('fine');
    await tracer.flush();
    const attributes = attributesOf('Robust.run');
    expect(attributes['honeyhive_metrics.spy']).toBe(0.5);
    expect(Object.values(attributes)).not.toContain(0);
    expect(JSON.stringify(attributes)).toContain('timeout');
  });

  it('an unknown evaluator in a list costs its own score, nothing else', async () => {
    const told = jest.spyOn(process.stderr, 'write').mockImplementation(() => true);
    class Unmakable extends Spy {
      constructor() {
        super({ threshold: Number.NaN });
      }
    }
    class Listed {
      @Evaluate([new Spy(), 'nobody', defineEvaluator('two', () => 'good'), null as never, Unmakable as never, ''])
      run(): string {
        return 'fine';
      }
    }
    expect(new Listed().run()).toBe('fine');
    await tracer.flush();
    expect(attributesOf('Listed.run')).toMatchObject({
      'honeyhive_metrics.spy': 0.5,
      'honeyhive_metrics.two': 'good',
      'honeyhive_metrics.nobody_status': 'error',
      'honeyhive_metrics.nobody_explanation': expect.stringMatching(/no evaluator "nobody". Known: .*exact_match, /),
      'honeyhive_metrics.evaluator_status': 'error',
      'honeyhive_metrics.unmakable_status': 'error',
      'honeyhive_metrics.evaluator_2_status': 'error',
    });
    expect(told.mock.calls.flat().join('')).toContain('@Evaluate: no evaluator "nobody"');
  });

  it('does not evaluate what an evaluator itself calls, nor a call that threw', async () => {
    let runs = 0;
    class Loop {
      @Evaluate(() => {
        runs++;
        return new Loop().work(1) === 'done';
      })
      work(n: number): string {
        if (n < 0) throw new Error('negative');
        return 'done';
      }
    }
    const loop = new Loop();
    loop.work(1);
    expect(() => loop.work(-1)).toThrow('negative');
    await tracer.flush();
    expect(runs).toBe(1);
    expect(spansNamed(tracer, 'Loop.work')).toHaveLength(3);
  });

  it('samples by trace id, so that a trace is evaluated as a whole', async () => {
    const spy = new Spy();
    class Some {
      @Evaluate({ evaluator: spy, sampleRate: 0.5 })
      run(n: number): number {
        return n;
      }
    }
    const some = new Some();
    for (let i = 0; i < 200; i++) some.run(i);
    await tracer.flush();
    expect(spy.seen.length).toBeGreaterThan(50);
    expect(spy.seen.length).toBeLessThan(150);
    const again = tracer.testSpans.filter((span) => 'honeyhive_metrics.spy' in span.attributes).length;
    expect(again).toBe(spy.seen.length);
  });

  it('returns before any evaluator has run', () => {
    const spy = new Spy();
    class Quick {
      @Evaluate(spy)
      run(): number {
        return 1;
      }
    }
    expect(new Quick().run()).toBe(1);
    expect(spy.seen).toEqual([]);
  });

  it('says so, on the span, when too many evaluations are waiting', async () => {
    class Flood {
      @Evaluate({ evaluator: () => new Promise((resolve) => setTimeout(resolve, 1, 1)), timeoutMs: 5_000 })
      run(n: number): number {
        return n;
      }
    }
    const flood = new Flood();
    for (let i = 0; i < 1_005; i++) flood.run(i);
    await tracer.flush();
    const skipped = tracer.testSpans.filter(
      (span) => span.attributes['honeyhive_metrics.evaluator_status'] === 'skipped',
    );
    expect([tracer.testSpans.length, skipped.length]).toEqual([1_005, 5]);
  });

  it('says so, on the span, when those that wait hold too much data', async () => {
    const small = createTestTracer({ limits: { queueBytes: 1_000_000 } });
    let free = (): void => undefined;
    const judge = new Promise<number>((resolve) => {
      free = () => resolve(1);
    });
    class Flood {
      @Evaluate({ evaluator: () => judge, tracer: small })
      run(n: number): string[] {
        return [`${n}`.repeat(400_000)];
      }
    }
    const flood = new Flood();
    const feedback = (): unknown[] =>
      small.testSpans.map((span) => span.attributes['honeyhive_metrics.evaluator_explanation']);
    for (let i = 1; i <= 4; i++) flood.run(i);
    expect(feedback()).toEqual([]);
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(feedback()).toEqual(['evaluations that are waiting hold too much data']);
    free();
    await small.flush();
    flood.run(5);
    await small.flush();
    expect(small.testSpans.map((span) => span.attributes['honeyhive_metrics.evaluator'])).toEqual([
      undefined,
      1,
      1,
      1,
      1,
    ]);
    await small.close();
  });
});
