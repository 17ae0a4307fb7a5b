import {
  ContainsEvaluator,
  ExactMatchEvaluator,
  F1ScoreEvaluator,
  LengthEvaluator,
  LevenshteinEvaluator,
  RegexEvaluator,
} from '../../../evaluators/index';
import { evaluated, scored } from '../support';

const ONE = { v: 1 };
const TWO = { v: 2 };
const NFC = 'caf\u00e9';
const NFD = 'cafe\u0301';

describe('ExactMatchEvaluator', () => {
  const exact = new ExactMatchEvaluator();
  const circular: Record<string, unknown> = { a: 1 };
  circular['self'] = circular;
  const alike: Record<string, unknown> = { a: 1 };
  alike['self'] = alike;

  test.each<[unknown, unknown, number]>([
    [' Paris\n', 'Paris', 1],
    ['paris', 'Paris', 0],
    [NFC, NFD, 1],
    ['', '', 1],
    ['', ' ', 1],
    [42, 42, 1],
    [42, '42', 1],
    [42, 43, 0],
    [Number.NaN, Number.NaN, 1],
    [0, -0, 1],
    [true, 'true', 1],
    [true, false, 0],
    [null, null, 1],
    [null, 'null', 0],
    ['null', null, 0],
    [undefined, 'undefined', 0],
    [undefined, null, 0],
    [{ a: 1, b: [NFC] }, { b: [NFD], a: 1 }, 1],
    [{ a: 1, b: undefined }, { a: 1 }, 1],
    [{ a: 1 }, { a: 1, b: null }, 0],
    [{ a: 1 }, '{"a": 1}', 1],
    ['{"a": 1}', { a: 1 }, 1],
    [[1, 2], [1, 2], 1],
    [[1, 2], '[1,2]', 1],
    [[1, 2], [2, 1], 0],
    [[], [], 1],
    [{}, [], 0],
    [new Map([[1, 2]]), new Map([[1, 2]]), 1],
    [new Map([[1, 2]]), new Map([[3, 4]]), 0],
    [new Set(['a', { b: 1 }]), new Set([{ b: 1 }, 'a']), 1],
    [new Set([1]), new Set([2]), 0],
    [new Set([[ONE], [ONE]]), new Set([[TWO], [{ v: 1 }]]), 0],
    [[ONE, ONE], [{ v: 1 }, { v: 1 }], 1],
    [new Date(5), new Date(5), 1],
    [new Date(5), new Date(6), 0],
    [new Date(Number.NaN), new Date(Number.NaN), 1],
    [new Uint8Array([1, 2]), new Uint8Array([1, 2]), 1],
    [circular, alike, 1],
    [10n, 10n, 1],
  ])('%p and %p: %p', async (output, expected, score) => {
    expect(await scored(exact, output, expected)).toBe(score);
  });

  class Money {
    readonly #cents: number;
    constructor(cents: number) {
      this.#cents = cents;
    }
    get cents(): number {
      return this.#cents;
    }
  }
  class Point {
    x = 1;
  }
  class Place {
    x = 1;
  }
  const failure = (message: string, more: object = {}): Error => Object.assign(new Error(message), more);
  const form = (value: string): FormData => {
    const data = new FormData();
    data.set('a', value);
    return data;
  };

  test.each<[string, unknown, unknown, unknown]>([
    ['URL', new URL('http://a.example'), new URL('http://a.example/'), new URL('http://b.example')],
    ['URLSearchParams', new URLSearchParams('a=1'), new URLSearchParams('a=1'), new URLSearchParams('a=2')],
    ['Headers', new Headers({ A: '1', b: '2' }), new Headers({ b: '2', a: '1' }), new Headers({ a: '1' })],
    ['FormData', form('x'), form('x'), form('y')],
    ['an error and its message', new Error('a'), new Error('a'), new Error('b')],
    ['an error and its kind', new RangeError('a'), new RangeError('a'), new TypeError('a')],
    [
      'an error and its cause',
      new Error('a', { cause: 1 }),
      new Error('a', { cause: 1 }),
      new Error('a', { cause: 2 }),
    ],
    ['an error and its fields', failure('a', { code: 1 }), failure('a', { code: 1 }), failure('a', { code: 2 })],
    ['an error and its parts', new AggregateError([1]), new AggregateError([1]), new AggregateError([2])],
    ['ArrayBuffer', Uint8Array.of(1, 2).buffer, Uint8Array.of(1, 2).buffer, new ArrayBuffer(2)],
    ['a boxed number', Object(1), Object(1), Object(2)],
    ['a boxed text', Object('a'), Object('a '), Object('b')],
    ['bytes', Int8Array.of(-1), Int8Array.of(-1), Uint8Array.of(255)],
    ['Buffer', Buffer.of(1), Uint8Array.of(1), Uint8Array.of(2)],
    ['an instance', new Point(), new Point(), new Place()],
    ['an instance as an object', new Point(), { x: 1 }, { x: 2 }],
  ])('by content: %s', async (_what, output, alike, other) => {
    expect(await scored(exact, output, { it: alike })).toBe(0);
    expect(await scored(exact, { it: output }, { it: alike })).toBe(1);
    expect(await scored(exact, { it: output }, { it: other })).toBe(0);
  });

  test('instances without a field to read are equal only to themselves', async () => {
    const money = new Money(1);
    expect(await scored(exact, money, money)).toBe(1);
    expect(await scored(exact, money, new Money(1))).toBe(0);
    expect(await scored(exact, money, {})).toBe(0);
    expect(await scored(exact, {}, Object.create(null))).toBe(1);
    expect(await scored(exact, structuredClone({ a: {} }), { a: {} })).toBe(1);
    expect(await scored(exact, new (class URL {})(), new (class URL {})())).toBe(0);
  });

  test('several references: any may match', async () => {
    expect(await scored(exact, 'b', ['a', 'b'])).toBe(1);
    expect(await scored(exact, [1], [[2], [1]])).toBe(1);
    expect(await scored(exact, 'c', ['a', 'b'])).toBe(0);
    expect(await scored(exact, 'c', undefined, { references: ['a', 'c'] })).toBe(1);
    expect(await scored(exact, 'c', 'a', { references: ['c'] })).toBe(1);
  });

  test('options', async () => {
    expect(await scored(new ExactMatchEvaluator({ ignoreCase: true }), 'STRASSE', 'straße')).toBe(1);
    expect(await scored(new ExactMatchEvaluator({ ignoreCase: true }), { a: 'X' }, { a: 'x' })).toBe(1);
    expect(await scored(new ExactMatchEvaluator({ normalize: 'none' }), 'a ', 'a')).toBe(0);
    expect(await scored(new ExactMatchEvaluator({ normalize: 'none' }), NFC, NFD)).toBe(0);
    expect(await scored(new ExactMatchEvaluator({ normalize: 'squad' }), 'The  Eiffel-Tower!', 'eiffeltower')).toBe(1);
  });

  test('patterns to ignore', async () => {
    const bare = new ExactMatchEvaluator({ ignorePatterns: [/\d+/, /\s*(km|miles)/i] });
    expect(await scored(bare, '12 Road 5 KM', '7 Road ')).toBe(1);
    expect(await scored(bare, { street: 'Road 1' }, { street: 'Road 2' })).toBe(1);
    expect(await scored(bare, 'Road', 'Street')).toBe(0);
    expect(() => new ExactMatchEvaluator({ ignorePatterns: ['x'] as never })).toThrow('a list of RegExp');
    const slow = new ExactMatchEvaluator({ ignorePatterns: [/^(a+)+$/] });
    expect(await scored(slow, `${'a'.repeat(40)}!`, 'a')).toBe('timeout');
  });

  test('without a reference it is skipped', async () => {
    expect(await evaluated(exact, 'x')).toMatchObject({
      status: 'skipped',
      feedback: 'no expected value to compare with',
    });
    expect(await scored(exact, undefined, undefined)).toBe('skipped');
  });
});

