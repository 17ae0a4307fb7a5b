import fc from 'fast-check';
import { ATrace, type HoneyHiveTracer, Trace, type TraceOptions } from 'honeyhive-decorators';

export const SHAPES = [
  'value',
  'promise',
  'async',
  'generator',
  'asyncGenerator',
  'thenable',
  'iterable',
  'stream',
  'static',
  'getter',
  'setter',
  'symbol',
] as const;
export type Shape = (typeof SHAPES)[number];

/** A call as it might come: what it is made on and with, in which shape it answers, and how it ends. */
export interface AnyCall {
  readonly shape: Shape;
  readonly self: unknown;
  readonly args: readonly unknown[];
  readonly payload: unknown;
  readonly ends: 'returns' | 'throws';
  /** How many steps a consumer of something lazy takes before it stops. */
  readonly steps: number;
  readonly options: number;
}

const KEY = Symbol('by symbol');

/** The tracer of the moment, and what the call under test answers. */
export interface Stage {
  tracer: HoneyHiveTracer | undefined;
  payload: unknown;
  ends: AnyCall['ends'];
}

type Decorator = (options: TraceOptions) => MethodDecorator;

/** A class with a method of every shape, decorated or not. */
export function actors(stage: Stage, decorator: Decorator, more: TraceOptions) {
  const deco = decorator({ ...more, tracer: () => stage.tracer });
  const answer = (): unknown => {
    if (stage.ends === 'throws') throw stage.payload;
    return stage.payload;
  };
  class Actor {
    @deco
    value(_first?: unknown, { a }: { a?: unknown } = {}, ..._rest: unknown[]): unknown {
      void a;
      return answer();
    }
    @deco
    promise(..._all: unknown[]): Promise<unknown> {
      return new Promise((resolve, reject) => {
        if (stage.ends === 'throws') reject(stage.payload);
        else resolve([stage.payload]);
      });
    }
    @deco
    async async(_x: unknown, _y = 'default'): Promise<unknown> {
      await null;
      return [answer()];
    }
    @deco
    *generator(..._all: unknown[]): Generator<unknown, unknown, unknown> {
      const got = yield stage.payload;
      yield got;
      return answer();
    }
    @deco
    async *asyncGenerator(..._all: unknown[]): AsyncGenerator<unknown> {
      yield [stage.payload];
      yield [answer()];
    }
    @deco
    thenable(..._all: unknown[]): PromiseLike<unknown> {
      return {
        then: (
          ok: ((value: never) => unknown) | null | undefined,
          no: ((thrown: unknown) => unknown) | null | undefined,
        ) => this.promise().then(ok as never, no) as never,
      };
    }
    @deco
    iterable(..._all: unknown[]): AsyncIterable<unknown> {
      return { [Symbol.asyncIterator]: () => this.asyncGenerator() };
    }
    @deco
    stream(..._all: unknown[]): ReadableStream<unknown> {
      let pulls = 0;
      return new ReadableStream(
        {
          pull(controller) {
            if (++pulls < 3) controller.enqueue(stage.payload);
            else if (stage.ends === 'throws') controller.error(stage.payload);
            else controller.close();
          },
        },
        { highWaterMark: 0 },
      );
    }
    @deco
    static static(this: unknown, ..._all: unknown[]): unknown {
      return answer();
    }
    @deco
    get getter(): unknown {
      return answer();
    }
    @deco
    set setter(_value: unknown) {
      answer();
    }
    @deco
    [KEY](..._all: unknown[]): unknown {
      return answer();
    }
  }
  return Actor;
}

export type Actors = ReturnType<typeof actors>;

/** What the traced classes are decorated with: every option that touches a call. */
export const OPTIONS: readonly TraceOptions[] = [
  {},
  { includeInputs: false, includeOutputs: false },
  { sensitive: ['_x', '_first.a', 'arg0'], argNames: ['one', 'two'] },
  { sampleRate: 0.5 },
  {
    captureInputs: (args) => args[0],
    captureOutput: (output: unknown) => [output],
  },
  {
    captureInputs: () => {
      throw new Error('inputs');
    },
    captureOutput: () => Promise.reject(new Error('output')),
  },
];

export const decorators: readonly Decorator[] = [Trace as Decorator, ATrace as unknown as Decorator];

const anything = fc.anything({
  withBigInt: true,
  withBoxedValues: true,
  withDate: true,
  withMap: true,
  withNullPrototype: true,
  withObjectString: true,
  withSet: true,
  withSparseArray: true,
  withTypedArray: true,
  withUnicodeString: true,
  maxDepth: 3,
  maxKeys: 4,
});

/** A value that is made when the call is: fast-check inspects what it generates, and some values do not bear that. */
type Maker = () => unknown;

