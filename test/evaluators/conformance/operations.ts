import { bleuScore } from '../../../evaluators/bleu-score';
import { cohenKappa, krippendorffAlpha } from '../../../evaluators/calibrate/agreement';
import { kendallTauB, pearson, spearman } from '../../../evaluators/calibrate/correlation';
import { cosine } from '../../../evaluators/cosine';
import { countUnits } from '../../../evaluators/count-units';
import {
  type BaseEvaluator,
  defineEvaluator,
  type EvaluationResult,
  ExactMatchEvaluator,
  F1ScoreEvaluator,
  JsonMatchEvaluator,
  JsonValidEvaluator,
  LengthEvaluator,
  LevenshteinEvaluator,
  NumericEvaluator,
  RougeEvaluator,
} from '../../../evaluators/index';
import type { Vector } from './vectors';

export interface Operation {
  /** What of this package the vector is run through. */
  through: string;
  run(vector: Vector): Promise<unknown> | unknown;
}

async function result(evaluator: BaseEvaluator, output: unknown, expected?: unknown): Promise<EvaluationResult> {
  const found = await evaluator.run({ input: undefined, output, expected });
  if (found.status !== 'ok') throw new Error(`${found.name}: ${found.status}, ${found.feedback}`);
  return found;
}

async function score(evaluator: BaseEvaluator, output: unknown, expected?: unknown): Promise<number | null> {
  return (await result(evaluator, output, expected)).score;
}

/** The flags of huggingface/evaluate's exact_match. */
interface HuggingFaceOptions {
  regexesToIgnore?: string[];
  ignoreCase?: boolean;
  ignorePunctuation?: boolean;
  ignoreNumbers?: boolean;
}

const squadExact = new ExactMatchEvaluator({ normalize: 'squad' });
const f1 = new F1ScoreEvaluator();
const levenshtein = new LevenshteinEvaluator();
const rouge = async (
  variant: 'rouge1' | 'rouge2' | 'rougeL' | 'rougeLsum',
  { in: given }: Vector,
): Promise<unknown> => {
  const found = await result(new RougeEvaluator({ variant }), given['prediction'], given['target']);
  const { [`${variant}_precision`]: precision, [`${variant}_recall`]: recall } = found.metrics;
  return { precision, recall, f: found.score };
};

