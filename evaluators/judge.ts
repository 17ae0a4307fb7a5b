import type { EvaluationContext, EvaluatorReport } from './base.js';
import { skip } from './evaluator-return.js';
import type { Asking } from './judge/ask.js';
import { choose } from './judge/choice.js';
import { LlmEvaluator } from './judge/llm-evaluator.js';
import { type JudgeOptions, judgeShape } from './judge/options.js';
import { allMaterial } from './judge/prompts/material.js';
import type { ClassValidator } from './options.js';

/** A judge of one's own: what to look for, and the verdicts to choose from. */
export interface JudgeEvaluatorOptions extends JudgeOptions {
  /** What to judge, in words. Trusted: put no text of users or models into it. */
  rubric: string;
  /** The labels and their scores. Default `{ yes: 1, no: 0 }`: does the output meet the rubric? */
  choices?: Readonly<Record<string, number>>;
}

const CHOICES = 'at least two labels, each with a finite number as score';

const SHAPE = judgeShape({
  build: (cv: ClassValidator, Common: new () => object) => {
    const by = (message: string, validate: (value: unknown) => boolean): PropertyDecorator =>
      cv.ValidateBy({ name: 'fits', validator: { validate, defaultMessage: () => message } });
    class JudgeEvaluatorRules extends Common {
      @by('a text that is not empty', (value) => typeof value === 'string' && value.trim() !== '')
      rubric?: unknown;

      @by(CHOICES, (value) => value === undefined || isChoices(value))
      choices?: unknown;
    }
    return JudgeEvaluatorRules;
  },
});

/**
 * Lets a judge choose one of your labels by your rubric: `score` is the label's, `feedback` the reasoning. Input,
 * output, references and documents are shown to the judge where they are there. Throws a ConfigError.
 *
 * @example
 * new JudgeEvaluator({ name: 'tone', rubric: 'Is the output polite?', choices: { polite: 1, neutral: 0.5, rude: 0 } });
 */
export class JudgeEvaluator extends LlmEvaluator<unknown, unknown, unknown> {
  readonly #rubric: string;
  readonly #choices: Readonly<Record<string, number>>;

  constructor(options: JudgeEvaluatorOptions) {
    super(withRubric(options), SHAPE);
    this.#rubric = options.rubric;
    this.#choices = { ...(options.choices ?? { yes: 1, no: 0 }) };
  }

  /** @internal */
  protected async judge(
    asking: Asking,
    input: unknown,
    output: unknown,
    context: EvaluationContext,
  ): Promise<EvaluatorReport> {
    if (output === undefined) return skip('there is no output to judge');
    const task = `Judge the OUTPUT by this rubric, and choose the label that fits.\n\nRubric:\n${this.#rubric}`;
    return choose(asking, { task, material: allMaterial(input, output, context), choices: this.#choices });
  }
}

/** A missing rubric is checked like a wrong one, also where no options were given at all. */
function withRubric(options: JudgeEvaluatorOptions | undefined): JudgeEvaluatorOptions {
  return typeof options === 'object' || options === undefined ? { ...options, rubric: options?.rubric ?? '' } : options;
}

function isChoices(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const scores = Object.values(value);
  return scores.length >= 2 && scores.every(Number.isFinite);
}
