/** What `@TraceClass` does with members that the class inherits: they stay the base class's, found there at each call. */
import 'reflect-metadata';
import { Evaluate, getTraceMetadata, type HoneyHiveTracer, NoTrace, Trace, TraceClass } from 'honeyhive-decorators';
import { createTestTracer } from 'honeyhive-decorators/testing';

let tracer: HoneyHiveTracer;
beforeEach(() => {
  tracer = createTestTracer();
});
afterEach(async () => {
  await tracer.close();
  jest.restoreAllMocks();
});

const names = (): string[] => tracer.testSpans.map((span) => span.name);
const attributesOf = (name: string): Record<string, unknown> =>
  tracer.testSpans.find((span) => span.name === name)?.attributes ?? {};

/** A base class of its own for each test, and what is left of it to be compared. */
function classes() {
  class Base {
    readonly name: string = 'base';
    load(id: string, _limit = 5): string {
      return `${this.name} ${id}`;
    }
    static make(kind: string): string {
      return `${this.name} made ${kind}`;
    }
  }
  class Middle extends Base {}
  const before = [Base, Base.prototype, Middle, Middle.prototype].map((owner) =>
    Object.getOwnPropertyDescriptors(owner),
  );
  @TraceClass({ eventType: 'chain' })
  class Derived extends Middle {
    override readonly name: string = 'derived';
    own(): string {
      return this.load('own');
    }
  }
  const untouched = (): void =>
    expect(
      [Base, Base.prototype, Middle, Middle.prototype].map((owner) => Object.getOwnPropertyDescriptors(owner)),
    ).toEqual(before);
  return { Base, Middle, Derived, untouched };
}

