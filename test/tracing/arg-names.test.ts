import { argNamesOf } from '../../src/tracing/arg-names.js';

type Fn = (...args: never[]) => unknown;
const member = (source: string): Fn =>
  Object.values(new Function(`return { ${source} }`)() as Record<string, Fn>)[0] as Fn;
const fn = (source: string): Fn => new Function(`return (${source})`)() as Fn;

describe('names of parameters, read from the source', () => {
  it.each<[string, Fn, (string | undefined)[], number?]>([
    ['a method', member('m(a, b) {}'), ['a', 'b']],
    ['an async method', member('async m(a) {}'), ['a']],
    ['a generator', member('*m(a) {}'), ['a']],
    ['an async generator', member('async *m(a) {}'), ['a']],
    ['a method called async', member('async(a) {}'), ['a']],
    ['a computed name', member('["x" + (1, "y(z")](a, b) {}'), ['a', 'b']],
    ['a quoted name', member('"a(b,c"(x) {}'), ['x']],
    ['a function', fn('function f(a, b) {}'), ['a', 'b']],
    ['an arrow', fn('(a, b) => a'), ['a', 'b']],
    ['an arrow without parentheses', fn('value => value'), ['value']],
    ['an async arrow without parentheses', fn('async value => value'), ['value']],
    ['an arrow that gives an arrow', fn('(a) => (b) => a'), ['a']],
    ['no parameters', fn('() => (a, b)'), []],
    ['destructuring', fn('({ a, b: { c } }, [d], e) => 1'), [undefined, undefined, 'e']],
    [
      'defaults with brackets, commas and texts',
      fn('(a = [1, 2], b = { c: "x,y)" }, d = `${[1].map((x) => x)}`, e = /[,)]/, f) => 1'),
      ['a', 'b', 'd', 'e', 'f'],
    ],
    ['a default that is an arrow', fn('(a = (x, y) => x, b) => 1'), ['a', 'b']],
    ['comments', fn('(/* x, */ a, // y,\n b /* = ( */) => 1'), ['a', 'b']],
    ['rest', fn('(a, ...more) => 1'), ['a', 'more'], 1],
    ['names of other scripts', fn('(straße, $x, _y, 名前) => 1'), ['straße', '$x', '_y', '名前']],
    ['a trailing comma', fn('function f(a, b,) {}'), ['a', 'b']],
    ['a body that is hard to read', fn('(a) => { if (1) /[)"]/.test("x"); return "`" + a }'), ['a']],
    ['a native function', Math.max as Fn, []],
    ['a bound function', fn('(a) => a').bind(undefined), []],
  ])('%s', (_what, target, names, rest = -1) => {
    const found = argNamesOf(target);
    expect([found.names, found.rest]).toEqual([names, rest]);
  });

  it('knows defaults that are literals, and no others', () => {
    const { defaults } = argNamesOf(
      fn('(a = 1, b = -2.5, c = true, d = null, e = "t,x", f = `u`, g = [1], h = a + 1, i = new Date(), j) => 1'),
    );
    expect([...defaults]).toEqual([
      [0, 1],
      [1, -2.5],
      [2, true],
      [3, null],
      [4, 't,x'],
      [5, 'u'],
    ]);
  });
});
