import { longestCommon, longestCommonLength } from './common-subsequence.js';
import { porterStem } from './porter-stemmer.js';

export type RougeVariant = 'rouge1' | 'rouge2' | 'rougeL' | 'rougeLsum';

export interface RougeScore {
  precision: number;
  recall: number;
  f: number;
}

export interface RougeTokens {
  stemmer: boolean;
  /** `unicode`: letters and digits of every script; `rouge_score`: a-z and 0-9 only, as Google's package does it. */
  tokenizer: 'unicode' | 'rouge_score';
}

/** One variant of ROUGE between an output and a reference. */
export function rougeScore(variant: RougeVariant, output: string, reference: string, how: RougeTokens): RougeScore {
  switch (variant) {
    case 'rouge1':
      return ofNgrams(tokens(output, how), tokens(reference, how), 1);
    case 'rouge2':
      return ofNgrams(tokens(output, how), tokens(reference, how), 2);
    case 'rougeL':
      return ofSequences(tokens(output, how), tokens(reference, how));
    case 'rougeLsum':
      return ofSentences(sentences(output, how), sentences(reference, how));
  }
}

/** Words of more than three letters are stemmed, as in ROUGE 1.5.5. */
function tokens(text: string, how: RougeTokens): string[] {
  const separators = how.tokenizer === 'unicode' ? /[^\p{L}\p{N}\p{M}]+/u : /[^a-z0-9]+/;
  const words = text
    .normalize('NFC')
    .toLowerCase()
    .split(separators)
    .filter((word) => word !== '');
  return how.stemmer
    ? words.map((word) => (word.length > 3 && /^[a-z]+$/.test(word) ? porterStem(word) : word))
    : words;
}

/** A line is a sentence. */
function sentences(text: string, how: RougeTokens): string[][] {
  return text
    .split('\n')
    .map((line) => tokens(line, how))
    .filter((words) => words.length > 0);
}

function ofNgrams(output: readonly string[], reference: readonly string[], n: number): RougeScore {
  const wanted = ngrams(reference, n);
  const got = ngrams(output, n);
  let shared = 0;
  for (const [gram, count] of wanted) shared += Math.min(count, got.get(gram) ?? 0);
  return scoreOf(shared, Math.max(output.length - n + 1, 0), Math.max(reference.length - n + 1, 0));
}

function ngrams(words: readonly string[], n: number): Map<string, number> {
  const counts = new Map<string, number>();
  for (let i = 0; i + n <= words.length; i++) {
    const gram = words.slice(i, i + n).join(' ');
    counts.set(gram, (counts.get(gram) ?? 0) + 1);
  }
  return counts;
}

function ofSequences(output: readonly string[], reference: readonly string[]): RougeScore {
  return scoreOf(longestCommonLength(reference, output), output.length, reference.length);
}

/** Summary level: for each reference sentence the union of its common subsequences with all output sentences, no token counted twice. */
function ofSentences(output: readonly string[][], reference: readonly string[][]): RougeScore {
  const left = { output: countsOf(output), reference: countsOf(reference) };
  let hits = 0;
  for (const sentence of reference) {
    const union = new Set(output.flatMap((other) => longestCommon(sentence, other)));
    for (const index of [...union].sort((a, b) => a - b)) {
      const word = sentence[index] as string;
      if ((left.output.get(word) ?? 0) > 0 && (left.reference.get(word) ?? 0) > 0) {
        hits += 1;
        left.output.set(word, (left.output.get(word) ?? 0) - 1);
        left.reference.set(word, (left.reference.get(word) ?? 0) - 1);
      }
    }
  }
  return scoreOf(hits, output.flat().length, reference.flat().length);
}

function countsOf(lines: readonly string[][]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const word of lines.flat()) counts.set(word, (counts.get(word) ?? 0) + 1);
  return counts;
}

function scoreOf(shared: number, outputTotal: number, referenceTotal: number): RougeScore {
  if (shared === 0) return { precision: 0, recall: 0, f: 0 };
  const precision = shared / outputTotal;
  const recall = shared / referenceTotal;
  return { precision, recall, f: (2 * shared) / (outputTotal + referenceTotal) };
}