describe('an inherited member', () => {
  it('is traced, with the names of its parameters; the base class stays as it is', () => {
    const { Base, Derived, untouched } = classes();
    expect([new Derived().load('7'), Derived.make('x'), new Base().load('8')]).toEqual([
      'derived 7',
      'Derived made x',
      'base 8',
    ]);
    expect(names()).toEqual(['Derived.load', 'Derived.make']);
    expect(attributesOf('Derived.load')).toMatchObject({
      'honeyhive_inputs.id': '7',
      'honeyhive_inputs._limit': 5,
      'honeyhive_outputs.result': 'derived 7',
      honeyhive_event_type: 'chain',
    });
    expect(attributesOf('Derived.make')).toMatchObject({ 'honeyhive_inputs.kind': 'x' });
    expect(getTraceMetadata(Derived, 'load')).toMatchObject({ trace: { eventType: 'chain' } });
    untouched();
  });

  it('looks like the member it is: name, length, source, own properties, metadata, place', () => {
    const tag = Symbol('tag');
    class Base {
      async load(_id: string, _limit: number): Promise<void> {}
    }
    Object.assign(Base.prototype.load, { route: '/x', [tag]: 1 });
    Reflect.defineMetadata('guards', ['admin'], Base.prototype.load);
    @TraceClass
    class Derived extends Base {}
    const traced = Derived.prototype.load as typeof Derived.prototype.load & { route: string; [tag]: number };
    expect(traced).not.toBe(Base.prototype.load);
    expect([traced.name, traced.length, traced.route, traced[tag]]).toEqual(['load', 2, '/x', 1]);
    expect(String(traced)).toBe(String(Base.prototype.load));
    expect(Reflect.getMetadata('guards', traced)).toEqual(['admin']);
    expect(Object.getPrototypeOf(traced)).toBe(Object.getPrototypeOf(Base.prototype.load));
    expect(Object.getOwnPropertyDescriptor(Derived.prototype, 'load')).toMatchObject({
      enumerable: false,
      writable: true,
      configurable: true,
    });
  });

  it('is what the base class has at the time of the call: spies, patches, classes between', () => {
    const { Base, Middle, Derived } = classes();
    const derived = new Derived();
    const spy = jest.spyOn(Base.prototype, 'load').mockReturnValue('mocked');
    const make = jest.spyOn(Base, 'make').mockReturnValue('mocked');
    expect([derived.load('1'), derived.own(), Derived.make('y')]).toEqual(['mocked', 'mocked', 'mocked']);
    expect(spy.mock.calls).toEqual([['1'], ['own']]);
    expect(spy.mock.contexts).toEqual([derived, derived]);
    expect(make.mock.contexts).toEqual([Derived]);
    jest.restoreAllMocks();
    expect([derived.load('2'), Derived.make('z')]).toEqual(['derived 2', 'Derived made z']);

    Middle.prototype.load = function (id) {
      return `${Base.prototype.load.call(this, id)} through the middle`;
    };
    expect(derived.load('3')).toBe('derived 3 through the middle');
    Object.setPrototypeOf(Derived.prototype, { load: () => 'another base' });
    expect(derived.load('4')).toBe('another base');
    expect(names().filter((name) => name === 'Derived.load')).toHaveLength(5);
  });

  it('is spied on in the derived class as ever, and called on other receivers', () => {
    const { Base, Derived } = classes();
    const load = jest.spyOn(Derived.prototype, 'load').mockReturnValue('own mock');
    expect([new Derived().load('1'), new Base().load('1')]).toEqual(['own mock', 'base 1']);
    load.mockRestore();
    expect(new Derived().load('1')).toBe('derived 1');
    expect(Derived.prototype.load.call({ name: 'borrowed' } as never, '2')).toBe('borrowed 2');
    class Further extends Derived {
      override load(id: string): string {
        return `${super.load(id)}!`;
      }
    }
    expect(new Further().load('3')).toBe('derived 3!');
  });

  it('that is gone is a TypeError, as it would be', () => {
    const { Base, Derived } = classes();
    Reflect.deleteProperty(Base.prototype, 'load');
    expect(() => new Derived().load('1')).toThrow(TypeError);
  });

  it('keeps what the base class says of it: excluded, untraced, traced by itself', async () => {
    class Base {
      @NoTrace
      quiet(): number {
        return 1;
      }
      left(): number {
        return 2;
      }
      @Trace({ eventType: 'model' })
      traced(): number {
        return 3;
      }
      @Evaluate(() => true)
      scored(): number {
        return 4;
      }
    }
    @TraceClass({ exclude: ['left'], eventType: 'chain' })
    class Derived extends Base {}
    const derived = new Derived();
    expect([derived.quiet(), derived.left(), derived.traced(), derived.scored()]).toEqual([1, 2, 3, 4]);
    await tracer.flush();
    expect(tracer.testSpans.map((span) => [span.name, span.attributes.honeyhive_event_type])).toEqual([
      ['Derived.traced', 'model'],
      ['Derived.scored', 'tool'],
    ]);
    expect(attributesOf('Derived.scored')).toMatchObject({ 'honeyhive_metrics.evaluator': true });
    for (const key of ['quiet', 'left', 'traced', 'scored']) expect(Object.hasOwn(Derived.prototype, key)).toBe(false);
  });

  it('makes one span of one call, also where the base class is traced afterwards', () => {
    const { Base, Derived } = classes();
    (TraceClass as (target: unknown) => void)(Base);
    expect([new Derived().load('1'), new Base().load('2')]).toEqual(['derived 1', 'base 2']);
    expect(names()).toEqual(['Derived.load', 'Base.load']);
  });

  it('may be an old-style constructor', () => {
    class Base {}
    function Point(this: { x: number }, x: number): void {
      this.x = x;
    }
    Object.assign(Base, { Point });
    @TraceClass
    class Derived extends Base {}
    const Made = (Derived as unknown as { Point: new (x: number) => { x: number } }).Point;
    const point = new Made(3);
    expect([point.x, point instanceof Made, point instanceof (Point as never)]).toEqual([3, true, true]);
    expect(names()).toEqual([]);
  });

  it('may be a generator, an async one or async', async () => {
    class Base {
      *some(): Generator<number> {
        yield 1;
        yield 2;
      }
      async *more(): AsyncGenerator<number> {
        yield 3;
      }
      async later(): Promise<number> {
        return 4;
      }
    }
    @TraceClass
    class Derived extends Base {}
    const derived = new Derived();
    const all: number[] = [...derived.some()];
    for await (const n of derived.more()) all.push(n);
    expect([...all, await derived.later()]).toEqual([1, 2, 3, 4]);
    expect(names()).toEqual(['Derived.some', 'Derived.more', 'Derived.later']);
  });
});
