import { Readable } from 'node:stream';
import { lastValueFrom, Observable, of, take, toArray } from 'rxjs';
import type { Program } from './observe.js';

class Subclass<T> extends Promise<T> {}

/** Every shape in which a method can give its result. */
export const shapes: Program[] = [
  {
    name: 'sync stays sync',
    run(deco, note) {
      class Sync {
        @deco
        value(): number {
          return 1;
        }
      }
      const value = new Sync().value();
      note(typeof value);
      return value;
    },
  },
  {
    name: 'async: a native promise, and the order of reactions among others',
    async run(deco, note) {
      class Async {
        @deco
        async value(): Promise<number> {
          note('started');
          await null;
          note('resumed');
          return 1;
        }
        @deco
        async atOnce(): Promise<number> {
          return 2;
        }
      }
      const subject = new Async();
      const promise = subject.value();
      note(
        promise.constructor === Promise,
        Object.getPrototypeOf(promise) === Promise.prototype,
        Object.keys(promise).length,
      );
      const order: string[] = [];
      const all = [
        Promise.resolve()
          .then(() => order.push('a1'))
          .then(() => order.push('a2'))
          .then(() => order.push('a3')),
        subject
          .atOnce()
          .then(() => order.push('m1'))
          .then(() => order.push('m2')),
        Promise.resolve()
          .then(() => order.push('b1'))
          .then(() => order.push('b2'))
          .then(() => order.push('b3')),
        promise.then(() => order.push('v1')).finally(() => order.push('v2')),
      ];
      await Promise.all(all);
      note(order.join());
      return promise;
    },
  },
  {
    name: 'a stored promise is the same object each time',
    async run(deco, note) {
      const stored = Promise.resolve('kept');
      class Cache {
        @deco
        load(): Promise<string> {
          return stored;
        }
      }
      const cache = new Cache();
      const again = cache.load();
      note(cache.load() === stored, cache.load() === again);
      return cache.load();
    },
  },
  {
    name: 'promise subclass: class, identity and species',
    async run(deco, note) {
      let made = 0;
      class Counting<T> extends Promise<T> {
        constructor(executor: ConstructorParameters<typeof Promise<T>>[0]) {
          super(executor);
          made++;
        }
      }
      const stored = Counting.resolve(3);
      class Api {
        @deco
        call(): Promise<number> {
          return stored;
        }
        @deco
        other(): Subclass<number> {
          return Subclass.resolve(4) as Subclass<number>;
        }
      }
      const before = made;
      const result = new Api().call();
      note(result === stored, made === before, result.constructor === Counting, new Api().other() instanceof Subclass);
      note(result.then(() => 1) instanceof Counting, made - before);
      return (await result) + (await new Api().other());
    },
  },
  {
    name: 'lazy thenable: started by the program alone, once each time',
    async run(deco, note) {
      class Query implements PromiseLike<string> {
        runs = 0;
        then<A, B>(
          ok?: ((value: string) => A | PromiseLike<A>) | null,
          no?: ((thrown: unknown) => B | PromiseLike<B>) | null,
        ): PromiseLike<A | B> {
          this.runs++;
          return Promise.resolve('rows').then(ok, no) as PromiseLike<A | B>;
        }
      }
      const query = new Query();
      class Orm {
        @deco
        find(): Query {
          return query;
        }
      }
      const found = new Orm().find();
      await new Promise((resolve) => setImmediate(resolve));
      note(found === query, query.runs);
      const rows = await found;
      note(query.runs);
      await found;
      note(query.runs);
      return rows;
    },
  },
  {
    name: 'sync generator: lazy, next(v), return value, finally',
    run(deco, note) {
      class Steps {
        @deco
        *walk(start: number): Generator<number, string, unknown> {
          note('body');
          try {
            const got = yield start;
            note('got', got);
            yield start + Number(got);
          } finally {
            note('finally');
          }
          return 'end';
        }
      }
      const steps = new Steps();
      const walk = steps.walk(1);
      note(Object.prototype.toString.call(walk), walk[Symbol.iterator]() === walk, Object.keys(walk).length);
      note(
        JSON.stringify(walk.next(0)),
        JSON.stringify(walk.next(10)),
        JSON.stringify(walk.next(0)),
        JSON.stringify(walk.next(0)),
      );
      for (const value of steps.walk(5)) {
        note(value);
        break;
      }
      const thrown = new Error('into');
      const third = steps.walk(7);
      third.next();
      try {
        third.throw(thrown);
      } catch (caught) {
        note(caught === thrown);
      }
      const unstarted = steps.walk(9);
      note(JSON.stringify(unstarted.return('early')));
      function* delegate(): Generator<number, string, unknown> {
        return yield* steps.walk(2);
      }
      return [...delegate()].join();
    },
  },
  {
    name: 'async generator: lazy, break, throw, concurrent next',
    async run(deco, note) {
      class Feed {
        @deco
        async *read(count: number): AsyncGenerator<number, string, unknown> {
          note('body');
          try {
            for (let i = 0; i < count; i++) yield i;
          } finally {
            note('finally');
          }
          return 'end';
        }
      }
      const feed = new Feed();
      const seen: number[] = [];
      for await (const item of feed.read(3)) seen.push(item);
      note(seen.join());
      for await (const item of feed.read(3)) {
        note(item);
        break;
      }
      const together = feed.read(2);
      const results = await Promise.all([together.next(), together.next(), together.next()]);
      note(JSON.stringify(results));
      const failing = feed.read(1);
      await failing.next();
      const thrown = new Error('into');
      await failing.throw(thrown).catch((caught) => note(caught === thrown));
    },
  },
  {
    name: 'async iterable that is no generator',
    async run(deco, note) {
      let opened = 0;
      class Source {
        @deco
        open(): AsyncIterable<number> {
          return {
            [Symbol.asyncIterator]() {
              opened++;
              let i = 0;
              return { next: async () => (i < 2 ? { done: false, value: i++ } : { done: true, value: undefined }) };
            },
          };
        }
      }
      const iterable = new Source().open();
      note(opened);
      for (let round = 0; round < 2; round++) for await (const item of iterable) note(item);
      return opened;
    },
  },
  {
    name: 'web stream: pulls on demand, cancel reaches the source',
    async run(deco, note) {
      class Web {
        pulls = 0;
        cancelled: unknown;
        @deco
        open(): ReadableStream<string> {
          return new ReadableStream<string>(
            {
              pull: (controller) => {
                this.pulls++;
                controller.enqueue(`chunk ${this.pulls}`);
                if (this.pulls === 4) controller.close();
              },
              cancel: (reason) => {
                this.cancelled = reason;
              },
            },
            { highWaterMark: 0 },
          );
        }
      }
      const web = new Web();
      const stream = web.open();
      note(stream instanceof ReadableStream, web.pulls, stream.locked);
      const reader = stream.getReader();
      note((await reader.read()).value, web.pulls);
      reader.releaseLock();
      for await (const chunk of stream.values({ preventCancel: true })) {
        note(chunk, web.pulls);
        break;
      }
      await stream.cancel('enough');
      note(web.cancelled, web.pulls);
      const second = new Web();
      const [left, right] = second.open().tee();
      note(
        await new Response(left.pipeThrough(new TextEncoderStream())).text(),
        await new Response(right.pipeThrough(new TextEncoderStream())).text(),
      );
      return second.pulls;
    },
  },
  {
    name: 'fetch Response: body read in each way',
    async run(deco, note) {
      class Http {
        @deco
        async get(): Promise<Response> {
          return new Response('{"ok":true}', { status: 201, headers: { 'content-type': 'application/json' } });
        }
        @deco
        async empty(): Promise<Response> {
          return new Response(null, { status: 204 });
        }
      }
      const http = new Http();
      const first = await http.get();
      note(first instanceof Response, first.status, first.bodyUsed);
      note(JSON.stringify(await first.json()), first.bodyUsed);
      note(await (await http.get()).text());
      note((await (await http.get()).arrayBuffer()).byteLength);
      const cloned = await http.get();
      note(await cloned.clone().text(), await cloned.text());
      return (await http.empty()).status;
    },
  },
  {
    name: 'Node stream: flow, pause, errors that nobody handles stay so',
    async run(deco, note) {
      class Files {
        reads = 0;
        @deco
        open(count: number): Readable {
          const files = this;
          return new Readable({
            objectMode: true,
            highWaterMark: 1,
            read() {
              files.reads++;
              this.push(files.reads > count ? null : `line ${files.reads}`);
            },
          });
        }
      }
      const files = new Files();
      const stream = files.open(3);
      await new Promise((resolve) => setImmediate(resolve));
      note(files.reads, stream.listenerCount('error'), stream.listenerCount('data'), stream.readableFlowing);
      for await (const line of stream) note(line);
      note(files.reads);
      const broken = new Files().open(3);
      broken.on('error', (thrown) => note('error', thrown));
      broken.destroy(new Error('cut'));
      await new Promise((resolve) => broken.once('close', resolve));
    },
  },
  {
    name: 'observable: cold, every subscription runs',
    async run(deco, note) {
      let subscriptions = 0;
      let teardowns = 0;
      class Rx {
        @deco
        watch(): Observable<number> {
          return new Observable((subscriber) => {
            subscriptions++;
            subscriber.next(1);
            subscriber.next(2);
            subscriber.complete();
            return () => {
              teardowns++;
            };
          });
        }
        @deco
        endless(): Observable<number> {
          return new Observable((subscriber) => {
            const timer = setInterval(() => subscriber.next(1), 1);
            return () => {
              teardowns++;
              clearInterval(timer);
            };
          });
        }
        @deco
        fail(): Observable<never> {
          return new Observable((subscriber) => subscriber.error(new Error('rx')));
        }
      }
      const rx = new Rx();
      const watched = rx.watch();
      note(watched instanceof Observable, subscriptions);
      note(
        (await lastValueFrom(watched.pipe(toArray()))).join(),
        (await lastValueFrom(watched.pipe(toArray()))).join(),
        subscriptions,
        teardowns,
      );
      note((await lastValueFrom(rx.endless().pipe(take(2), toArray()))).join(), teardowns);
      rx.fail().subscribe({ error: (thrown) => note(thrown) });
      return lastValueFrom(of(9));
    },
  },
];
