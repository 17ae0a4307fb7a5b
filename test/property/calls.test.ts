import { isNativeError as isError } from 'node:util/types';
import fc from 'fast-check';
import { HoneyHiveTracer } from 'honeyhive-decorators';
import { actors, anyCall, type CallPlan, decorators, made, OPTIONS, outcome, type Stage } from './any-call.js';

/** A million with HH_LONG=1; HH_SEED repeats a run. */
const isLong = process.env.HH_LONG === '1';
const RUNS = isLong ? 1_000_000 : 3_000;
const SEED = process.env.HH_SEED === undefined ? undefined : Number(process.env.HH_SEED);
/** A tracer in memory keeps its spans, so that it is replaced now and then. */
const CALLS_PER_TRACER = 1_000;

const PROTOTYPES: object[] = [
  ...[Object, Array, Function, Promise, Map, Set, Date, RegExp, Error, String, Number, Symbol, BigInt, Uint8Array],
  ReadableStream,
].flatMap((type) => [type, type.prototype as object]);
PROTOTYPES.push(
  Object.getPrototypeOf(function* () {}).prototype,
  Object.getPrototypeOf(async function* () {}).prototype,
  Reflect,
  JSON,
  Math,
);

/** Every property of the language's objects, by value. */
function landscape(): unknown[] {
  return PROTOTYPES.flatMap((one) =>
    Reflect.ownKeys(one).flatMap((key) => {
      const found = Object.getOwnPropertyDescriptor(one, key) as PropertyDescriptor;
      return [key, found.value, found.get, found.set, found.writable, found.enumerable];
    }),
  );
}

const noDecorator = (): MethodDecorator => () => undefined;

describe('any call', () => {
  const stage: Stage = { tracer: undefined, payload: undefined, ends: 'returns' };
  const plain = actors(stage, noDecorator, {});
  const traced = decorators.flatMap((decorator) => OPTIONS.map((options) => actors(stage, decorator, options)));
  let calls = 0;
  let spans = 0;
  const unhandled: unknown[] = [];
  const onUnhandled = (thrown: unknown): void => void unhandled.push(thrown);

  const renew = async (): Promise<void> => {
    spans += stage.tracer?.testSpans.length ?? 0;
    await stage.tracer?.close();
    stage.tracer = HoneyHiveTracer.init({ testMode: true, global: false, handleExit: false });
  };

  beforeAll(async () => {
    jest.spyOn(process.stderr, 'write').mockImplementation(() => true);
    process.on('unhandledRejection', onUnhandled);
    await renew();
  });
  afterAll(async () => {
    await stage.tracer?.close();
    process.off('unhandledRejection', onUnhandled);
    jest.restoreAllMocks();
  });

  const check = async (plan: CallPlan): Promise<void> => {
    const call = made(plan);
    if (++calls % CALLS_PER_TRACER === 0) await renew();
    stage.payload = call.payload;
    stage.ends = call.ends;
    const before = call.args.map(keysOf);
    const expected = await outcome(plain, call);
    const found = await outcome(traced[call.options] as typeof plain, call);
    const differs =
      found.length !== expected.length || found.some((fact, at) => !isSame(fact, expected[at], call.payload));
    if (differs) throw new Error(`differs: ${found.map(shown)} instead of ${expected.map(shown)}`);
    if (call.args.map(keysOf).join() !== before.join()) throw new Error('an argument was changed');
  };

  it(
    'gives what it gives undecorated: same values, same errors, no prototype changed',
    async () => {
      const start = performance.now();
      const before = landscape();
      const result = await fc.check(fc.asyncProperty(anyCall, check), {
        numRuns: RUNS,
        ...(SEED === undefined ? {} : { seed: SEED }),
      });
      if (result.failed) throw new Error(fc.defaultReportMessage(result), { cause: result.errorInstance });
      await new Promise((resolve) => setImmediate(resolve));
      await renew();
      expect(unhandled).toEqual([]);
      const after = landscape();
      expect([after.length, after.findIndex((fact, at) => !Object.is(fact, before[at]))]).toEqual([before.length, -1]);
      expect((Object.prototype as Record<string, unknown>).polluted).toBeUndefined();
      // Half of the calls of one option in six are sampled out; all the others have left a span.
      expect(spans).toBeGreaterThan(RUNS * 0.8);
      if (isLong)
        console.info(
          `${RUNS} calls, ${spans} spans, seed ${result.seed}, ${Math.round((performance.now() - start) / 1000)} s`,
        );
    },
    isLong ? 3_600_000 : 60_000,
  );
});

/** The same thing; an error that each run makes anew, the engine or a getter, is the same by class and text. */
function isSame(one: unknown, other: unknown, payload: unknown): boolean {
  if (Object.is(one, other)) return true;
  if (Object.is(one, payload) || Object.is(other, payload) || !isError(one) || !isError(other)) return false;
  return one.name === other.name && one.message === other.message;
}

function keysOf(value: unknown): string {
  if (typeof value !== 'object' || value === null) return typeof value;
  try {
    return Reflect.ownKeys(value).map(String).join();
  } catch {
    return 'unreadable';
  }
}

function shown(value: unknown): string {
  try {
    return typeof value === 'object' ? fc.stringify(value) : String(value);
  } catch {
    return 'unreadable';
  }
}
