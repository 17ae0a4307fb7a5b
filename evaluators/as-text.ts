/** `value` as a text to compare. Throws a TypeError for what has none: objects, lists, null and undefined. */
export function asText(value: unknown, what: string): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint') return String(value);
  const kind = value === null ? 'null' : Array.isArray(value) ? 'a list' : typeof value;
  throw new TypeError(`${what} is ${kind}, not a text`);
}

/**
 * Both spellings of a letter, one text: upper and lower case, and what only Unicode folds, as the German sharp s.
 * A Greek sigma is the same one at the end of a word and inside, or no word would be found in a longer one.
 */
export function foldCase(text: string): string {
  return text.toUpperCase().toLowerCase().replaceAll('ς', 'σ');
}
