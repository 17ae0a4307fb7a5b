import * as fc from 'fast-check';
import { captureValue } from '../../src/attributes/capture';
import type { CaptureContext } from '../../src/attributes/context';
import { describeError } from '../../src/attributes/error';
import { type FlatAttributes, flattenInto } from '../../src/attributes/flatten';
import { snapshot } from '../../src/attributes/snapshot';
import { capture, isWellFormed } from './support';

/** Keys that have hurt others. */
const keys = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 8 }),
  fc.constantFrom(
    '__proto__',
    'constructor',
    'prototype',
    'hasOwnProperty',
    'toJSON',
    'then',
    'length',
    'a.__proto__.b',
    '\ud800',
    '',
    'x',
  ),
);
const texts = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom('\ud800', '\udfff a', 'é'.repeat(400), '😀'.repeat(300), '\u0000"\\'.repeat(200)),
);
const thrower = (): never => {
  throw new Error('hostile');
};

const hostile = fc.constantFrom<() => unknown>(
  () => ({
    get trap(): unknown {
      return thrower();
    },
  }),
  () =>
    new Proxy(
      {},
      { get: thrower, ownKeys: thrower, getPrototypeOf: thrower, has: thrower, getOwnPropertyDescriptor: thrower },
    ),
  () => new Proxy([], { get: thrower }),
  () => new Proxy(function f() {}, { get: thrower, getOwnPropertyDescriptor: thrower }),
  () => {
    const r = Proxy.revocable({}, {});
    r.revoke();
    return r.proxy;
  },
  () => ({ toJSON: thrower, toString: thrower, valueOf: thrower, [Symbol.toPrimitive]: thrower }),
  () => {
    const a: unknown[] = [];
    a.push(a, { a });
    return a;
  },
  () => Object.create(Object.create(null) as object, { x: { enumerable: true, get: thrower } }) as unknown,
  () => Object.defineProperty(new Error('e'), 'message', { get: thrower }),
  () =>
    Object.defineProperties(new Error('e'), {
      stack: { get: thrower },
      name: { get: thrower },
      cause: { get: thrower },
    }),
  () =>
    new (class extends Error {
      override get name(): string {
        return thrower();
      }
    })('x'),
  () => Object.defineProperty({}, 'constructor', { get: thrower }),
  () => ({
    constructor: {
      get name(): unknown {
        return thrower();
      },
    },
  }),
  () => new Proxy(new Error('proxied'), { get: thrower }),
  () => new Proxy(new Map([[1, 2]]), {}),
  () => Object.setPrototypeOf(new Date(0), null) as unknown,
  () => Object.setPrototypeOf(new Map([['k', 1]]), Array.prototype) as unknown,
  () => Object.assign(() => 1, { apiKey: 1 }),
  () =>
    new (class extends Map<string, number> {
      override entries(): never {
        return thrower();
      }
      override get size(): number {
        return thrower();
      }
    })([['a', 1]]),
  () =>
    new (class URL {
      get href(): string {
        return thrower();
      }
    })(),
  () =>
    new (class Headers {
      [Symbol.iterator](): never {
        return thrower();
      }
    })(),
  () =>
    new (class Response {
      get status(): number {
        return thrower();
      }
    })(),
  () => Object.freeze(new Error('frozen', { cause: Object.freeze({}) })),
  () => new AggregateError([new Error('a'), null, 'b'], 'c'),
  () => new Date(Number.NaN),
  () => Symbol('s'),
  () => 2n ** 70n,
  () => new Uint8Array(5),
  () => new WeakRef({}),
  () => /x/,
  () => Object.create(null) as unknown,
  () => {
    const m = new Map<unknown, unknown>();
    m.set(m, m);
    return m;
  },
  () => new Array(5),
  () => {
    let deep: unknown = 1;
    for (let i = 0; i < 200; i += 1) deep = { deep };
    return deep;
  },
  () => ({ then: thrower }),
  () => Promise.resolve(),
);

/** A recipe: the checker itself must never look at a hostile value, not even to print it. */
type Make = () => unknown;
const plain = (arbitrary: fc.Arbitrary<unknown>): fc.Arbitrary<Make> => arbitrary.map((given) => () => given);
const value = fc.letrec<{ any: Make; leaf: Make }>((tie) => ({
  leaf: fc.oneof(
    hostile,
    plain(texts),
    plain(fc.double()),
    plain(fc.integer()),
    plain(fc.bigInt()),
    plain(fc.constantFrom(null, undefined, -0, true, false)),
    plain(fc.date({ noInvalidDate: false })),
  ),
  any: fc.oneof(
    { depthSize: 'small' },
    tie('leaf'),
    fc.array(tie('any'), { maxLength: 6 }).map((items) => () => items.map((make) => make())),
    fc.array(fc.tuple(keys, tie('any')), { maxLength: 6 }).map((entries) => () => {
      const made = {};
      for (const [key, make] of entries)
        Object.defineProperty(made, key, { value: make(), enumerable: true, configurable: true, writable: true });
      return made;
    }),
    fc
      .array(fc.tuple(keys, tie('any')), { maxLength: 4 })
      .map((entries) => () => new Map(entries.map(([key, make]) => [key, make()]))),
    fc.array(tie('any'), { maxLength: 4 }).map((items) => () => new Set(items.map((make) => make()))),
  ),
})).any;

const all = [
  capture(),
  capture(false),
  capture(undefined, { valueLength: 200, attributesPerSpan: 12, depth: 4, spanBytes: 2_000 }),
  capture({ hook: (given) => given, keys: ['x', /y/], patterns: [/z+/] }),
  capture({ hook: thrower }),
];
const contexts = fc.nat(all.length - 1);
const runs = { numRuns: Number(process.env['FUZZ_RUNS'] ?? 150) };
const before = Object.getOwnPropertyNames(Object.prototype).sort().join();