describe('F1ScoreEvaluator', () => {
  const f1 = new F1ScoreEvaluator();

  test.each<[string, string | string[], number]>([
    ['', '', 1],
    ['', 'a', 1],
    ['the', 'an', 1],
    ['x', '', 0],
    ['', 'x', 0],
    ['!?', '', 1],
    ['x y', 'y x', 1],
    ['x x y', 'x y y', 2 / 3],
    ['hello hello', 'hello', 2 / 3],
    ['theory', 'the theory', 1],
    ["the cat's", 'cats', 1],
    ['aé', 'é', 0],
    ['thé', 'é', 0],
    ['an\u00a0apple\u2003pie', 'apple pie', 1],
    [NFC, NFD, 1],
    ['東京 タワー', 'タワー', 2 / 3],
    ['👨‍👩‍👧 family', '👨‍👩‍👧', 2 / 3],
    ['Broncos', ['The Denver Broncos', 'broncos'], 1],
    ['1,000.5', '10005', 1],
  ])('%j and %j: %p', async (output, expected, score) => {
    expect(await scored(f1, output, expected)).toBeCloseTo(score, 12);
  });

  test('tells precision and recall', async () => {
    expect((await evaluated(f1, 'x', 'x y')).metrics).toEqual({ precision: 1, recall: 0.5 });
  });

  test('takes numbers as text, but no objects', async () => {
    expect(await scored(f1, 7, '7')).toBe(1);
    expect(await evaluated(f1, { a: 1 }, '7')).toMatchObject({
      status: 'error',
      feedback: 'the output is object, not a text',
    });
    expect(await scored(f1, null, '7')).toBe('error');
    expect(await scored(f1, 'x')).toBe('skipped');
  });
});

