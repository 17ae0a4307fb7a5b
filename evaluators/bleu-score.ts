export type BleuSmoothing = 'exp' | 'floor' | 'add-k' | 'none';

export interface BleuSettings {
  maxOrder: number;
  smoothing: BleuSmoothing;
  /** Whether orders that a short output cannot have are left out, instead of making the score 0. */
  effectiveOrder: boolean;
}

export interface BleuScore {
  /** 0 to 100. */
  score: number;
  brevityPenalty: number;
}

interface Statistics {
  outputLength: number;
  referenceLength: number;
  correct: number[];
  total: number[];
}

/** What takes the place of a count of 0: sacrebleu's defaults, after Chen and Cherry, 2014. */
const FLOOR = 0.1;
const ADD_K = 1;

/**
 * BLEU of outputs, each with its references, as sacrebleu computes it with its `13a` tokenizer:
 * brevity penalty x exp(mean of the logarithms of the n-gram precisions).
 * Source: Papineni et al., 2002; mjpost/sacrebleu, sacrebleu/metrics/bleu.py.
 */
export function bleuScore(
  segments: readonly { output: string; references: readonly string[] }[],
  settings: BleuSettings,
): BleuScore {
  const sum: Statistics = { outputLength: 0, referenceLength: 0, correct: zeros(settings), total: zeros(settings) };
  for (const segment of segments) add(sum, statisticsOf(segment, settings));
  return fromStatistics(sum, settings);
}

function fromStatistics(
  { outputLength, referenceLength, correct, total }: Statistics,
  settings: BleuSettings,
): BleuScore {
  const short = outputLength < referenceLength;
  const brevityPenalty = !short ? 1 : outputLength > 0 ? Math.exp(1 - referenceLength / outputLength) : 0;
  if (correct.every((count) => count === 0)) return { score: 0, brevityPenalty };
  const logarithms: number[] = [];
  let halvings = 1;
  for (let i = 0; i < settings.maxOrder; i++) {
    const extra = settings.smoothing === 'add-k' && i > 0 ? ADD_K : 0;
    const hits = (correct[i] as number) + extra;
    const all = (total[i] as number) + extra;
    if (all === 0) break;
    if (hits === 0) halvings *= 2;
    logarithms.push(Math.log(hits > 0 ? hits / all : smoothed(settings.smoothing, all, halvings)));
  }
  const order = settings.effectiveOrder ? logarithms.length : settings.maxOrder;
  if (logarithms.length < order) return { score: 0, brevityPenalty };
  const mean = logarithms.reduce((a, b) => a + b, 0) / order;
  // exp(log(1)) and sums of it may leave 100 by a rounding error.
  return { score: Math.min(100 * brevityPenalty * Math.exp(mean), 100), brevityPenalty };
}

/** The precision that stands for none at all. */
function smoothed(smoothing: BleuSmoothing, all: number, halvings: number): number {
  if (smoothing === 'exp') return 1 / (halvings * all);
  return smoothing === 'floor' ? FLOOR / all : 0;
}

function statisticsOf(
  { output, references }: { output: string; references: readonly string[] },
  settings: BleuSettings,
): Statistics {
  const words = tokens(output);
  const lists = references.map(tokens);
  const wanted = lists.map((list) => ngrams(list, settings.maxOrder)).reduce(largest, new Map<string, number>());
  const statistics: Statistics = {
    outputLength: words.length,
    referenceLength: closest(
      words.length,
      lists.map((list) => list.length),
    ),
    correct: zeros(settings),
    total: zeros(settings),
  };
  for (const [gram, count] of ngrams(words, settings.maxOrder)) {
    const order = gram.split(' ').length - 1;
    statistics.total[order] = (statistics.total[order] as number) + count;
    statistics.correct[order] = (statistics.correct[order] as number) + Math.min(count, wanted.get(gram) ?? 0);
  }
  return statistics;
}

/** The length of the reference that is nearest; of two as near, the shorter. */
function closest(length: number, lengths: readonly number[]): number {
  return [...lengths].sort((a, b) => Math.abs(a - length) - Math.abs(b - length) || a - b)[0] ?? 0;
}

/** All n-grams up to `maxOrder`; tokens have no spaces, so a gram's words can be told apart again. */
function ngrams(words: readonly string[], maxOrder: number): Map<string, number> {
  const counts = new Map<string, number>();
  for (let n = 1; n <= maxOrder; n++) {
    for (let i = 0; i + n <= words.length; i++) {
      const gram = words.slice(i, i + n).join(' ');
      counts.set(gram, (counts.get(gram) ?? 0) + 1);
    }
  }
  return counts;
}

function largest(into: Map<string, number>, counts: Map<string, number>): Map<string, number> {
  for (const [gram, count] of counts) into.set(gram, Math.max(count, into.get(gram) ?? 0));
  return into;
}

function add(sum: Statistics, more: Statistics): void {
  sum.outputLength += more.outputLength;
  sum.referenceLength += more.referenceLength;
  sum.correct = sum.correct.map((count, i) => count + (more.correct[i] as number));
  sum.total = sum.total.map((count, i) => count + (more.total[i] as number));
}

function zeros({ maxOrder }: BleuSettings): number[] {
  return new Array<number>(maxOrder).fill(0);
}

const ENTITIES: Readonly<Record<string, string>> = { '&quot;': '"', '&amp;': '&', '&lt;': '<', '&gt;': '>' };

/** The words of `mteval-v13a`, the tokenizer of WMT: punctuation apart, but not inside numbers. */
function tokens(text: string): string[] {
  let line = text.normalize('NFC').trimEnd().replaceAll('<skipped>', '').replaceAll('-\n', '').replaceAll('\n', ' ');
  for (const [entity, character] of Object.entries(ENTITIES)) line = line.replaceAll(entity, character);
  return ` ${line} `
    .replace(/[{-~[-` -&(-+:-@/]/g, ' $& ')
    .replace(/([^0-9])([.,])/gu, '$1 $2 ')
    .replace(/([.,])([^0-9])/gu, ' $1 $2')
    .replace(/([0-9])(-)/g, '$1 $2 ')
    .split(/\s+/)
    .filter((word) => word !== '');
}
