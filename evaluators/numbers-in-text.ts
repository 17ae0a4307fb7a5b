/** A number as it stands in a text; `percent` where a percent sign follows. */
export interface FoundNumber {
  readonly value: number;
  readonly percent: boolean;
}

const VULGAR: Readonly<Record<string, number>> = {
  '½': 1 / 2,
  '⅓': 1 / 3,
  '⅔': 2 / 3,
  '¼': 1 / 4,
  '¾': 3 / 4,
  '⅕': 1 / 5,
  '⅖': 2 / 5,
  '⅗': 3 / 5,
  '⅘': 4 / 5,
  '⅙': 1 / 6,
  '⅚': 5 / 6,
  '⅐': 1 / 7,
  '⅛': 1 / 8,
  '⅜': 3 / 8,
  '⅝': 5 / 8,
  '⅞': 7 / 8,
  '⅑': 1 / 9,
  '⅒': 1 / 10,
};
const HAN: Readonly<Record<string, number>> = {
  〇: 0,
  零: 0,
  一: 1,
  二: 2,
  三: 3,
  四: 4,
  五: 5,
  六: 6,
  七: 7,
  八: 8,
  九: 9,
  十: 10,
  百: 100,
  千: 1000,
  万: 10_000,
};

const DIGITS = '(?:\\d{1,3}(?:,\\d{3})+(?!\\d)|\\d+)';
const DECIMAL = `(?:${DIGITS}(?:\\.\\d+)?|\\.\\d+)(?:[eE][+-]?\\d+)?`;
const VULGAR_SIGN = `[${Object.keys(VULGAR).join('')}]`;
const HAN_SIGN = `[${Object.keys(HAN).join('')}]`;
/** No letter, digit or `_` on either side: `25` is not found in `425`, `42` not in `42abc`. */
const ALONE_BEFORE = '(?<![\\p{L}\\p{N}_])(?<!\\d\\.)';
const ALONE_AFTER = '(?![\\p{L}\\p{N}_])(?!\\.\\d)';
/** A sign belongs to the number unless something it could be subtracted from stands before it. */
const SIGN = `(?<sign>(?<![\\p{L}\\p{N}_)\\]%])[+-](?=[\\d.$€£¥]|${VULGAR_SIGN}))?`;
const CURRENCY = '[$€£¥]?';

const NUMBER = new RegExp(
  `${ALONE_BEFORE}${SIGN}${CURRENCY}(?:` +
    `(?:(?<whole>${DIGITS})[ \\u2064]?)?(?<vulgar>${VULGAR_SIGN})` +
    `|(?:(?<mixed>${DIGITS}) )?(?<over>\\d+)/(?<under>\\d+)(?![/\\d])(?<!/\\d+/\\d+)` +
    `|(?<decimal>${DECIMAL})` +
    `|(?<han>${HAN_SIGN})` +
    `)(?:(?<percent>\\s?%)|${ALONE_AFTER})`,
  'gu',
);

/**
 * Every number in a text, in order: signs (the Unicode minus too), thousands separators, decimals, exponents (1e3),
 * fractions (1/2, ½, 2½), percentages, currency signs, digits of every script, single Chinese numerals. Digits that
 * are part of a word, a name or a date are no numbers of their own.
 */
export function numbersIn(text: string): FoundNumber[] {
  const found: FoundNumber[] = [];
  for (const { groups } of plain(text).matchAll(NUMBER)) {
    if (!groups) continue;
    const size = magnitude(groups);
    if (Number.isFinite(size))
      found.push({
        value: groups['sign'] === '-' && size !== 0 ? -size : size,
        percent: groups['percent'] !== undefined,
      });
  }
  return found;
}

function magnitude(groups: Record<string, string | undefined>): number {
  const { whole, vulgar, mixed, over, under, decimal, han } = groups;
  if (vulgar !== undefined) return parsed(whole ?? '0') + (VULGAR[vulgar] ?? Number.NaN);
  if (over !== undefined) return parsed(mixed ?? '0') + parsed(over) / parsed(under ?? '0');
  if (han !== undefined) return HAN[han] ?? Number.NaN;
  return parsed(decimal ?? '');
}

function parsed(digits: string): number {
  return Number(digits.replaceAll(',', ''));
}

/** Digits of every script as ASCII ones; full-width signs and the Unicode minus as what they mean. */
function plain(text: string): string {
  return text
    .replace(/[\u2212\uff0d\ufe63]/g, '-')
    .replace(/(?<![\p{L}\p{N}])[\u2012\u2013](?=\d)/gu, '-')
    .replace(/\uff0b/g, '+')
    .replace(/[\uff0e\u066b]/g, '.')
    .replace(/[\uff0c\u066c]/g, ',')
    .replace(/[\uff05\u066a]/g, '%')
    .replace(/[\u2044\uff0f]/g, '/')
    .replace(/\p{Nd}/gu, (digit) => (digit >= '0' && digit <= '9' ? digit : String(digitValue(digit))));
}

/** Unicode keeps the ten digits of a script together, from 0 to 9. */
function digitValue(digit: string): number {
  const code = digit.codePointAt(0) as number;
  let before = 0;
  while (/^\p{Nd}$/u.test(String.fromCodePoint(code - before - 1))) before += 1;
  return before % 10;
}