describe('LengthEvaluator', () => {
  test.each<[ConstructorParameters<typeof LengthEvaluator>[0], string, number]>([
    [{}, '', 1],
    [{ minLength: 2, maxLength: 4 }, 'ab', 1],
    [{ minLength: 2, maxLength: 4 }, 'abcd', 1],
    [{ minLength: 4 }, 'a', 0.25],
    [{ maxLength: 4 }, 'abcdefgh', 0.5],
    [{ minLength: 4, decay: 'hard' }, 'abc', 0],
    [{ minLength: 1 }, '', 0],
    [{ maxLength: 0 }, 'a', 0],
    [{ maxLength: 0 }, '', 1],
    [{ maxLength: 1 }, '👨‍👩‍👧‍👦', 1],
    [{ maxLength: 1 }, '🇫🇷', 1],
    [{ maxLength: 1 }, 'e\u0301', 1],
    [{ maxLength: 1, unit: 'codePoint' }, 'e\u0301', 0.5],
    [{ maxLength: 1, unit: 'codePoint' }, '👍', 1],
    [{ minLength: 3, maxLength: 3, unit: 'word' }, "It's a test...", 1],
    [{ minLength: 2, maxLength: 2, unit: 'sentence' }, 'One here. Two there!  ', 1],
    [{ minLength: 2, maxLength: 2, unit: 'line' }, 'a\r\nb\n', 1],
    [{ maxLength: 1, unit: 'line' }, '\n\n', 0.5],
  ])('%j of %j: %p', async (options, text, score) => {
    expect(await scored(new LengthEvaluator(options), text)).toBe(score);
  });

  test('says the length, and counts texts only', async () => {
    expect(await evaluated(new LengthEvaluator({ minLength: 3 }), 'ab')).toMatchObject({
      metrics: { length: 2 },
      feedback: 'length 2 (grapheme), wanted at least 3',
    });
    for (const output of [12, null, undefined, ['a'], {}])
      expect(await scored(new LengthEvaluator(), output)).toBe('error');
  });
});

