const silent = new Set(
  'a an and are as at be by country countries do does for from has have how in is it its many of on or that the their there they to what where which who whose with you'.split(
    ' ',
  ),
);

/** The words of a text in a comparable form: lower case, no accents, no plural "s". */
export function wordsOf(text: string): string[] {
  return rawWords(text).map(comparable);
}

export function contentWords(text: string): string[] {
  return rawWords(text)
    .filter((word) => !isSilent(word))
    .map(comparable);
}

export const isSilent = (word: string): boolean => silent.has(word.toLowerCase());

export function comparable(word: string): string {
  const plain = word.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
  return plain.length > 3 && plain.endsWith('s') ? plain.slice(0, -1) : plain;
}

function rawWords(text: string): string[] {
  return text.match(/[\p{L}\p{N}\p{M}]+/gu) ?? [];
}
