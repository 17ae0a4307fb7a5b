// A program that runs plain or traced, from the ESM or the CommonJS build, against a back end in some state. The test
// compares what the outside world sees of it. Arguments: case, module system, state.
import { createRequire } from 'node:module';
import { Readable } from 'node:stream';
import { inspect } from 'node:util';
import { runInNewContext } from 'node:vm';

const [, , name, system, state] = process.argv;
const require = createRequire(import.meta.url);
const { Evaluate, HoneyHiveTracer, trace } =
  system === 'esm' ? await import('honeyhive-decorators') : require('honeyhive-decorators');

const options = {
  up: { serverUrl: process.env.BACK_END },
  down: { serverUrl: 'http://127.0.0.1:9' },
  hanging: { serverUrl: process.env.HANGING },
  disabled: { disabled: true },
};
if (state !== 'plain') HoneyHiveTracer.init(options[state]);
const traced = state === 'plain' ? (fn) => fn : trace;

const fail = traced(async function fail(text) {
  throw new Error(text);
});
const throwNow = traced(function throwNow(text) {
  throw new TypeError(text);
});
const quit = traced(function quit(code) {
  process.exit(code);
});
const wait = traced(async function wait(ms) {
  await new Promise((resolve) => setTimeout(resolve, ms));
  return 'waited';
});
const numbers = traced(function* numbers() {
  yield 1;
  throw new Error('in generator');
});

const give = traced((value) => value);
const later = () => new Promise((resolve) => setTimeout(resolve, 5));
/** Decorated by hand, so that the program needs no compiler. */
const scored = state === 'plain' ? () => 'scored' : evaluated(() => 'scored');
function evaluated(fn) {
  const descriptor = { value: fn, writable: true, configurable: true };
  Evaluate(() => 1)({}, 'scored', descriptor);
  return descriptor.value;
}

class Sub extends Promise {}
class Eager extends Promise {
  then(...callbacks) {
    return super.then(...callbacks);
  }
}
const boom = (text) => new Error(text);

/** Rejections that nobody handles: each has to reach the process, once. */
const unhandled = {
  plain: () => void fail('plain'),
  'already rejected': () => void give(Promise.reject(boom('already'))),
  'through two traced calls': () => void give(fail('two')),
  subclass: () => void give(Sub.reject(boom('subclass'))),
  'own then': () => void give(Eager.reject(boom('own then'))),
  'other realm': () => void give(runInNewContext('Promise.reject(new Error("realm"))')),
  'frozen before': () => void give(Object.freeze(Promise.reject(boom('frozen before')))),
  'frozen after': () => void Object.freeze(fail('frozen after')),
  'own constructor': () => {
    const promise = Promise.reject(boom('constructor'));
    Object.defineProperty(promise, 'constructor', { value: Sub, configurable: true });
    give(promise);
  },
  'no error': () => void give(Promise.reject(7)),
  'looked at': () => void inspect(fail('looked at')),
  'an argument': () => void wait(1, Promise.reject(boom('argument'))),
  'inside an argument': () => void wait(1, { orders: Promise.reject(boom('inside')) }),
  'an argument that is evaluated': () => void scored(Promise.reject(boom('evaluated'))),
  'next of an async generator': () =>
    void give(
      (async function* () {
        yield 1;
        throw boom('generator');
      })(),
    )
      .next()
      .then(() => Promise.reject(boom('after next'))),
  'a read of a web stream': () =>
    void give(new ReadableStream({ pull: () => Promise.reject(boom('stream')) }))
      .getReader()
      .read(),
  'a stored one, returned twice': async () => {
    const stored = Promise.reject(boom('stored'));
    give(stored);
    await later();
    give(stored);
    await later();
    stored.catch(() => console.log('handled'));
  },
};

/** A tracer whose every callback fails later than it is called. */
function callbacksReject() {
  const reject = () => Promise.reject(boom('callback'));
  const tracer = HoneyHiveTracer.init({
    ...options[state],
    global: false,
    redact: { hook: reject },
    onDrop: reject,
    spanProcessors: [{ onStart: reject, onEnd: reject, forceFlush: reject, shutdown: reject }],
  });
  trace({ tracer })((value) => value)({ toJSON: reject });
  return tracer.close({ timeoutMs: 50 });
}

