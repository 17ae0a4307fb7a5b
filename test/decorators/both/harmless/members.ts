import type { Note, Program } from './observe.js';

const KEY = Symbol('symbol member');

/** Every member a class can have that both worlds can decorate. */
export const members: Program[] = [
  {
    name: 'instance method: this, arguments, result',
    run(deco, note) {
      class Box {
        value = 2;
        @deco
        times(factor: number, ...more: number[]): number {
          note(this instanceof Box, arguments.length, more.length);
          return this.value * factor;
        }
      }
      const box = new Box();
      note(box.times.name, box.times.length, typeof Object.getOwnPropertyDescriptor(Box.prototype, 'times')?.value);
      note(Object.keys(Box.prototype).length, Object.getOwnPropertyDescriptor(Box.prototype, 'times')?.enumerable);
      return [
        box.times(3),
        box.times.call({ value: 5 } as Box, 2),
        box.times.apply(box, [1, 2, 3]),
        box.times.bind(box)(4),
      ].join();
    },
  },
  {
    name: 'called without this',
    run(deco, note) {
      class Loose {
        @deco
        self(): unknown {
          note(this === undefined);
          return this;
        }
      }
      const { self } = new Loose();
      return self();
    },
  },
  {
    name: 'static method: this is the class, inherited statics too',
    run(deco, note) {
      class Base {
        static label = 'base';
        @deco
        static who(): string {
          note(this.name);
          return this.label;
        }
      }
      class Derived extends Base {
        static override label = 'derived';
      }
      return Base.who() + Derived.who();
    },
  },
  {
    name: 'inherited, overridden with super, and abstract implemented',
    run(deco, note) {
      abstract class Shape {
        abstract area(): number;
        @deco
        describe(): string {
          note('base');
          return `area ${this.area()}`;
        }
      }
      class Square extends Shape {
        readonly side = 3;
        @deco
        area(): number {
          note('area');
          return this.side ** 2;
        }
        @deco
        override describe(): string {
          note('derived');
          return `square, ${super.describe()}`;
        }
      }
      return new Square().describe();
    },
  },
  {
    name: 'symbol-named and computed members',
    run(deco) {
      const computed = 'com' + 'puted';
      class Odd {
        @deco
        [KEY](): string {
          return 'by symbol';
        }
        @deco
        [computed](): string {
          return 'by name';
        }
        @deco
        'with blanks'(): string {
          return 'quoted';
        }
        @deco
        7(): string {
          return 'number';
        }
      }
      const odd = new Odd() as Odd & Record<string, () => string>;
      return [odd[KEY](), odd[computed]?.(), odd['with blanks'](), odd[7]()].join();
    },
  },
  {
    name: 'getter and setter',
    run(deco, note) {
      class Temperature {
        #celsius = 20;
        @deco
        get fahrenheit(): number {
          note('get', this instanceof Temperature);
          return this.#celsius * 1.8 + 32;
        }
        set fahrenheit(value: number) {
          note('set', value);
          this.#celsius = (value - 32) / 1.8;
        }
      }
      const t = new Temperature();
      t.fahrenheit = 212;
      note(Object.keys(t).length, 'fahrenheit' in t);
      return t.fahrenheit;
    },
  },
  {
    name: 'method that returns this, an argument, a stored object: same identity',
    run(deco, note) {
      const stored = { a: 1 };
      class Same {
        @deco
        me(): this {
          return this;
        }
        @deco
        back<T>(value: T): T {
          return value;
        }
        @deco
        kept(): object {
          return stored;
        }
      }
      const same = new Same();
      const argument = Object.freeze({ b: 2 });
      note(same.me() === same, same.back(argument) === argument, same.kept() === stored, Object.isFrozen(argument));
    },
  },
  {
    name: 'cannot be constructed, like any method',
    run(deco, note) {
      class Maker {
        @deco
        make(): number {
          return 1;
        }
      }
      try {
        const make = new Maker().make as unknown as new () => unknown;
        new make();
      } catch (thrown) {
        note((thrown as Error).constructor === TypeError);
      }
    },
  },
  {
    name: 'recursion and mutual calls',
    run(deco) {
      class Maths {
        @deco
        factorial(n: number): number {
          return n <= 1 ? 1 : n * this.factorial(n - 1);
        }
        @deco
        isEven(n: number): boolean {
          return n === 0 || this.isOdd(n - 1);
        }
        @deco
        isOdd(n: number): boolean {
          return n !== 0 && this.isEven(n - 1);
        }
      }
      const maths = new Maths();
      return `${maths.factorial(10)} ${maths.isEven(7)}`;
    },
  },
  {
    name: 'thrown values keep their identity, whatever they are',
    async run(deco, note) {
      const values: unknown[] = [
        new Error('plain'),
        Object.freeze(new TypeError('frozen')),
        'text',
        null,
        undefined,
        0,
        Symbol('thrown'),
        { code: 7 },
        new AggregateError([new Error('inner')], 'many'),
        new Proxy(
          {},
          {
            get: () => {
              throw new Error('trap');
            },
          },
        ),
        Object.create(null),
      ];
      class Thrower {
        @deco
        now(value: unknown): never {
          throw value;
        }
        @deco
        async later(value: unknown): Promise<never> {
          throw value;
        }
      }
      const thrower = new Thrower();
      for (const value of values) {
        try {
          thrower.now(value);
        } catch (thrown) {
          note(thrown === value);
        }
        await thrower.later(value).then(
          () => note('resolved'),
          (thrown) => note(thrown === value),
        );
      }
    },
  },
  {
    name: 'hostile arguments and results are passed on untouched',
    run(deco, note) {
      class Pipe {
        @deco
        through(value: unknown): unknown {
          return value;
        }
      }
      const pipe = new Pipe();
      for (const value of hostile(note)) note(Object.is(pipe.through(value), value));
    },
  },
  {
    name: 'arguments are as the program changed them',
    run(deco) {
      class Sorter {
        @deco
        sort(list: number[]): number[] {
          return list.sort((a, b) => a - b);
        }
      }
      const list = [3, 1, 2];
      return `${new Sorter().sort(list) === list} ${list}`;
    },
  },
];

/** Values whose inspection would throw, loop, cost a lot or have effects that a program could see. */
function hostile(note: Note): unknown[] {
  const circular: Record<string, unknown> = {};
  circular.self = circular;
  let deep: unknown = {};
  for (let i = 0; i < 20_000; i++) deep = { deep };
  const revoked = Proxy.revocable({}, {});
  revoked.revoke();
  return [
    circular,
    deep,
    revoked.proxy,
    new Proxy(
      {},
      {
        ownKeys: () => {
          throw new Error('ownKeys');
        },
      },
    ),
    {
      get boom() {
        throw new Error('getter');
      },
    },
    {
      toString() {
        throw new Error('toString');
      },
    },
    {
      [Symbol.toPrimitive]() {
        throw new Error('toPrimitive');
      },
    },
    Object.defineProperty({}, 'constructor', {
      get() {
        throw new Error('constructor');
      },
    }),
    2n ** 200n,
    Number.NaN,
    -0,
    new Date(Number.NaN),
    new Map([[{}, new Set([1])]]),
    new WeakMap(),
    new WeakRef({}),
    Buffer.alloc(10),
    new SharedArrayBuffer(8),
    'x'.repeat(1_000_000),
    '\ud800',
    Symbol('s'),
    () => note('never called'),
    new (class extends Array {})(),
    Object.create(null),
    JSON.parse('{"__proto__": {"polluted": true}, "constructor": 1}'),
  ];
}
