/** ASCII punctuation, Python's `string.punctuation`; other quotes and dashes are part of a word. */
const PUNCTUATION = /[!-/:-@[-`{-~]/g;
/** `\b(a|an|the)\b` with Python's Unicode word borders; JavaScript's `\b` knows ASCII only. */
const ARTICLES = /(?<![\p{L}\p{N}_])(?:a|an|the)(?![\p{L}\p{N}_])/gu;
/** What Python's `str.split()` splits at. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: Python counts the separators 1C to 1F as spaces
const SPACES = /[\t-\r\u001c-\u0020\u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/;

/**
 * The tokens of SQuAD's answer normalisation: lower case, no ASCII punctuation, no articles, split at spaces.
 * Source: the official evaluation scripts of SQuAD 1.1 and 2.0 (copies: huggingface/evaluate, metrics/squad and
 * metrics/squad_v2, compute_score.py). Texts are put into NFC first.
 */
export function squadTokens(text: string): string[] {
  const bare = text.normalize('NFC').toLowerCase().replace(PUNCTUATION, '').replace(ARTICLES, ' ');
  return bare.split(SPACES).filter((token) => token !== '');
}

/** The normalised answer as one text, as SQuAD's exact match compares it. */
export function squadText(text: string): string {
  return squadTokens(text).join(' ');
}

/** How many tokens two lists share, each as often as in the poorer list. */
export function overlap(a: readonly string[], b: readonly string[]): number {
  const counts = new Map<string, number>();
  for (const token of a) counts.set(token, (counts.get(token) ?? 0) + 1);
  let shared = 0;
  for (const token of b) {
    const left = counts.get(token) ?? 0;
    if (left === 0) continue;
    counts.set(token, left - 1);
    shared += 1;
  }
  return shared;
}
