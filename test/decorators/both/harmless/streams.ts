import { Readable } from 'node:stream';
import { lastValueFrom, type Observable, of } from 'rxjs';
import type { Program } from './observe.js';

/** Streams, used the way that hurts, and what is left on anything lazy afterwards. */
export const streams: Program[] = [
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
