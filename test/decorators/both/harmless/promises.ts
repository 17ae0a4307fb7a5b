import { AsyncLocalStorage } from 'node:async_hooks';
import { runInNewContext } from 'node:vm';
import type { Program } from './observe.js';

const tick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Promises and thenables as libraries really make them. */
export const promises: Program[] = [
  {
    name: 'promises nobody may change: frozen before and after they are returned',
    async run(deco, note) {
      const frozen = Object.freeze(Promise.resolve('ice'));
      class Cold {
        @deco
        get(): Promise<string> {
          return frozen;
        }
        @deco
        async later(): Promise<string> {
          await null;
          return 'later';
        }
      }
      note(new Cold().get() === frozen, await new Cold().get());
      const later = Object.freeze(new Cold().later());
      note(later.constructor === Promise, await later, await later.then((text) => text.length));
    },
  },
  {
    name: 'a promise whose constructor the program sets',
    async run(deco, note) {
      let asked = 0;
      class Species<T> extends Promise<T> {}
      class Maker {
        @deco
        own(): Promise<number> {
          const promise = Promise.resolve(1);
          Object.defineProperty(promise, 'constructor', {
            configurable: true,
            get() {
              asked++;
              return Species;
            },
          });
          return promise;
        }
        @deco
        async plain(): Promise<number> {
          return 2;
        }
      }
      const promise = new Maker().own();
      note(asked, promise.then(() => 1) instanceof Species, asked);
      const plain = new Maker().plain();
      plain.constructor = Species;
      note(Object.hasOwn(plain, 'constructor'), plain.then(() => 1) instanceof Species, await plain);
    },
  },
  {
    name: 'promise subclasses: a species that is none, and one that counts',
    async run(deco, note) {
      let made = 0;
      class Odd<T> extends Promise<T> {
        static override get [Symbol.species](): PromiseConstructor {
          made++;
          return Promise;
        }
      }
      class Broken<T> extends Promise<T> {
        static override get [Symbol.species](): PromiseConstructor {
          throw new Error('species');
        }
      }
      class Api {
        @deco
        odd(): Promise<number> {
          return Odd.resolve(1);
        }
        @deco
        broken(): Promise<number> {
          return Broken.resolve(2);
        }
      }
      const odd = new Api().odd();
      note(made, odd instanceof Odd, Object.getPrototypeOf(odd) === Odd.prototype);
      note(odd.then(() => 1) instanceof Odd, made);
      const broken = new Api().broken();
      try {
        broken.then(() => 1);
      } catch (thrown) {
        note(thrown);
      }
      note(broken.constructor === Broken);
    },
  },
  {
    name: 'a promise with a then of its own, awaited and called',
    async run(deco, note) {
      class Own {
        calls = 0;
        @deco
        make(): Promise<string> {
          const promise = Promise.resolve('native');
          return Object.assign(promise, {
            then: (...args: Parameters<Promise<string>['then']>) => {
              this.calls++;
              return Promise.prototype.then.apply(promise, args);
            },
          }) as Promise<string>;
        }
      }
      const own = new Own();
      const made = own.make();
      note(own.calls, Object.keys(made));
      note(await made, own.calls);
      note(await made.then((text) => (text as string).length), own.calls);
    },
  },
  {
    name: 'a promise of another realm',
    async run(deco, note) {
      class Foreign {
        @deco
        get(): Promise<number> {
          return runInNewContext('Promise.resolve(7)');
        }
        @deco
        async text(): Promise<object> {
          return runInNewContext('({ a: [1] })');
        }
      }
      const promise = new Foreign().get();
      note(promise instanceof Promise, Object.getOwnPropertyNames(promise).includes('then'));
      note(await promise, Object.keys(await new Foreign().text()));
    },
  },
  {
    name: 'thenables: reads of then, arguments of callbacks, missing callbacks',
    async run(deco, note) {
      let reads = 0;
      class Counting {
        get then(): (ok: (value: string) => void) => void {
          reads++;
          return (ok) => ok('counted');
        }
      }
      class Throwing {
        get then(): never {
          throw new Error('then getter');
        }
      }
      const counting = new Counting();
      const throwing = new Throwing();
      const seen: unknown[] = [];
      const callbacks = {
        then(ok?: (...values: unknown[]) => void, no?: unknown) {
          seen.push(typeof ok, typeof no);
          ok?.call('self', 'data', 'status', 3);
        },
      };
      class Thenables {
        @deco
        give<T>(value: T): T {
          return value;
        }
      }
      const give = new Thenables();
      give.give(counting);
      note(reads);
      note(await give.give(counting), reads);
      try {
        await give.give(throwing);
      } catch (thrown) {
        note(thrown);
      }
      const found = give.give(callbacks);
      found.then((...values) => note(...values));
      found.then(undefined, () => undefined);
      note(...seen);
    },
  },
  {
    name: 'thenables that do more in catch and finally than then does',
    async run(deco, note) {
      class Query {
        log: string[] = [];
        then<A, B>(ok?: ((rows: string[]) => A) | null, no?: ((thrown: unknown) => B) | null): Promise<A | B> {
          this.log.push('then');
          return Promise.reject<string[]>(new Error('no table')).then(ok, no) as Promise<A | B>;
        }
        catch<B>(no?: ((thrown: unknown) => B) | null): Promise<unknown> {
          this.log.push('catch');
          return Promise.reject(new Error('no table')).catch(no);
        }
        finally(after?: (() => void) | null): Promise<unknown> {
          this.log.push('finally');
          return Promise.resolve('done').finally(after);
        }
      }
      class Orm {
        @deco
        query(): Query {
          return new Query();
        }
      }
      const query = new Orm().query();
      note(Object.keys(query).join(), query.log.join());
      note(await query.catch((thrown) => (thrown as Error).message), query.log.join());
      note(await query.finally(() => note('after')), query.log.join());
      await query.then(undefined, (thrown) => note(thrown));
      note(query.log.join());
    },
  },
  {
    name: 'the same thenable, returned again and again by a fluent method',
    oneState: true,
    async run(deco, note) {
      class Builder {
        parts = 0;
        runs = 0;
        @deco
        add(): this {
          this.parts++;
          return this;
        }
        @deco
        stored(other: Builder): Builder {
          return other;
        }
        then(ok: (parts: number) => void): void {
          this.runs++;
          ok(this.parts);
        }
      }
      const builder = new Builder();
      const other = new Builder();
      for (let i = 0; i < 3_000; i++) {
        builder.add();
        builder.stored(other);
      }
      note(await builder, await other, builder.runs, other.runs);
    },
  },
  {
    name: "the program's own asynchronous context, entered inside and outside",
    async run(deco, note) {
      const store = new AsyncLocalStorage<string>();
      class Ctx {
        @deco
        sync(): void {
          note(store.getStore());
          store.enterWith('entered inside');
        }
        @deco
        async later(): Promise<string | undefined> {
          await tick();
          return store.getStore();
        }
        @deco
        *steps(): Generator<string | undefined> {
          yield store.getStore();
          yield store.getStore();
        }
      }
      const ctx = new Ctx();
      store.run('outer', () => {
        ctx.sync();
        note(store.getStore());
      });
      note(store.getStore(), await store.run('async', () => ctx.later()));
      const steps = store.run('made here', () => ctx.steps());
      note(store.run('first', () => steps.next().value as string));
      note(store.run('second', () => steps.next().value as string));
    },
  },
  {
    name: 'order of microtasks, whatever comes back',
    async run(deco, note) {
      class Mixed {
        @deco
        direct(): Promise<number> {
          return Promise.resolve(1);
        }
        @deco
        async nested(): Promise<number> {
          return this.direct();
        }
        @deco
        async *feed(): AsyncGenerator<number> {
          yield 1;
          yield this.nested();
        }
        @deco
        async fail(): Promise<never> {
          throw new Error('fails');
        }
      }
      const mixed = new Mixed();
      const order: string[] = [];
      const log = (text: string) => () => void order.push(text);
      const clock = (async () => {
        for (let i = 0; i < 14; i++) {
          order.push(`t${i}`);
          await null;
        }
      })();
      const feed = mixed.feed();
      await Promise.all([
        mixed.direct().then(log('direct')),
        mixed.nested().then(log('nested')),
        mixed.fail().catch(log('fail')),
        Promise.allSettled([mixed.fail(), mixed.direct()]).then(log('all')),
        Promise.race([mixed.nested(), mixed.direct()]).then(log('race')),
        feed.next().then(log('feed1')),
        feed.next().then(log('feed2')),
        feed.next().then(log('feed3')),
        clock,
      ]);
      note(order.join(' '));
    },
  },
];
