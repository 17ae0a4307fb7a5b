import { getTraceMetadata, type HoneyHiveTracer, Trace, trace } from 'honeyhive-decorators';
import { createTestTracer, spansNamed } from 'honeyhive-decorators/testing';

let tracer: HoneyHiveTracer;
beforeEach(() => {
  tracer = createTestTracer();
});
afterEach(() => tracer.close());

type AnyFunction = (...args: never[]) => unknown;

/** Everything a program can ask a function about itself. */
function looks(fn: AnyFunction): unknown {
  return {
    name: Object.getOwnPropertyDescriptor(fn, 'name'),
    length: Object.getOwnPropertyDescriptor(fn, 'length'),
    text: fn.toString(),
    tag: Object.prototype.toString.call(fn),
    maker: fn.constructor.name,
    prototype: Object.getPrototypeOf(fn),
    own: Object.getOwnPropertyDescriptor(fn, 'own'),
    keys: Object.keys(fn),
    extensible: Object.isExtensible(fn),
    frozen: Object.isFrozen(fn),
    isConstructor: isConstructor(fn),
  };
}

function isConstructor(fn: unknown): boolean {
  try {
    Reflect.construct(Object, [], fn as new () => object);
    return true;
  } catch {
    return false;
  }
}

const functions: Record<string, () => AnyFunction> = {
  'a function': () => function plain(_a: number, _b?: number) {},
  'an arrow': () => (_a: number) => 1,
  'an async function': () => async function later() {},
  'an async arrow': () => async () => 1,
  'a generator function': () =>
    function* steps() {
      yield 1;
    },
  'an async generator function': () =>
    async function* feed() {
      yield 1;
    },
  'a bound function': () => function bindable(_a: number, _b: number) {}.bind(null, 1),
  'a native function': () => Math.max as AnyFunction,
  'a function with properties of its own': () =>
    Object.defineProperty(function tagged() {}, 'own', { get: () => 'read', enumerable: true, configurable: true }),
  'a function with a text of its own': () => Object.assign(function told() {}, { toString: () => 'told' }),
  'a function without a name': () => {
    const fn = (): number => 1;
    Reflect.deleteProperty(fn, 'name');
    return fn;
  },
  'a function whose name is no text': () => Object.defineProperty(() => 1, 'name', { value: undefined }),
  'a function whose name throws': () =>
    Object.defineProperty(() => 1, 'name', {
      get() {
        throw new Error('name');
      },
    }),
  'a frozen function': () => Object.freeze(function cold() {}),
  'a function with another prototype': () => Object.setPrototypeOf(() => 1, { extra: 'inherited' }) as AnyFunction,
};

describe('a traced function looks like the function', () => {
  it.each(Object.keys(functions))('%s', (name) => {
    const fn = (functions[name] as () => AnyFunction)();
    expect(looks(trace(fn))).toEqual(looks(fn));
    expect((trace(fn) as { prototype?: unknown }).prototype).toBe((fn as { prototype?: unknown }).prototype);
  });
});

describe('constructor functions', () => {
  interface Point {
    x: number;
  }
  type PointMaker = { new (x: number): Point; (x: number): void; prototype: Point };

  it('can be called with new, extended, and asked with instanceof', () => {
    const Point = function (this: Point, x: number) {
      this.x = x;
    } as unknown as PointMaker;
    const Traced = trace(Point as unknown as (x: number) => void) as unknown as PointMaker;
    class Point3 extends Traced {
      z = 3;
    }
    const made = new Traced(1);
    const derived = new Point3(2);
    expect([made.x, derived.x, derived.z]).toEqual([1, 2, 3]);
    expect([made instanceof Traced, made instanceof Point, derived instanceof Point3]).toEqual([true, true, true]);
    expect(Traced.prototype).toBe(Point.prototype);
  });

  it('see new.target as they would', () => {
    const seen: unknown[] = [];
    const Maker = function () {
      seen.push(new.target);
    } as unknown as new () => object;
    const Traced = trace(Maker as unknown as () => void) as unknown as new () => object;
    const Other = class extends Traced {};
    new Traced();
    new Other();
    (Traced as unknown as () => void)();
    expect(seen).toEqual([Maker, Other, undefined]);
  });
});

describe('tracing what is traced already', () => {
  it('makes one span, by the options of both, and leaves the first as it was', () => {
    const first = trace({ eventName: 'first', metadata: { a: 1 } })((n: number) => n);
    const second = trace({ eventName: 'second' })(first);
    expect([second(1), first(2)]).toEqual([1, 2]);
    expect(tracer.testSpans.map((span) => [span.name, span.attributes['honeyhive_metadata.a']])).toEqual([
      ['second', 1],
      ['first', 1],
    ]);
  });

  it('an inherited method taken over under other options stays as it was on its own class', () => {
    class Base {
      @Trace({ eventName: 'base' })
      run(): number {
        return 1;
      }
    }
    class Derived extends Base {}
    Derived.prototype.run = trace({ eventName: 'derived' })(Base.prototype.run);
    new Base().run();
    new Derived().run();
    expect(tracer.testSpans.map((span) => span.name)).toEqual(['base', 'derived']);
    expect(getTraceMetadata(Base, 'run')?.trace).toEqual({ eventName: 'base' });
    expect(getTraceMetadata(Derived, 'run')?.trace).toEqual({ eventName: 'derived' });
  });
});

describe('a wrong option', () => {
  it('costs its own attribute, not the span', () => {
    const run = trace({
      metadata: {
        get bad(): never {
          throw new Error('metadata');
        },
        good: 1,
      },
      attributes: {
        get broken(): never {
          throw new Error('attributes');
        },
        whole: 2,
      },
    })(function run() {
      return 'ok';
    });
    expect(run()).toBe('ok');
    expect(spansNamed(tracer, 'run')[0]?.attributes).toMatchObject({
      'honeyhive_metadata.bad': '[Throws: metadata]',
      'honeyhive_metadata.good': 1,
      broken: '[Throws: attributes]',
      whole: 2,
      'honeyhive_outputs.result': 'ok',
    });
  });
});
