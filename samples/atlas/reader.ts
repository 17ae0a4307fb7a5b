import type { Passage } from './retriever.js';
import { comparable, contentWords, isSilent, wordsOf } from './words.js';

/** A piece of a passage that answers a question, and how much of the question its sentence covers (0 to 1). */
export interface Extract {
  text: string;
  coverage: number;
}

/**
 * Answers by copying: the sentence that shares most with the question, minus what the question said already.
 * It cannot count, compare or combine two facts, and it does not know synonyms.
 */
export function readAnswer(question: string, passages: readonly Passage[]): Extract | undefined {
  const asked = new Set(contentWords(question));
  let best: { sentence: string; coverage: number; worth: number } | undefined;
  for (const [rank, passage] of passages.entries()) {
    for (const sentence of passage.text.split('\n')) {
      const words = new Set(wordsOf(sentence));
      const coverage = [...asked].filter((word) => words.has(word)).length / Math.max(asked.size, 1);
      const worth = coverage - rank * 0.05 - words.size * 0.001;
      if (!best || worth > best.worth) best = { sentence, coverage, worth };
    }
  }
  const text = best && longestNews(best.sentence, asked);
  return best && text ? { text, coverage: best.coverage } : undefined;
}

/** The longest run of words that the question did not say; commas and small words may stand inside a run. */
function longestNews(sentence: string, asked: ReadonlySet<string>): string {
  const pieces = sentence.replace(/\.$/, '').split(' ');
  const isNews = pieces.map((piece) => {
    const word = piece.replace(/[^\p{L}\p{N}\p{M}]/gu, '');
    return !isSilent(word) && !asked.has(comparable(word));
  });
  let best = '';
  for (let start = 0; start < pieces.length; start += 1) {
    if (!isNews[start]) continue;
    let end = start;
    for (let next = start + 1; next < pieces.length && (isNews[next] || isSilent(pieces[next] ?? '')); next += 1) {
      if (isNews[next]) end = next;
    }
    const run = pieces.slice(start, end + 1).join(' ');
    if (run.length > best.length) best = run.replace(/,$/, '');
    start = end;
  }
  return best;
}
