import { Readable } from 'node:stream';
import { inspect, isDeepStrictEqual } from 'node:util';
import { type Observable, of } from 'rxjs';
import type { Program } from './observe.js';

/** Iterators, used the way that hurts. */
export const iterators: Program[] = [
  {
    name: 'a generator that calls itself while it runs',
    run(deco, note) {
      class Self {
        own: Generator<number> | undefined;
        @deco
        *walk(): Generator<number> {
          try {
            this.own?.next();
          } catch (thrown) {
            note((thrown as Error).constructor === TypeError);
          }
          yield 1;
          yield 2;
        }
      }
      const self = new Self();
      self.own = self.walk();
      note([...self.own].join());
    },
  },
  {
    name: 'a generator half consumed before it is returned, finished, and returned twice',
    oneState: true,
    run(deco, note) {
      function* numbers(): Generator<number, string> {
        yield 1;
        yield 2;
        yield 3;
        return 'end';
      }
      class Stored {
        readonly own = numbers();
        @deco
        half(): Generator<number, string> {
          this.own.next();
          return this.own;
        }
        @deco
        again(): Generator<number, string> {
          return this.own;
        }
        @deco
        outer(): Generator<number, string> {
          return this.again();
        }
      }
      const stored = new Stored();
      note(stored.half() === stored.own, stored.again() === stored.own);
      for (let i = 0; i < 3_000; i++) stored.outer();
      note(JSON.stringify(stored.own.next()), JSON.stringify(stored.again().next()), JSON.stringify(stored.own.next()));
      note(JSON.stringify(stored.outer().next()));
      note(stored.own.next.name, stored.own.next.length, stored.own.throw.length);
    },
  },
  {
    name: 'a generator frozen before it is used',
    run(deco, note) {
      class Cold {
        @deco
        *walk(): Generator<number> {
          yield 1;
        }
      }
      const walk = Object.freeze(new Cold().walk());
      note([...walk].join());
    },
  },
  {
    name: 'the prototype of the generator function',
    run(deco, note) {
      class Tagged {
        @deco
        *walk(): Generator<number> {
          yield 1;
        }
      }
      const { walk } = Tagged.prototype;
      walk.prototype.tag = 'by prototype';
      const made = new Tagged().walk() as Generator<number> & { tag: string };
      note(made.tag, (made as object) instanceof (walk as unknown as new () => object));
    },
  },
  {
    name: 'async iterators that break the rules: results without promises, results that are none, getters',
    async run(deco, note) {
      let reads = 0;
      const odd = (step: () => unknown): AsyncIterable<unknown> => ({
        [Symbol.asyncIterator]: () => ({ next: step as () => Promise<IteratorResult<unknown>> }),
      });
      class Odd {
        @deco
        sync(): AsyncIterable<unknown> {
          let i = 0;
          return odd(() => ({ done: i === 2, value: i++ }));
        }
        @deco
        nothing(): AsyncIterable<unknown> {
          return odd(async () => undefined);
        }
        @deco
        getters(): AsyncIterable<unknown> {
          let i = 0;
          return odd(async () => ({
            get done() {
              reads++;
              return i === 2;
            },
            get value() {
              reads++;
              return i++;
            },
          }));
        }
        @deco
        frozen(): AsyncIterable<unknown> {
          const iterator = Object.freeze({ next: async () => ({ done: true, value: 1 }) });
          return { [Symbol.asyncIterator]: () => iterator };
        }
        @deco
        broken(): AsyncIterable<unknown> {
          return {
            [Symbol.asyncIterator]: () => {
              throw new Error('no iterator');
            },
          };
        }
      }
      const subject = new Odd();
      for await (const value of subject.sync()) note('sync', value);
      const iterator = subject.sync()[Symbol.asyncIterator]();
      note(JSON.stringify(await iterator.next()), JSON.stringify(iterator.next()));
      for (const name of ['nothing', 'getters', 'frozen', 'broken'] as const) {
        try {
          for await (const value of subject[name]()) note(name, value);
        } catch (thrown) {
          note(name, (thrown as Error).name);
        }
      }
      note(reads);
    },
  },
  {
    name: 'plain iterators and lazy arguments are not used up',
    async run(deco, note) {
      class Lazy {
        @deco
        entries(map: Map<string, number>): IterableIterator<[string, number]> {
          return map.entries();
        }
        @deco
        take(...lazy: unknown[]): unknown {
          return { inside: lazy };
        }
      }
      const lazy = new Lazy();
      note([...lazy.entries(new Map([['a', 1]]))].join());
      function* numbers(): Generator<number> {
        yield 1;
      }
      const generator = numbers();
      const set = new Set([1, 2]).values();
      const stream = Readable.from(['x']);
      const web = new ReadableStream({
        start(controller) {
          controller.enqueue('w');
          controller.close();
        },
      });
      const response = new Response('body');
      const query = {
        runs: 0,
        then(ok: (value: number) => void) {
          ok(++this.runs);
        },
      };
      lazy.take(generator, set, stream, web, response, query);
      note(query.runs, web.locked, response.bodyUsed, stream.readableFlowing);
      note([...generator].join(), [...set].join(), await response.text());
      for await (const chunk of stream) note(chunk);
      for await (const chunk of web) note(chunk);
    },
  },
  {
    name: 'what the language and the platform do with iterators and streams: helpers, yield*, spread, BYOB, transfer',
    async run(deco, note) {
      class Lazy {
        @deco
        *numbers(): Generator<number, string> {
          try {
            yield 1;
            yield 2;
            yield 3;
          } finally {
            note('closed');
          }
          return 'end';
        }
        @deco
        *delegating(): Generator<number, string> {
          return yield* this.numbers();
        }
        @deco
        bytes(): ReadableStream<Uint8Array> {
          return new ReadableStream({
            type: 'bytes',
            pull(controller) {
              controller.enqueue(new Uint8Array([1, 2, 3, 4]));
              controller.close();
            },
          });
        }
      }
      const lazy = new Lazy();
      const [first] = lazy.numbers();
      note(first, Math.max(...lazy.delegating()), Array.from(lazy.numbers(), (n) => n * 2).join());
      note(new Set(lazy.numbers()).size, Object.fromEntries(new Map([...lazy.numbers()].map((n) => [n, n]))));
      const helped = lazy.numbers() as unknown as { map?(fn: (n: number) => number): Iterable<number> };
      if (typeof helped.map === 'function') note([...helped.map((n) => n + 1)].join());
      const steps = lazy.numbers() as Generator<number, string> & Partial<Disposable>;
      steps.next();
      steps[Symbol.dispose]?.();
      const reader = lazy.bytes().getReader({ mode: 'byob' });
      const { value } = await reader.read(new Uint8Array(3));
      note(value?.join(), (await reader.read(new Uint8Array(3))).value?.join());
      const moved = structuredClone(lazy.bytes(), { transfer: [] as never[] } as StructuredSerializeOptions);
      note(moved);
    },
  },
  {
    name: 'what a program sees that looks at lazy objects without using them',
    run(deco, note) {
      class Lazy {
        @deco
        async promise(): Promise<number> {
          return 1;
        }
        @deco
        *generator(): Generator<number> {
          yield 1;
        }
        @deco
        observable(): Observable<number> {
          return of(1);
        }
        @deco
        node(): Readable {
          return new Readable({ read: () => undefined });
        }
      }
      const lazy = new Lazy();
      for (const made of [lazy.promise(), lazy.generator(), lazy.observable()]) {
        // Beyond its first word Node 20 shows every asynchronous context on a promise, whoever opened it.
        note(
          inspect(made).split(' ', 1)[0],
          JSON.stringify(made),
          Object.keys(made).join(),
          isDeepStrictEqual(made, made),
        );
        // An ES5 class such as RxJS's has methods that such a loop shows.
        if (made instanceof Promise || Symbol.iterator in made) for (const key in made) note(key);
      }
      const node = lazy.node();
      note(Object.keys(node).join(), node.eventNames().join(), node.readableFlowing, 'emit' in { ...node });
      note(isDeepStrictEqual(Object.entries(lazy.generator()), []));
    },
  },
];
