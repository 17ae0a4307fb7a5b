import { Readable } from 'node:stream';
import { lastValueFrom, type Observable, of } from 'rxjs';
import type { Program } from './observe.js';

/** Iterators and streams, used the way that hurts. */
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
    name: 'a stored Node stream, returned at every call',
    oneState: true,
    async run(deco, note) {
      class Hub {
        readonly stream = new Readable({ objectMode: true, read: () => undefined });
        @deco
        get feed(): Readable {
          return this.stream;
        }
        @deco
        chained(stream: Readable): Readable {
          return stream.setEncoding('utf8');
        }
      }
      const hub = new Hub();
      for (let i = 0; i < 3_000; i++) {
        if (hub.feed !== hub.stream) note('other');
        hub.chained(hub.stream);
      }
      hub.stream.push('a');
      hub.stream.push('b');
      hub.stream.push(null);
      for await (const chunk of hub.feed) note(chunk);
      note(hub.stream.destroyed);
    },
  },
  {
    name: 'a class that is a stream and traces its own fluent method',
    oneState: true,
    async run(deco, note) {
      class Source extends Readable {
        sent = 0;
        override _read(): void {
          this.push(this.sent++ < 2 ? `part ${this.sent}` : null);
        }
        @deco
        from(at: number): this {
          this.sent = at;
          return this;
        }
      }
      const source = new Source({ encoding: 'utf8' });
      for (let i = 0; i < 3_000; i++) source.from(0);
      for await (const part of source) note(part);
    },
  },
  {
    name: 'web streams: locked, teed and read on one side, piped, wrapped in a Response',
    async run(deco, note) {
      class Web {
        pulls = 0;
        @deco
        open(): ReadableStream<Uint8Array> {
          return new ReadableStream(
            {
              pull: (controller) => {
                this.pulls++;
                controller.enqueue(Buffer.from(`${this.pulls};`));
                if (this.pulls === 3) controller.close();
              },
            },
            { highWaterMark: 0 },
          );
        }
        @deco
        locked(stream: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> {
          stream.getReader();
          return stream;
        }
      }
      const text = (stream: ReadableStream<Uint8Array>): Promise<string> => new Response(stream).text();
      const web = new Web();
      const locked = web.locked(web.open());
      note(locked.locked, web.pulls);
      const [left, right] = new Web().open().tee();
      const cancelled = left.cancel('enough');
      note(await text(right), await Promise.race([cancelled.then(() => 'cancelled'), null]));
      note(await text(new Web().open()));
      const chunks: string[] = [];
      await new Web().open().pipeTo(
        new WritableStream({
          write: (chunk) => void chunks.push(Buffer.from(chunk).toString()),
        }),
      );
      note(chunks.join());
      note(Buffer.concat(await Readable.fromWeb(new Web().open() as never).toArray()).toString());
      const reader = new Web().open().getReader();
      note(reader.read.name, reader.read.length, Object.keys(reader).join());
      reader.releaseLock();
    },
  },
  {
    name: 'errors inside a stream reach the consumer as they are',
    async run(deco, note) {
      const fault = new Error('source');
      class Web {
        @deco
        web(): ReadableStream<string> {
          return new ReadableStream({
            pull(controller) {
              controller.error(fault);
            },
          });
        }
        @deco
        async *generated(): AsyncGenerator<number> {
          yield 1;
          throw fault;
        }
        @deco
        node(): Readable {
          return Readable.from(this.generated());
        }
      }
      for (const source of [new Web().web(), new Web().generated(), new Web().node()]) {
        try {
          for await (const chunk of source) note(chunk);
        } catch (thrown) {
          note(thrown === fault);
        }
      }
    },
  },
  {
    name: 'nothing of ours is left on what was used up',
    async run(deco, note) {
      class All {
        @deco
        *generator(): Generator<number> {
          yield 1;
        }
        @deco
        async promise(): Promise<number> {
          return 1;
        }
        @deco
        web(): ReadableStream<string> {
          return new ReadableStream({ start: (controller) => controller.close() });
        }
        @deco
        node(): Readable {
          return Readable.from(['a']);
        }
        @deco
        thenable(): { then(ok: (value: number) => void): void } {
          return { then: (ok) => ok(1) };
        }
        @deco
        observable(): Observable<number> {
          return of(1);
        }
      }
      const all = new All();
      const generator = all.generator();
      const promise = all.promise();
      const unused = all.promise();
      const web = all.web();
      const node = all.node();
      const thenable = all.thenable();
      const observable = all.observable();
      for (const _ of generator);
      for await (const _ of web);
      for await (const _ of node);
      await promise;
      await thenable;
      await lastValueFrom(observable);
      for (const used of [generator, promise, unused, web, node, thenable, observable])
        note(Reflect.ownKeys(used).map(String).sort().join());
    },
  },
];
