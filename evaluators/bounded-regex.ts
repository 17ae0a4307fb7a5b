import { bounded } from './bounded.js';

/** Longest text that is matched, in UTF-16 code units. */
export const MAX_REGEX_INPUT = 1_000_000;

/** `pattern.test(text)`, {@link bounded} in time. Throws a RangeError for a text that is too long. */
export function testBounded(pattern: RegExp, text: string): boolean {
  return run(() => pattern.test(text), text);
}

/** `text` without what the pattern finds, everywhere; bounded as {@link testBounded} is. */
export function removeBounded(pattern: RegExp, text: string): string {
  const everywhere = new RegExp(pattern, `${pattern.flags.replace(/[gy]/g, '')}g`);
  return run(() => text.replace(everywhere, ''), text);
}

function run<T>(work: () => T, text: string): T {
  if (text.length > MAX_REGEX_INPUT) {
    throw new RangeError(`a text of ${text.length} characters is too long for a pattern, at most ${MAX_REGEX_INPUT}`);
  }
  return bounded(work, 'the pattern');
}