const cases = {
  'callbacks of the tracer that reject': async () => {
    if (state !== 'plain') await callbacksReject();
    await later();
    console.log('lived on');
  },
  'rejections nobody handles, of every kind': async () => {
    process.on('unhandledRejection', (thrown) => console.log('unhandled', thrown?.message ?? thrown));
    process.on('rejectionHandled', () => console.log('handled after all'));
    for (const [kind, run] of Object.entries(unhandled)) {
      console.log(kind);
      await run();
      await later();
    }
  },
  'rejecting promises that the getters of an argument make': async () => {
    const user = {
      get orders() {
        return Promise.reject(boom('orders'));
      },
      get visits() {
        return Sub.reject(boom('visits'));
      },
      get [Symbol('marks')]() {
        return Eager.reject(boom('marks'));
      },
    };
    console.log(give(user) === user, scored(user), await wait(1, { user }));
  },
  'rejection of a frozen promise': () => void Object.freeze(fail('frozen')),
  'error of a stream nobody listens to': () => {
    give(new Readable({ read() {} })).destroy(boom('stream'));
  },
  'an async iterator that gives nothing': async () => {
    const iterable = give({ [Symbol.asyncIterator]: () => ({ next: async () => undefined }) });
    for await (const value of iterable) console.log(value);
  },
  'a thenable that calls back from a timer': async () => {
    const thenable = give({ then: (_ok, no) => void setTimeout(() => (no ? no(boom('no')) : console.log('none')), 1) });
    thenable.then(() => undefined);
    await later();
  },
  'warnings and stdout': async () => {
    process.on('warning', (warning) => console.log(warning.name));
    const { signal } = new AbortController();
    const many = traced(function* many(_signal) {
      yield 1;
    });
    const open = Array.from({ length: 30 }, () => many(signal));
    for (const one of open) one.next();
    console.log(await wait(5));
  },
  'natural end': async () => console.log(await wait(5)),
  'exit code set': async () => {
    process.exitCode = 5;
    console.log(await wait(5));
  },
  'rejection nobody handles': () => void fail('unhandled'),
  'rejection handled later': () => {
    process.on('unhandledRejection', (thrown) => console.log('unhandled', thrown.message));
    process.on('rejectionHandled', () => console.log('handled after all'));
    const promise = fail('late');
    setTimeout(() => promise.catch(() => console.log('caught late')), 20);
  },
  'rejections handled in time': async () => {
    try {
      await fail('awaited');
    } catch (thrown) {
      console.log(thrown.message);
    }
    await fail('caught').catch((thrown) => console.log(thrown.message));
    await Promise.all([fail('one'), wait(1)]).catch((thrown) => console.log(thrown.message));
    await Promise.allSettled([fail('settled')]).then((all) => console.log(all[0].status));
  },
  'then without catch': () => void fail('derived').then(() => undefined),
  'uncaught throw': () => throwNow('uncaught'),
  'uncaught throw in a timer': () => setTimeout(() => throwNow('from timer'), 1),
  'uncaught, with a handler': () => {
    process.on('uncaughtException', (thrown, origin) => console.log(origin, thrown.message));
    setTimeout(() => throwNow('observed'), 1);
  },
  'process.exit inside a span': () => quit(7),
  'process.exit in a promise': () => wait(1).then(() => quit(9)),
  'error in a generator': () => {
    for (const number of numbers()) console.log(number);
  },
  'listeners fire as often': () => {
    process.on('beforeExit', (code) => console.log('beforeExit', code));
    process.on('exit', (code) => console.log('exit', code));
    return wait(1);
  },
  'listener counts': async () => {
    await wait(1);
    // An unhandledRejection listener of ours would keep the process from dying.
    console.log(process.listenerCount('unhandledRejection'), process.listenerCount('uncaughtException'));
  },
};

if (name === '--list') console.log(JSON.stringify(Object.keys(cases)));
else cases[name]();