describe('ContainsEvaluator', () => {
  const contains = new ContainsEvaluator({ values: ['Paris', 'France'] });

  test.each<[string, number]>([
    ['Paris is in France', 1],
    ['Paris', 0.5],
    ['paris', 0],
    ['', 0],
  ])('%j: %p', async (output, score) => {
    expect(await scored(contains, output)).toBe(score);
  });

  test('options, feedback and metrics', async () => {
    const values = ['Paris', 'Straße'];
    expect(await scored(new ContainsEvaluator({ values, mode: 'any' }), 'in Paris')).toBe(1);
    expect(await scored(new ContainsEvaluator({ values, mode: 'any' }), 'in Rome')).toBe(0);
    expect(await scored(new ContainsEvaluator({ values, ignoreCase: true }), 'PARIS STRASSE')).toBe(1);
    // A sigma at the end of a word has a form of its own.
    for (const word of ['ΟΔΟΣ', 'οδός', 'οδόσ'.normalize('NFD')]) {
      const found = new ContainsEvaluator({ values: [word], ignoreCase: true });
      expect(await scored(found, word.includes('Σ') ? 'Οδοσαβ' : 'ΟΔΌΣΑΒ')).toBe(1);
    }
    expect(await scored(new ContainsEvaluator({ values: [NFC] }), `a ${NFD} here`)).toBe(1);
    expect(await evaluated(contains, 'Paris')).toMatchObject({
      feedback: 'not found: "France"',
      metrics: { found: 1, total: 2 },
    });
  });

  test('without values it looks for what is expected', async () => {
    expect(await scored(new ContainsEvaluator(), 'a and b', ['a', 'b', 'x', 'y'])).toBe(0.5);
    expect(await scored(new ContainsEvaluator(), 'a and b', 'b')).toBe(1);
    expect(await scored(new ContainsEvaluator(), 'a and b')).toBe('skipped');
    expect(() => new ContainsEvaluator({ values: [] })).toThrow('none of them empty');
    expect(() => new ContainsEvaluator({ values: [''] })).toThrow('none of them empty');
  });
});

describe('RegexEvaluator', () => {
  test('finds, with flags, and without remembering', async () => {
    const twice = new RegexEvaluator({ pattern: /b/g });
    expect([await scored(twice, 'abc'), await scored(twice, 'abc'), await scored(twice, 'x')]).toEqual([1, 1, 0]);
    expect(await scored(new RegexEvaluator({ pattern: '^b', flags: 'mi' }), 'a\nB')).toBe(1);
    expect(await scored(new RegexEvaluator({ pattern: /B/, flags: 'i' }), 'b')).toBe(1);
    expect(await scored(new RegexEvaluator({ pattern: '\\p{Lu}', flags: 'u' }), 'É')).toBe(1);
  });

  test('without a pattern it takes what is expected', async () => {
    expect(await scored(new RegexEvaluator(), 'abc', '^a')).toBe(1);
    expect(await scored(new RegexEvaluator(), 'abc', ['^x', /C$/i])).toBe(1);
    expect(await scored(new RegexEvaluator(), 'abc', '(')).toBe('error');
    expect(await scored(new RegexEvaluator(), 'abc')).toBe('skipped');
  });

  test('a pattern that runs away is stopped, and so is a text without end', async () => {
    const slow = new RegexEvaluator({ pattern: /^(a+)+$/ });
    expect(await evaluated(slow, `${'a'.repeat(40)}!`)).toMatchObject({
      status: 'timeout',
      feedback: 'the pattern found no end within 1000 ms',
    });
    expect(await scored(slow, 'aaa')).toBe(1);
    expect(await scored(slow, 'a'.repeat(1_000_001))).toBe('error');
  });
});

describe('LevenshteinEvaluator', () => {
  test.each<[string, string | string[], number]>([
    ['', '', 1],
    ['', 'a', 0],
    ['kitten', 'sitting', 1 - 3 / 7],
    ['👍', '👎', 0],
    ['a👍', 'a👎', 0.5],
    [NFC, NFD, 1],
    ['東京', '東大', 0.5],
    ['ab', ['xy', 'ac', 'zz'], 0.5],
  ])('%j and %j: %p', async (output, expected, score) => {
    expect(await scored(new LevenshteinEvaluator(), output, expected)).toBeCloseTo(score, 12);
  });

  test('ignoreCase', async () => {
    expect(await scored(new LevenshteinEvaluator({ ignoreCase: true }), 'ABC', 'abc')).toBe(1);
  });

  test('compares long texts in reasonable time', async () => {
    const [a, b] = ['abcdefghij'.repeat(3000), 'abcdefgxij'.repeat(3000)];
    expect(await scored(new LevenshteinEvaluator(), a, b)).toBeCloseTo(0.9, 12);
  });
});
