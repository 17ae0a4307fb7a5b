import type { EvaluationResult } from 'honeyhive-decorators';

/** Keeps count and mean of every score that was given, by the name that the score has on its span. */
export class Scoreboard {
  readonly #scores = new Map<string, { sum: number; count: number }>();

  readonly add = (result: EvaluationResult): void => this.#note(result.name, result);

  #note(name: string, result: EvaluationResult): void {
    if (result.score !== null) {
      const { sum, count } = this.#scores.get(name) ?? { sum: 0, count: 0 };
      this.#scores.set(name, { sum: sum + result.score, count: count + 1 });
    }
    for (const child of result.children ?? []) this.#note(`${name}.${child.name}`, child);
  }

  get rows(): { name: string; mean: number; count: number }[] {
    return [...this.#scores].map(([name, { sum, count }]) => ({ name, mean: sum / count, count }));
  }

  get total(): number {
    return this.rows.reduce((sum, { count }) => sum + count, 0);
  }
}
