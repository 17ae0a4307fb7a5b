import { getEventListeners } from 'node:events';
import { runInNewContext } from 'node:vm';
import type { Program } from './observe.js';

/** What a method is called on, what it is called with, and what else lives in the process. */
export const surroundings: Program[] = [
  {
    name: 'this is a proxy: no trap of it runs because of us',
    run(deco, note) {
      class Model {
        name = 'm';
        @deco
        hello(): string {
          return `hello ${this.name}`;
        }
        @deco
        me(): this {
          return this;
        }
      }
      const traps: string[] = [];
      const proxy = new Proxy(new Model(), {
        get(target, key, receiver) {
          traps.push(String(key));
          return Reflect.get(target, key, receiver);
        },
        has(target, key) {
          traps.push(`has ${String(key)}`);
          return Reflect.has(target, key);
        },
      });
      note(proxy.hello(), traps.join());
    },
  },
  {
    name: 'the result is a proxy that makes up every property it is asked for',
    async run(deco, note) {
      const asked: string[] = [];
      const remote = new Proxy(() => undefined, {
        get(_target, key) {
          asked.push(String(key));
          return key === 'then' ? undefined : () => remote;
        },
      });
      const plain = new Proxy(
        {},
        {
          get(_target, key) {
            asked.push(String(key));
            return key === 'then' ? undefined : () => plain;
          },
        },
      ) as object;
      class Rpc {
        @deco
        service(): unknown {
          return remote;
        }
        @deco
        other(): unknown {
          return plain;
        }
      }
      note(new Rpc().service() === remote, new Rpc().other() === plain);
      note(asked.filter((key) => ['getReader', 'pipe', 'subscribe', 'next', 'then', 'emit'].includes(key)).join());
    },
  },
  {
    name: 'a result with getters that do work',
    run(deco, note) {
      class Costly {
        reads: string[] = [];
        get then(): undefined {
          this.reads.push('then');
          return undefined;
        }
        get subscribe(): undefined {
          this.reads.push('subscribe');
          return undefined;
        }
        get pipe(): undefined {
          this.reads.push('pipe');
          return undefined;
        }
        get getReader(): undefined {
          this.reads.push('getReader');
          return undefined;
        }
        get [Symbol.asyncIterator](): undefined {
          this.reads.push('asyncIterator');
          return undefined;
        }
      }
      class Shop {
        @deco
        costly(): Costly {
          return new Costly();
        }
      }
      note(new Shop().costly().reads.join());
    },
  },
  {
    name: 'called on other receivers: primitives, null prototype, another realm, a class whose name throws',
    run(deco, note) {
      class Loan {
        @deco
        borrowed(this: unknown): string {
          return typeof this;
        }
      }
      const { borrowed } = Loan.prototype;
      class Nameless {
        static get name(): string {
          throw new Error('name');
        }
      }
      class Named {
        static name = { not: 'text' };
      }
      const constructorThrows = Object.defineProperty({}, 'constructor', {
        get() {
          throw new Error('constructor');
        },
      });
      for (const receiver of [
        'text',
        5,
        true,
        Symbol('s'),
        1n,
        null,
        undefined,
        Object.create(null),
        runInNewContext('new (class Far {})'),
        new Nameless(),
        new Named(),
        Nameless,
        constructorThrows,
        Object.freeze({}),
      ]) {
        note(borrowed.call(receiver));
      }
    },
  },
  {
    name: 'mixins, borrowed methods, and methods assigned to other classes',
    run(deco, note) {
      const Greeting = <B extends new (...args: any[]) => object>(Base: B) => {
        class Mixed extends Base {
          @deco
          greet(): string {
            return `${(this as { label?: string }).label}`;
          }
        }
        return Mixed;
      };
      class Plain {
        label = 'plain';
      }
      class Left extends Greeting(Plain) {
        override greet(): string {
          return `left ${super.greet()}`;
        }
      }
      class Right extends Greeting(Greeting(Plain)) {}
      class Third {
        label = 'third';
      }
      Object.assign(Third.prototype, { greet: Right.prototype.greet });
      note(new Left().greet(), new Right().greet(), (new Third() as unknown as Left).greet());
    },
  },
  {
    name: 'fields that shadow methods, fields that hold bound methods',
    run(deco, note) {
      class Base {
        @deco
        act(): string {
          return 'method';
        }
      }
      class Shadow extends Base {
        override act = (): string => `field, ${Base.prototype.act.call(this)}`;
      }
      class Bound extends Base {
        readonly bound = this.act.bind(this);
      }
      note(new Shadow().act(), new Bound().bound(), Object.keys(new Shadow()).join());
    },
  },
  {
    name: 'disposables, by method and by using',
    async run(deco, note) {
      class Lease {
        @deco
        [Symbol.dispose](): void {
          note('disposed');
        }
        @deco
        async [Symbol.asyncDispose](): Promise<void> {
          note('disposed later');
        }
      }
      class Pool {
        @deco
        lease(): Lease {
          return new Lease();
        }
        @deco
        *held(): Generator<number> {
          try {
            yield 1;
          } finally {
            note('released');
          }
        }
      }
      const pool = new Pool();
      {
        using lease = pool.lease();
        await using later = pool.lease();
        note(lease instanceof Lease, later instanceof Lease);
      }
      for (const held of pool.held()) {
        note(held);
        break;
      }
    },
  },
  {
    name: 'chance is not used up, the clock is not asked for by its global name',
    run(deco, note) {
      class Dice {
        @deco
        roll(): number {
          return Math.random();
        }
      }
      const { random } = Math;
      let calls = 0;
      Math.random = () => ++calls;
      try {
        note(new Dice().roll(), new Dice().roll(), Math.random());
      } finally {
        Math.random = random;
      }
    },
  },
  {
    name: 'a recursion five hundred calls deep, and two that call each other',
    oneState: true,
    run(deco, note) {
      class Tree {
        depth = 0;
        @deco
        down(left: number): number {
          this.depth++;
          return left === 0 ? 0 : 1 + this.down(left - 1);
        }
        @deco
        ping(left: number): number {
          return left === 0 ? 0 : 1 + this.pong(left - 1);
        }
        @deco
        pong(left: number): number {
          return left === 0 ? 0 : 1 + this.ping(left - 1);
        }
      }
      const tree = new Tree();
      note(tree.down(500), tree.ping(500), tree.depth);
    },
  },
  {
    name: 'an error thrown with the stack nearly full keeps its identity',
    oneState: true,
    run(deco, note) {
      const sentinel = new Error('at the bottom');
      class Deep {
        @deco
        down(): never {
          try {
            return this.down();
          } catch (thrown) {
            if (thrown instanceof RangeError) throw sentinel;
            throw thrown;
          }
        }
      }
      try {
        new Deep().down();
      } catch (thrown) {
        note(thrown === sentinel);
      }
    },
  },
  {
    name: 'user code in toJSON, toString and inspect that throws or changes things',
    run(deco, note) {
      const hostile = {
        items: [1],
        toJSON() {
          throw new Error('toJSON');
        },
        toString() {
          throw new Error('toString');
        },
        [Symbol.for('nodejs.util.inspect.custom')]() {
          throw new Error('inspect');
        },
      };
      class Quiet {
        @deco
        pass<T>(value: T): T {
          return value;
        }
        @deco
        fail(value: unknown): never {
          throw value;
        }
      }
      note(new Quiet().pass(hostile) === hostile);
      try {
        new Quiet().fail(hostile);
      } catch (thrown) {
        note(thrown === hostile);
      }
      class Unreadable extends Error {
        override get message(): string {
          throw new Error('message');
        }
        override get stack(): string {
          throw new Error('stack');
        }
        override get name(): string {
          throw new Error('name');
        }
      }
      const unreadable = new Unreadable();
      try {
        new Quiet().fail(unreadable);
      } catch (thrown) {
        note(thrown === unreadable);
      }
    },
  },
  {
    name: 'no prototype of the language is changed',
    run(deco, note) {
      const prototypes = [Object, Array, Function, Promise, Map, Date, RegExp, Error].map((type) => type.prototype);
      const before = prototypes.map((one) => Reflect.ownKeys(one).length).join();
      class Any {
        @deco
        *all(value: unknown): Generator<unknown> {
          yield value;
        }
      }
      const poison = JSON.parse('{"__proto__":{"x":1},"constructor":{"prototype":{"x":1}},"a.__proto__.x":1}');
      note([...new Any().all(poison)].length, ({} as { x?: number }).x);
      note(before === prototypes.map((one) => Reflect.ownKeys(one).length).join());
    },
  },
  {
    name: 'the abort signal of a call gets no listener of ours',
    async run(deco, note) {
      class Cut {
        @deco
        *steps(_signal: AbortSignal): Generator<number> {
          yield 1;
        }
        @deco
        async later(_options: { signal: AbortSignal }): Promise<number> {
          return 1;
        }
      }
      const { signal } = new AbortController();
      const steps = new Cut().steps(signal);
      note(steps.next().value, getEventListeners(signal, 'abort').length);
      await new Cut().later({ signal });
      note(getEventListeners(signal, 'abort').length);
    },
  },
  {
    name: 'functions: frozen, with own properties, called as constructors by mistake',
    run(deco, note) {
      class Fn {
        @deco
        static method(a: number, b = 2): number {
          return a + b;
        }
      }
      const method = Fn.method as typeof Fn.method & { tag?: string };
      method.tag = 'own';
      note(method.length, method.name, Fn.method.call(Fn, 1), Object.keys(method).join());
      note(String(method).includes('return a + b'), typeof Object.getOwnPropertyDescriptor(method, 'prototype'));
      note(Object.getOwnPropertyDescriptor(Fn, 'method')?.writable, Reflect.has(method, 'caller'));
    },
  },
];
