// Work that is begun and thrown away, with a garbage collector to be called by hand. Prints what became of the spans
// and of the memory. Run with --expose-gc.
import { Readable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { HoneyHiveTracer, trace } from 'honeyhive-decorators';
import { Observable } from 'rxjs';

const tracer = HoneyHiveTracer.init({ testMode: true, global: false, handleExit: false });
const options = { tracer };
/** Lives on: what hangs on it must not pile up. */
const { signal } = new AbortController();

const kinds = {
  generator: trace(options)(function* generator(_big) {
    yield 1;
    yield 2;
  }),
  asyncGenerator: trace(options)(async function* asyncGenerator(_big) {
    yield 1;
    yield 2;
  }),
  webStream: trace(options)(function webStream(_big) {
    return new ReadableStream({ pull: (controller) => controller.enqueue('chunk') }, { highWaterMark: 0 });
  }),
  nodeStream: trace(options)(function nodeStream(_big) {
    return new Readable({ read() {} });
  }),
  iterable: trace(options)(function iterable(_big) {
    return { [Symbol.asyncIterator]: () => ({ next: async () => ({ done: false, value: 1 }) }) };
  }),
  thenable: trace(options)(function thenable(_big) {
    return { then: (ok) => ok(1) };
  }),
  promisedResponse: trace(options)(async function promisedResponse(_big) {
    return new Response('body');
  }),
  withSignal: trace(options)(function* withSignal(_big, _signal) {
    yield 1;
  }),
};

const big = () => ({ data: new Array(20_000).fill(0) });

/** Begins the work and lets go of it; what is half consumed has given one chunk. */
async function begin(kind, half) {
  const made = await wrapped(kinds[kind](big(), signal));
  if (!half) return;
  if (typeof made.value.next === 'function') await made.value.next();
  else if (kind === 'webStream') await made.value.getReader().read();
}

/** A thenable must not be awaited on the way out. */
const wrapped = async (value) => ({ value: value instanceof Promise ? await value : value });

async function collect(until) {
  for (let i = 0; i < 200 && !until(); i++) {
    globalThis.gc();
    await turn();
  }
}

const spansOf = (kind) => tracer.testSpans.filter((span) => span.name === kind);

for (const kind of Object.keys(kinds)) {
  await begin(kind, false);
  await begin(kind, true);
  await collect(() => spansOf(kind).length === 2);
}
const closed = Object.fromEntries(
  Object.keys(kinds).map((kind) => [
    kind,
    spansOf(kind).map((span) => [
      span.attributes['honeyhive_outputs.abandoned'],
      span.attributes['honeyhive_outputs.chunks'] ?? 0,
    ]),
  ]),
);

/** What is still at work, though the object that the method returned is gone, is not abandoned. */
const working = {
  taken: trace(options)(function taken() {
    let i = 0;
    return { [Symbol.asyncIterator]: () => ({ next: async () => ({ done: i === 2, value: i++ }) }) };
  }),
  subscribed: trace(options)(function subscribed() {
    return new Observable((subscriber) => {
      const timer = setInterval(() => subscriber.next(1), 1);
      return () => clearInterval(timer);
    });
  }),
  read: trace(options)(function read() {
    return new ReadableStream({ pull: (controller) => controller.enqueue('chunk') }, { highWaterMark: 0 });
  }),
};
const iterator = working.taken()[Symbol.asyncIterator]();
await iterator.next();
const subscription = working.subscribed().subscribe(() => undefined);
const reader = working.read().getReader();
await reader.read();
let turns = 0;
await collect(() => ++turns > 50);
const early = Object.keys(working).filter((kind) => spansOf(kind).length > 0);
for (let step = await iterator.next(); step.done !== true; ) step = await iterator.next();
subscription.unsubscribe();
await reader.cancel();
const finished = Object.keys(working).map(
  (kind) => spansOf(kind)[0]?.attributes['honeyhive_outputs.abandoned'] ?? false,
);

// Each round allocates 160 kB of arguments per call; held, they would be half a gigabyte.
const quiet = HoneyHiveTracer.init({ testMode: true, global: false, handleExit: false, sampleRate: 1 });
const hidden = { tracer: quiet, includeInputs: false, includeOutputs: false };
const drop = trace(hidden)(function* drop(_big, _signal) {
  yield 1;
});
const heap = async () => {
  for (let i = 0; i < 5; i++) {
    globalThis.gc();
    await turn();
  }
  return process.memoryUsage().heapUsed;
};
const round = async (calls) => {
  for (let i = 0; i < calls; i++) {
    drop(big(), signal).next();
    if (i % 500 === 0) await turn();
  }
  return heap();
};
const first = await round(500);
const second = await round(3_000);
console.log(
  JSON.stringify({
    closed,
    early,
    finished,
    ended: quiet.testSpans.length,
    grownKB: Math.round((second - first) / 1_024),
  }),
);
await Promise.all([tracer.close(), quiet.close()]);
