import fc from 'fast-check';
import {
  formatCompact,
  formatCost,
  formatDuration,
  formatExact,
  formatMoment,
  formatPlural,
  formatScore,
  formatTick,
  NOTHING,
  shortId,
} from '../../server/web/src/format.js';

test.each([
  [0, '0 ms'],
  [0.00042, '0.42 µs'],
  [0.42, '420 µs'],
  [0.9999, '1 ms'],
  [1, '1 ms'],
  [12.34, '12.3 ms'],
  [123.4, '123 ms'],
  [999.4, '999 ms'],
  [999.6, '1 s'],
  [1_240, '1.24 s'],
  [10_000, '10 s'],
  [59_940, '59.9 s'],
  [59_960, '1m 00s'],
  [125_000, '2m 05s'],
  [3_599_700, '1h 00m'],
  [3_720_000, '1h 02m'],
  [86_399_999, '1d 0h'],
  [273_600_000, '3d 4h'],
  [-5, '-5 ms'],
  [null, NOTHING],
  [Number.NaN, NOTHING],
  [Number.POSITIVE_INFINITY, NOTHING],
])('%p ms is %s', (ms, text) => {
  expect(formatDuration(ms)).toBe(text);
});

test.each([
  [0, '$0'],
  [0.00000001, '<$0.0001'],
  [0.0001332, '$0.0001'],
  [0.0123, '$0.0123'],
  [1.5, '$1.50'],
  [null, NOTHING],
])('%p dollars are %s', (usd, text) => {
  expect(formatCost(usd)).toBe(text);
});

test.each([
  [0, '0.00'],
  [1, '1.00'],
  [0.666666, '0.67'],
  [4.5, '4.5'],
  [-2, '-2'],
  [12_345, '12.3K'],
  [null, NOTHING],
  [Number.NaN, NOTHING],
])('the score %p is %s', (score, text) => {
  expect(formatScore(score)).toBe(text);
});

test('numbers and nouns', () => {
  expect([formatPlural(1, 'span'), formatPlural(0, 'span'), formatPlural(1234, 'span')]).toEqual([
    '1 span',
    '0 spans',
    '1,234 spans',
  ]);
  expect([formatCompact(9_999), formatCompact(1_250_000)]).toEqual(['9,999', '1.3M']);
});

test('labels of a time scale are short', () => {
  expect([0, 300, 90_000, 300_000, 7_200_000, 172_800_000].map(formatTick)).toEqual([
    '0',
    '300 ms',
    '1m 30s',
    '5m',
    '2h',
    '2d',
  ]);
});

test('a moment says no more than it needs to', () => {
  const now = new Date(2026, 10, 21, 12, 0, 0).getTime();
  expect(formatMoment(new Date(2026, 10, 21, 9, 5, 7).getTime(), now)).toBe('09:05:07');
  expect(formatMoment(new Date(2026, 10, 20, 9, 5, 7).getTime(), now)).toBe('20 Nov 09:05:07');
  expect(formatMoment(new Date(2025, 10, 21, 9, 5, 7).getTime(), now)).toBe('21 Nov 2025 09:05:07');
  expect(formatExact(0)).toBe('1970-01-01T00:00:00.000Z');
});

test('any number gives a short text', () => {
  const number = fc.oneof(fc.double(), fc.integer(), fc.constantFrom(0, 1e300, 8.64e15 + 1));
  fc.assert(
    fc.property(number, (value) => {
      for (const text of [formatDuration(value), formatScore(value), formatMoment(value), formatExact(value)]) {
        expect(text.length).toBeGreaterThan(0);
        expect(text).not.toMatch(/NaN|Invalid|undefined/);
      }
    }),
  );
});

test('long ids are shortened, short ones are not', () => {
  expect(shortId('0123456789abcdef')).toBe('01234567…cdef');
  expect(shortId('abc')).toBe('abc');
});
