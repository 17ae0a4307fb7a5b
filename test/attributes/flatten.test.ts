import { type FlatAttributes, flattenInto } from '../../src/attributes/flatten';
import { capture, flatten } from './support';

describe('flatten', () => {
  it('joins keys with dots and keeps the kind of each leaf', () => {
    expect(flatten({ key1: 'value1', key2: 42, nested: { inner_key: 'inner_value' } }, 'test_dict')).toEqual({
      'test_dict.key1': 'value1',
      'test_dict.key2': 42,
      'test_dict.nested.inner_key': 'inner_value',
    });
    expect(flatten({ x: { y: [1, { z: null }] }, n: null, b: true, f: 1.5, dt: new Date(0) })).toEqual({
      'p.x.y.0': 1,
      'p.b': true,
      'p.f': 1.5,
      'p.dt': '1970-01-01T00:00:00.000Z',
    });
  });

  it('writes nothing for null, undefined, {} and [], and does not renumber lists', () => {
    for (const empty of [null, undefined, {}, [], { a: {}, b: [], c: null, d: undefined }])
      expect(flatten(empty)).toEqual({});
    expect(flatten([null, ''])).toEqual({ 'p.1': '' });
    expect(flatten([1, { a: 'b' }, null])).toEqual({ 'p.0': 1, 'p.1.a': 'b' });
    const holes: unknown[] = [];
    holes[3] = 'x';
    expect(flatten(holes)).toEqual({ 'p.3': 'x' });
  });

  it('keeps falsy leaves', () => {
    expect(flatten({ zero: 0, no: false, empty: '' })).toEqual({ 'p.zero': 0, 'p.no': false, 'p.empty': '' });
    expect(flatten(false)).toEqual({ p: false });
  });

  it('writes all namespaces of an enrichment', () => {
    const target = Object.create(null) as FlatAttributes;
    const context = capture();
    flattenInto(target, 'honeyhive_metadata', { a: { b: [1, { c: 2 }] }, z: null, e: [] }, context);
    flattenInto(target, 'honeyhive_metrics', { score: 0.5, n: 3 }, context);
    flattenInto(target, 'honeyhive_user_properties', { id: 'u' }, context);
    expect({ ...target }).toEqual({
      'honeyhive_metadata.a.b.0': 1,
      'honeyhive_metadata.a.b.1.c': 2,
      'honeyhive_metrics.score': 0.5,
      'honeyhive_metrics.n': 3,
      'honeyhive_user_properties.id': 'u',
    });
  });

  it('merges per leaf, the last call wins', () => {
    const target = Object.create(null) as FlatAttributes;
    flattenInto(target, 'p.a', { b: 1, c: 2 }, capture());
    flattenInto(target, 'p.a', { b: 9 }, capture());
    expect({ ...target }).toEqual({ 'p.a.b': 9, 'p.a.c': 2 });
  });

  it('has a form for every number', () => {
    expect(
      flatten({
        nan: Number.NaN,
        inf: Infinity,
        minus: -Infinity,
        big: 2n ** 60n,
        least: -(2n ** 63n),
        safe: 7n,
        huge: 2n ** 64n,
        double: 2 ** 60,
      }),
    ).toEqual({
      'p.nan': 'NaN',
      'p.inf': 'Infinity',
      'p.minus': '-Infinity',
      'p.big': 2n ** 60n,
      'p.least': -(2n ** 63n),
      'p.safe': 7,
      'p.huge': '18446744073709551616',
      'p.double': 2 ** 60,
    });
    expect(flatten(10n ** 5000n)).toEqual({ p: expect.stringMatching(/^\[BigInt of \d+ bits\]$/) });
  });

  it('writes Map as its entries and Set as a list', () => {
    expect(
      flatten(
        new Map<unknown, unknown>([
          ['a', 1],
          [2, { b: 3 }],
        ]),
      ),
    ).toEqual({ 'p.a': 1, 'p.2.b': 3 });
    expect(flatten(new Map([[{ id: 1 }, 'x']]))).toEqual({ 'p.0.0.id': 1, 'p.0.1': 'x' });
    expect(
      flatten(
        new Map<unknown, string>([
          [1, 'number'],
          ['1', 'text'],
        ]),
      ),
    ).toEqual({
      'p.0.0': 1,
      'p.0.1': 'number',
      'p.1.0': '1',
      'p.1.1': 'text',
    });
    expect(flatten(new Set(['a', 'b']))).toEqual({ 'p.0': 'a', 'p.1': 'b' });
  });

  it('treats names of the language as plain data', () => {
    const value = JSON.parse(
      '{"__proto__":{"polluted":1},"constructor":{"prototype":{"x":2}},"hasOwnProperty":3,"a.__proto__.b":4}',
    ) as object;
    expect(flatten(value)).toEqual({
      'p.__proto__.polluted': 1,
      'p.constructor.prototype.x': 2,
      'p.hasOwnProperty': 3,
      'p.a.__proto__.b': 4,
    });
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    expect(({} as Record<string, unknown>)['x']).toBeUndefined();
  });

  it('says how many leaves a limit left out', () => {
    const few = capture(undefined, { attributesPerSpan: 10 });
    const target = Object.create(null) as FlatAttributes;
    expect(
      flattenInto(
        target,
        'p',
        Array.from({ length: 25 }, (_, i) => i),
        few,
      ),
    ).toBe(15);
    expect(Object.keys(target)).toHaveLength(10);
    expect(flattenInto(target, 'p', { 3: 'three' }, few)).toBe(0);
    expect(target['p.3']).toBe('three');
    expect(flattenInto(target, 'p', { more: 1 }, few)).toBe(1);
    expect('p.more' in target).toBe(false);
  });

  it('leaves the rest of a million items alone', () => {
    let reads = 0;
    const items = new Proxy(new Array(1_000_000).fill(1), {
      get(list, key, receiver) {
        reads += 1;
        return Reflect.get(list, key, receiver) as unknown;
      },
    });
    const target = Object.create(null) as FlatAttributes;
    expect(flattenInto(target, 'p', items, capture())).toBe(1_000_000 - 1024);
    expect(Object.keys(target)).toHaveLength(1024);
    expect(reads).toBeLessThan(1_100);
  });

  it('stays within the bytes of a span, over several calls', () => {
    const small = capture(undefined, { spanBytes: 10_000 });
    const target = Object.create(null) as FlatAttributes;
    let leftOut = 0;
    for (let i = 0; i < 30; i += 1) leftOut += flattenInto(target, `p${i}`, { text: '€'.repeat(1_000) }, small);
    const bytes = Object.entries(target).reduce((sum, [key, value]) => sum + Buffer.byteLength(key + String(value)), 0);
    expect(bytes).toBeLessThanOrEqual(10_000);
    expect(leftOut).toBeGreaterThan(15);
    expect(flatten('€'.repeat(1_000_000), 'long.name', small)['long.name']).toMatch(
      /^€{2500,}… \[\d+ characters left out\]$/,
    );
  });
});
