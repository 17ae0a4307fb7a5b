import { apart } from '../../evaluators/apart';

test('lists, plain objects, Maps and Sets are copied on every level', () => {
  const bare: object = Object.assign(Object.create(null), { a: [1] });
  const value = { list: [1, [2], { a: [3] }], map: new Map([[{ k: 1 }, [4]]]), set: new Set([[5]]), bare };
  const copy = apart(value);
  expect(copy).toEqual(value);
  expect(copy).not.toBe(value);
  expect(copy.list[1]).not.toBe(value.list[1]);
  expect([...copy.map.values()][0]).not.toBe([...value.map.values()][0]);
  expect([...copy.set][0]).not.toBe([...value.set][0]);
  expect(Object.getPrototypeOf(copy.bare)).toBeNull();
});

test('instances, and what else is no plain data, stay the same', () => {
  class Own extends Array<number> {}
  class Fields {
    a = [1];
  }
  const parts = [
    new Date(0),
    new Fields(),
    Own.of(1),
    new URL('http://a.example'),
    Uint8Array.of(1),
    new Error('a'),
    () => 1,
  ];
  expect(apart(parts).every((part, index) => part === parts[index])).toBe(true);
  for (const scalar of [1, 'a', null, undefined, true, 1n]) expect(apart(scalar)).toBe(scalar);
});

test('circles, things met twice, holes, symbols and odd names are what they were', () => {
  const mark = Symbol('mark');
  const shared = { a: 1 };
  const holes: number[] = [1];
  holes[2] = 3;
  const circle: Record<string | symbol, unknown> = { shared, again: shared, [mark]: 1, holes };
  circle['self'] = circle;
  const copy = apart(circle);
  expect(copy['self']).toBe(copy);
  expect(copy['again']).toBe(copy['shared']);
  expect(copy[mark]).toBe(1);
  expect(1 in (copy['holes'] as unknown[])).toBe(false);
  const odd = JSON.parse('{"__proto__": {"a": [1]}}') as Record<string, unknown>;
  expect(Object.entries(apart(odd))).toEqual([['__proto__', { a: [1] }]]);
  expect(apart('b1'.match(/b(\d)/))?.index).toBe(0);
});

test('what cannot be read, or is too deep, stays as it is', () => {
  const hostile = new Proxy(
    {},
    {
      ownKeys() {
        throw new Error('no');
      },
    },
  );
  expect(apart(hostile)).toBe(hostile);
  let deep: unknown = 1;
  for (let i = 0; i < 100_000; i++) deep = [deep];
  expect(apart(deep)).toBe(deep);
});

test('getters are not run', () => {
  let runs = 0;
  const value = {
    list: [1],
    get total() {
      runs += 1;
      return 42;
    },
  };
  const copy = apart(value);
  expect(runs).toBe(0);
  expect(copy.list).not.toBe(value.list);
  expect(copy.total).toBe(42);
});

test('what is larger than 1 MiB stays as it is', () => {
  const rows = Array.from({ length: 40_000 }, (_, id) => ({ id }));
  expect(apart(rows)).toBe(rows);
  expect(apart({ text: 'x'.repeat(2_000_000) }).text).toHaveLength(2_000_000);
  const few = rows.slice(0, 1_000);
  expect(apart(few)[0]).not.toBe(few[0]);
});