/** Every operation of the vectors that this package has; families without an evaluator are not here. */
export const operations: Record<string, Operation> = {
  squad_em_f1: {
    through: "ExactMatchEvaluator (normalize 'squad'), F1ScoreEvaluator",
    run: async ({ in: { prediction, reference } }) => ({
      em: await score(squadExact, prediction, reference),
      f1_v2: await score(f1, prediction, reference),
    }),
  },
  squad_em_f1_max: {
    through: "ExactMatchEvaluator (normalize 'squad'), F1ScoreEvaluator",
    run: async ({ in: { prediction, references } }) => ({
      em: await score(squadExact, prediction, references),
      // The same in both versions of SQuAD where neither side is empty.
      f1_v1: await score(f1, prediction, references),
    }),
  },
  fuzzy_match: {
    through: 'F1ScoreEvaluator',
    run: async ({ in: { output, anyOf } }) => ({ f1: await score(f1, output, anyOf) }),
  },
  edit_distance: {
    through: 'LevenshteinEvaluator (metrics.distance)',
    run: async ({ in: { a, b } }) => (await result(levenshtein, a, b)).metrics['distance'],
  },
  normalized_similarity: { through: 'LevenshteinEvaluator', run: ({ in: { a, b } }) => score(levenshtein, a, b) },
  cer: {
    through: 'LevenshteinEvaluator (metrics.distance)',
    run: async ({ in: { prediction, reference } }) => {
      const [got, wanted] = [prediction, reference].map((text) => String(text).replace(/\s+/g, ' ').trim());
      return Number((await result(levenshtein, got, wanted)).metrics['distance']) / [...(wanted as string)].length;
    },
  },
  numeric_diff: {
    through: "NumericEvaluator (mode 'diff')",
    run: ({ in: { output, expected } }) => score(new NumericEvaluator({ mode: 'diff' }), output, expected),
  },
  numeric_match: {
    through: 'NumericEvaluator',
    run: ({ in: { output, target, targets } }) => score(new NumericEvaluator(), output, targets ?? target),
  },
  list_contains: {
    through: "JsonMatchEvaluator (listOrder 'any', leaves 'similar')",
    run: ({ in: { output, expected } }) =>
      score(new JsonMatchEvaluator({ listOrder: 'any', leaves: 'similar' }), output, [expected]),
  },
  exact_match: {
    through: 'ExactMatchEvaluator',
    run: ({ in: { output, expected } }) => score(new ExactMatchEvaluator(), output, expected),
  },
  hf_exact_match: {
    through: 'ExactMatchEvaluator (ignorePatterns), its mean over the rows',
    run: async ({ in: given, opts }) => {
      const {
        regexesToIgnore = [],
        ignoreCase = false,
        ignorePunctuation,
        ignoreNumbers,
      } = (opts ?? {}) as HuggingFaceOptions;
      const patterns = [
        ...regexesToIgnore.map((pattern) => new RegExp(pattern)),
        ...(ignorePunctuation ? [/[!-/:-@[-`{-~]/] : []),
        ...(ignoreNumbers ? [/[0-9]/] : []),
      ];
      const exact = new ExactMatchEvaluator({ normalize: 'none', ignoreCase, ignorePatterns: patterns });
      const references = given['references'] as string[];
      const rows = (given['predictions'] as string[]).map((prediction, i) => score(exact, prediction, references[i]));
      const scores = (await Promise.all(rows)).map(Number);
      return scores.reduce((sum, one) => sum + one, 0) / scores.length;
    },
  },
  json_diff: {
    through: "JsonMatchEvaluator (leaves 'similar')",
    run: ({ in: { output, expected } }) => score(new JsonMatchEvaluator({ leaves: 'similar' }), output, expected),
  },
  json_match: {
    through: "JsonMatchEvaluator (mode 'strict')",
    run: ({ in: { output, anyOf } }) => score(new JsonMatchEvaluator({ mode: 'strict' }), output, anyOf),
  },
  valid_json: {
    through: 'JsonValidEvaluator',
    run: ({ in: { output }, opts }) => score(new JsonValidEvaluator(opts as object | undefined), output),
  },
  rouge1: { through: "RougeEvaluator (variant 'rouge1')", run: (vector) => rouge('rouge1', vector) },
  rouge2: { through: "RougeEvaluator (variant 'rouge2')", run: (vector) => rouge('rouge2', vector) },
  rougeL: { through: "RougeEvaluator (variant 'rougeL')", run: (vector) => rouge('rougeL', vector) },
  rougeLsum: { through: "RougeEvaluator (variant 'rougeLsum')", run: (vector) => rouge('rougeLsum', vector) },
  corpus_bleu: {
    through: 'the core of BleuEvaluator over a corpus',
    run: ({ in: given, opts }) => {
      const streams = given['referenceStreams'] as string[][];
      const segments = (given['hypotheses'] as string[]).map((output, i) => ({
        output,
        references: streams.map((stream) => stream[i] as string),
      }));
      const maxOrder = (opts?.['maxNgramOrder'] as number | undefined) ?? 4;
      return bleuScore(segments, { maxOrder, smoothing: 'exp', effectiveOrder: false }).score;
    },
  },
  sentence_bleu: {
    through: 'the core of BleuEvaluator',
    run: ({ in: given, opts }) => {
      const segment = { output: given['hypothesis'] as string, references: [given['reference'] as string] };
      const effectiveOrder = opts?.['effectiveOrder'] === true;
      return bleuScore([segment], { maxOrder: 4, smoothing: 'exp', effectiveOrder }).score;
    },
  },
  length: {
    through: 'LengthEvaluator (metrics.length)',
    run: async ({ in: { text } }) => {
      const count = async (unit: 'codePoint' | 'grapheme' | 'word'): Promise<unknown> =>
        (await result(new LengthEvaluator({ unit }), text)).metrics['length'];
      return {
        codePoint: await count('codePoint'),
        grapheme: await count('grapheme'),
        word: await count('word'),
        sentence: countUnits(String(text), 'sentence'),
      };
    },
  },
  normalise_return: {
    through: 'what evaluate() may return',
    run: async ({ in: { raw } }) => {
      const found = await result(
        defineEvaluator('judge', () => raw as number),
        'output',
      );
      const { metrics, passed, value } = found;
      return {
        score: value ?? found.score,
        explanation: found.feedback,
        extras: { ...metrics, ...(passed !== undefined && value === undefined && { passed }) },
      };
    },
  },
  cosine: {
    through: 'the cosine of SemanticSimilarityEvaluator',
    run: ({ in: { a, b } }) => cosine(a as number[], b as number[]),
  },
  correlation: {
    through: 'calibrate()',
    run: ({ in: given }) => {
      const [x, y] = [given['x'] as number[], given['y'] as number[]];
      return { pearson: pearson(x, y), spearman: spearman(x, y), kendallTauB: kendallTauB(x, y) };
    },
  },
  cohen_kappa: {
    through: 'calibrate()',
    run: ({ in: { table } }) => cohenKappa({ labels: ['a', 'b'], counts: table as number[][] } as never),
  },
  krippendorff_alpha: {
    through: 'calibrate()',
    run: ({ in: { rows, level } }) => krippendorffAlpha(rows as number[][], level as 'nominal' | 'interval'),
  },
};

/** Vectors of a family we have that ask for something else than our definition, and why. */
export const different: Record<string, string> = {
  'list-07': 'asks for an option (extra elements allowed) that JsonMatchEvaluator has not',
};
