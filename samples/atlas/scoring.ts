import {
  BaseEvaluator,
  type EvaluationContext,
  type EvaluatorReturn,
  ExactMatchEvaluator,
  F1ScoreEvaluator,
  LengthEvaluator,
  MultiEvaluator,
} from 'honeyhive-decorators';
import { Scoreboard } from './scoreboard.js';

const itemsOf = (text: string): string[] =>
  text
    .split(/,| and /)
    .map((item) => item.trim().toLowerCase())
    .filter(Boolean);

/** For questions whose answer is a list: the share of its items that the answer names. */
export class ItemsFoundEvaluator extends BaseEvaluator<string, string> {
  override evaluate(_question: string, answer: string, { expected }: EvaluationContext<string>): EvaluatorReturn {
    const wanted = typeof expected === 'string' ? itemsOf(expected) : [];
    if (wanted.length < 2) return null;
    const given = new Set(itemsOf(answer));
    const missing = wanted.filter((item) => !given.has(item));
    return {
      score: 1 - missing.length / wanted.length,
      explanation: missing.length > 0 ? `missing: ${missing.join(', ')}` : 'all items named',
    };
  }
}

/** What every answer is scored by. */
export const answerQuality = new MultiEvaluator(
  [
    new ExactMatchEvaluator({ ignoreCase: true }),
    new F1ScoreEvaluator(),
    new LengthEvaluator({ minLength: 1, maxLength: 80 }),
    new ItemsFoundEvaluator(),
  ],
  { name: 'answer_quality' },
);

export const scoreboard = new Scoreboard();
