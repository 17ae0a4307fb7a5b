// A program that runs plain or traced, from the ESM or the CommonJS build, against a back end in some state. The test
// compares what the outside world sees of it. Arguments: case, module system, state.
import { createRequire } from 'node:module';

const [, , name, system, state] = process.argv;
const require = createRequire(import.meta.url);
const { HoneyHiveTracer, trace } =
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

const cases = {
  'natural end': async () => console.log(await wait(5)),
  'exit code set': async () => {
    process.exitCode = 5;
    console.log(await wait(5));
  },
  'rejection nobody handles': () => void fail('unhandled'),
  'rejection handled in time': () => fail('handled').catch((thrown) => console.log(thrown.message)),
  'rejection handled later': () => {
    process.on('unhandledRejection', (thrown) => console.log('unhandled', thrown.message));
    process.on('rejectionHandled', () => console.log('handled after all'));
    const promise = fail('late');
    setTimeout(() => promise.catch(() => console.log('caught late')), 20);
  },
  'rejection awaited': async () => {
    try {
      await fail('awaited');
    } catch (thrown) {
      console.log(thrown.message);
    }
  },
  'rejection through Promise.all': () =>
    Promise.all([fail('one'), wait(1)]).catch((thrown) => console.log(thrown.message)),
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
