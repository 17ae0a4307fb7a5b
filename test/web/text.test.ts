import fc from 'fast-check';
import { briefOf } from '../../server/web/src/brief.js';
import { foldedLength } from '../../server/web/src/fold.js';
import { chatMessage, chatMessages, copyText, parsedText } from '../../server/web/src/json.js';

describe('briefOf', () => {
  test.each([
    ['text\n  over lines', 'text over lines'],
    [{ question: 'Which one?' }, 'Which one?'],
    [{ a: { b: 'deep' } }, 'deep'],
    [{ a: 1, b: ['x', null] }, '{a: 1, b: [x, null]}'],
    [{}, ''],
    [{ a: 27 }, '{a: 27}'],
    [{ a: { b: null } }, '{a: {b: null}}'],
    [{ a: {} }, ''],
    [false, 'false'],
  ])('%j is %s', (value, text) => {
    expect(briefOf(value)).toBe(text);
  });

  test('any value gives one line of bounded length', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = briefOf(value, 40);
        expect(text).not.toContain('\n');
        expect(text.length).toBeLessThan(60);
      }),
    );
  });

  test('a value of any depth and size is no trouble', () => {
    let deep: unknown = 'bottom';
    for (let i = 0; i < 50_000; i += 1) deep = [deep, i];
    expect(briefOf(deep, 60).length).toBeLessThan(80);
    expect(briefOf('x'.repeat(10_000_000), 60)).toBe(`${'x'.repeat(60)}…`);
  });
});

describe('foldedLength', () => {
  test('short texts stay whole, long ones are cut, many lines too', () => {
    expect(foldedLength('short')).toBe(5);
    expect(foldedLength('x'.repeat(5_000))).toBe(700);
    expect(foldedLength('line\n'.repeat(100))).toBe(5 * 12 - 1);
  });

  test('no cut goes through a code point', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', minLength: 0, maxLength: 200 }),
        fc.integer({ min: 1, max: 100 }),
        (text, most) => {
          const end = foldedLength(text, most);
          expect(end).toBeLessThanOrEqual(text.length);
          expect(/\p{Surrogate}$/u.test(text.slice(0, end))).toBe(false);
        },
      ),
    );
  });
});

describe('values', () => {
  test('texts that are JSON objects or arrays are parsed, other texts are texts', () => {
    expect(parsedText(' {"a":[1]}')).toEqual({ a: [1] });
    expect(parsedText('[1,2]')).toEqual([1, 2]);
    for (const text of ['12', '"x"', 'null', '{broken', '', 'plain']) expect(parsedText(text)).toBeUndefined();
  });

  test('conversations are recognised by the role of every item', () => {
    const [first] = chatMessages([{ role: 'user', content: 'Hi', name: 'Ada' }]) ?? [];
    expect(first).toEqual({ role: 'user', content: 'Hi', rest: { name: 'Ada' } });
    expect(chatMessages([{ role: 'user' }, 'text'])).toBeUndefined();
    expect(chatMessages([])).toBeUndefined();
    expect(chatMessage({ role: 'assistant', content: 'Hello' })?.content).toBe('Hello');
    expect(chatMessage({ result: 1 })).toBeUndefined();
  });

  test('copies are texts as they are, other values as JSON', () => {
    expect(copyText('a "b"')).toBe('a "b"');
    expect(copyText({ a: 1 })).toBe('{\n  "a": 1\n}');
  });
});