/** Values that make whoever inspects them regret it. */
const hostile: fc.Arbitrary<Maker> = fc.constantFrom<Maker[]>(
  () => Object.freeze(new Error('frozen')),
  () => new Proxy({}, { get: () => fail('get'), ownKeys: () => fail('ownKeys'), has: () => fail('has') }),
  () => new Proxy(() => undefined, {}),
  () => ({
    get boom() {
      return fail('getter');
    },
  }),
  () => ({ toJSON: () => fail('toJSON') }),
  () => ({ toString: () => fail('toString'), [Symbol.toPrimitive]: () => fail('toPrimitive') }),
  () => Object.defineProperty({}, 'constructor', { get: () => fail('constructor') }),
  () => JSON.parse('{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"a.__proto__.b":1}'),
  () => circular(),
  () => Symbol('value'),
  () => new Date(Number.NaN),
  () => 2n ** 300n,
  () => new WeakMap(),
  () => '\ud800'.repeat(9),
  () =>
    new (class Deep {
      inner = circular();
    })(),
);

function fail(text: string): never {
  throw new Error(text);
}

function circular(): object {
  const made: Record<string, unknown> = { list: [] };
  made.self = made;
  (made.list as unknown[]).push(made);
  return made;
}

const any: fc.Arbitrary<Maker> = fc.oneof(
  { weight: 4, arbitrary: anything.map((value) => () => value) },
  { weight: 1, arbitrary: hostile },
);

export interface CallPlan extends Omit<AnyCall, 'self' | 'args' | 'payload'> {
  readonly self: Maker;
  readonly args: readonly Maker[];
  readonly payload: Maker;
}

export function made(plan: CallPlan): AnyCall {
  return { ...plan, self: plan.self(), args: plan.args.map((make) => make()), payload: plan.payload() };
}

export const anyCall: fc.Arbitrary<CallPlan> = fc.record({
  shape: fc.constantFrom(...SHAPES),
  self: fc.oneof(
    fc.constant<Maker>(() => 'own'),
    any,
  ),
  args: fc.array(any, { maxLength: 4 }),
  payload: any,
  ends: fc.constantFrom('returns', 'returns', 'throws'),
  steps: fc.nat({ max: 4 }),
  options: fc.nat({ max: OPTIONS.length * 2 - 1 }),
});

/** Makes the call and consumes what it gives; every fact that the program could see, in order. */
export async function outcome(Actor: Actors, call: AnyCall): Promise<unknown[]> {
  const facts: unknown[] = [];
  const actor = new Actor();
  const self = call.self === 'own' || call.shape === 'thenable' || call.shape === 'iterable' ? actor : call.self;
  try {
    await consume(start(Actor, actor, self, call), call, facts);
  } catch (thrown) {
    facts.push('threw', thrown);
  }
  return facts;
}

function start(Actor: Actors, actor: InstanceType<Actors>, self: unknown, call: AnyCall): unknown {
  const { shape, args } = call;
  switch (shape) {
    case 'static':
      return Reflect.apply(Actor.static, call.self === 'own' ? Actor : self, args);
    case 'getter':
      return actor.getter;
    case 'setter':
      actor.setter = args[0];
      return 'set';
    case 'symbol':
      return Reflect.apply(actor[KEY], self, args);
    default:
      return Reflect.apply(actor[shape] as (...all: unknown[]) => unknown, self, args);
  }
}

async function consume(given: unknown, call: AnyCall, facts: unknown[]): Promise<void> {
  const { shape, steps } = call;
  switch (shape) {
    case 'promise':
    case 'async':
    case 'thenable':
      facts.push(typeof (given as PromiseLike<unknown>).then, given instanceof Promise);
      facts.push(...((await (given as PromiseLike<unknown>)) as unknown[]));
      return;
    case 'generator': {
      const generator = given as Generator<unknown, unknown, unknown>;
      for (let i = 0; i < steps; i++) {
        const { done, value } = generator.next(call.payload);
        facts.push(done, value);
      }
      if (steps % 2 === 1) facts.push(generator.return('stop').value);
      return;
    }
    case 'asyncGenerator':
    case 'iterable': {
      let left = steps;
      for await (const chunk of given as AsyncIterable<unknown[]>) {
        facts.push(...chunk);
        if (--left <= 0) break;
      }
      return;
    }
    case 'stream': {
      const reader = (given as ReadableStream<unknown>).getReader();
      for (let i = 0; i < steps; i++) {
        const { done, value } = await reader.read();
        facts.push(done, value);
        if (done) return;
      }
      await reader.cancel(call.payload);
      return;
    }
    default:
      facts.push(given);
  }
}