/** The parts of a value that can be compared before and after: which objects it is made of, and their keys. */
function shape(given: unknown, seen = new Set<unknown>()): string {
  if (typeof given !== 'object' || given === null || seen.has(given)) return typeof given;
  seen.add(given);
  try {
    const fields = Object.entries(Object.getOwnPropertyDescriptors(given)).map(
      ([key, field]) => `${key}:${'value' in field ? shape(field.value, seen) : 'accessor'}`,
    );
    const inside = given instanceof Map || given instanceof Set ? [...given].map((item) => shape(item, seen)) : [];
    return `{${[...fields, ...inside].join()}}`;
  } catch {
    return 'unreadable';
  }
}

function everyText(given: unknown): string[] {
  if (typeof given === 'string') return [given];
  if (typeof given !== 'object' || given === null) return [];
  return Object.entries(given).flatMap(([key, item]) => [key, ...everyText(item)]);
}

describe('any value at all', () => {
  afterEach(() => expect(Object.getOwnPropertyNames(Object.prototype).sort().join()).toBe(before));

  it('is captured as a scalar or as JSON, within its limit, unharmed', () => {
    fc.assert(
      fc.property(value, contexts, (make, index) => {
        const given = make();
        const context = all[index] as CaptureContext;
        const was = shape(given);
        const made = captureValue(given, 'value', context);
        expect(shape(given)).toBe(was);
        if (typeof made === 'string') {
          expect(isWellFormed(made)).toBe(true);
          expect(made.length).toBeLessThanOrEqual(context.limits.valueLength);
          const whole = snapshot(given, context, 'value');
          if (typeof whole === 'object' && whole !== null) JSON.parse(made);
        } else {
          expect(['number', 'boolean', 'bigint', 'undefined']).toContain(typeof made);
          if (typeof made === 'number') expect(Number.isFinite(made)).toBe(true);
        }
      }),
      runs,
    );
  });

  it('is flattened within its limits, unharmed', () => {
    fc.assert(
      fc.property(value, value, contexts, (make, other, index) => {
        const first = make();
        const second = other();
        const context = all[index] as CaptureContext;
        const was = shape(first);
        const target = Object.create(null) as FlatAttributes;
        const leftOut = flattenInto(target, 'p', first, context) + flattenInto(target, 'q', second, context);
        expect(shape(first)).toBe(was);
        expect(leftOut).toBeGreaterThanOrEqual(0);
        const names = Object.keys(target);
        expect(names.length).toBeLessThanOrEqual(context.limits.attributesPerSpan);
        let bytes = 0;
        for (const name of names) {
          const leaf = target[name];
          expect(isWellFormed(name)).toBe(true);
          expect(['string', 'number', 'boolean', 'bigint']).toContain(typeof leaf);
          if (typeof leaf === 'string') {
            expect(isWellFormed(leaf)).toBe(true);
            expect(leaf.length).toBeLessThanOrEqual(context.limits.valueLength);
            bytes += Buffer.byteLength(leaf);
          }
          if (typeof leaf === 'bigint') expect(BigInt.asIntN(64, leaf)).toBe(leaf);
        }
        expect(bytes).toBeLessThanOrEqual(context.limits.spanBytes);
        expect(Object.getPrototypeOf(target)).toBeNull();
      }),
      runs,
    );
  });

  it('is copied as what JSON carries unchanged', () => {
    fc.assert(
      fc.property(value, contexts, (make, index) => {
        const given = make();
        const context = all[index] as CaptureContext;
        const was = shape(given);
        const copy = snapshot(given, context);
        expect(shape(given)).toBe(was);
        if (copy === undefined) return;
        const text = JSON.stringify(copy);
        expect(JSON.stringify(JSON.parse(text))).toBe(text);
        expect(Buffer.byteLength(text)).toBeLessThanOrEqual(context.limits.spanBytes * 3 + 4_000);
        for (const each of everyText(copy)) expect(isWellFormed(each)).toBe(true);
      }),
      runs,
    );
  });

  it('is described when thrown', () => {
    fc.assert(
      fc.property(value, contexts, (make, index) => {
        const given = make();
        const context = all[index] as CaptureContext;
        const was = shape(given);
        const facts = describeError(given, context);
        expect(shape(given)).toBe(was);
        for (const each of [facts.type, facts.message, facts.stack ?? '']) {
          expect(typeof each).toBe('string');
          expect(isWellFormed(each)).toBe(true);
          expect(each.length).toBeLessThanOrEqual(context.limits.valueLength);
        }
        expect(facts.type).not.toBe('');
      }),
      runs,
    );
  });

  it('is masked once: what was masked stays as it is', () => {
    const pieces = ['password', 'token', '=', ':', '"', "'", '\\', ' ', '{', '}', '%3D', '://', '@', 'sk-', 'eyJ', '.'];
    pieces.push('Bearer ', '-----BEGIN PRIVATE KEY-----', 'a1b2c3d4e5', 'ghp_', '\n', ',', '[REDACTED]');
    const { redactor } = capture();
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 60 }), (parts) => {
        const once = redactor.text(parts.join(''));
        const twice = redactor.text(once);
        expect(twice.replaceAll('[REDACTED]', '').length).toBeLessThanOrEqual(once.replaceAll('[REDACTED]', '').length);
      }),
      { numRuns: runs.numRuns * 4 },
    );
  });
});
