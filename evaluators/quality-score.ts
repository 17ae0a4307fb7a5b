import type { OptionProblem } from '../src/base/errors.js';
import type { EvaluationContext, EvaluatorReport } from './base.js';
import { skip } from './evaluator-return.js';
import type { Asking } from './judge/ask.js';
import { LlmEvaluator } from './judge/llm-evaluator.js';
import { type JudgeOptions, judgeShape } from './judge/options.js';
import { type Criterion, criteriaTask, describeCriterion } from './judge/prompts/criteria.js';
import { allMaterial, isThere } from './judge/prompts/material.js';
import { spread } from './judge/samples.js';
import { objectOf, text } from './judge/schema.js';
import { mean } from './mean.js';
import type { ClassValidator } from './options.js';

/** Options of {@link QualityScoreEvaluator}. */
export interface QualityScoreOptions extends JudgeOptions {
  /** Names, or `{ name, description, weight? }`. Default accuracy, relevance and clarity. */
  criteria?: readonly (string | { readonly name: string; readonly description?: string; readonly weight?: number })[];
}

type Keyed = Criterion & { readonly key: string; readonly weight: number };
type Scored = Record<string, { readonly reasoning: string; readonly score: number }>;

const ALLOWED = 'names or { name, description?, weight? }: at least one, no name twice, weights from 0 and not all 0';

const SHAPE = judgeShape({
  build: (cv: ClassValidator, Common: new () => object) => {
    class QualityRules extends Common {
      @cv.IsOptional()
      criteria?: unknown;
    }
    return QualityRules;
  },
  check: ({ criteria }): OptionProblem[] =>
    criteria === undefined || isCriteria(criteria) ? [] : [{ field: 'criteria', given: criteria, allowed: ALLOWED }],
});

/**
 * Quality by criteria: the judge scores each from 1 to 5 on a scale with anchors, (score - 1) / 4 puts it on 0 to 1,
 * and the weighted mean is the score; every criterion is in `metrics`. Throws a ConfigError for wrong criteria.
 *
 * @example
 * new QualityScoreEvaluator({ criteria: ['accuracy', { name: 'tone', description: 'Is it friendly?', weight: 2 }] });
 */
export class QualityScoreEvaluator extends LlmEvaluator<unknown, unknown, unknown> {
  readonly #criteria: readonly Keyed[];

  constructor(options: QualityScoreOptions = {}) {
    super(options, SHAPE);
    this.#criteria = keyed(options.criteria ?? ['accuracy', 'relevance', 'clarity']);
  }

  /** @internal */
  protected async judge(
    asking: Asking,
    input: unknown,
    output: unknown,
    context: EvaluationContext,
  ): Promise<EvaluatorReport> {
    if (output === undefined) return skip('there is no output to judge');
    const criteria = this.#criteria;
    const each = objectOf({
      reasoning: text('What speaks for and against, before the score.'),
      score: { type: 'integer', description: 'From 1 to 5, by the scale.', enum: [1, 2, 3, 4, 5] },
    });
    const answers = await asking.askSamples<Scored>({
      task: criteriaTask(criteria),
      material: allMaterial(input, output, context),
      schema: objectOf(Object.fromEntries(criteria.map(({ key }) => [key, each]))),
    });
    const table = answers.map((answer) => criteria.map(({ key }) => ((answer[key] as Scored[string]).score - 1) / 4));
    const weights = criteria.map(({ weight }) => weight);
    const totals = table.map((row) => mean(row, weights));
    const means = criteria.map((_, i) => mean(table.map((row) => row[i] as number)));
    return {
      score: mean(totals),
      feedback: criteria.map((one) => sentence(one, answers[0] as Scored)).join(' '),
      metrics: {
        ...Object.fromEntries(criteria.map(({ name }, i) => [name, means[i]])),
        ...(answers.length === 1 ? {} : { spread: spread(totals) }),
      },
      metadata: {
        scores: answers.map((answer) =>
          Object.fromEntries(criteria.map(({ key, name }) => [name, answer[key]?.score])),
        ),
      },
    };
  }
}

function sentence({ key, name }: Keyed, answer: Scored): string {
  const { score, reasoning } = answer[key] as Scored[string];
  return `${name} ${score}/5: ${reasoning}`;
}

/** Names of the answer's fields: plain words, since not every server takes others in a schema. */
function keyed(criteria: NonNullable<QualityScoreOptions['criteria']>): Keyed[] {
  const taken = new Set<string>();
  return criteria.map((given, i) => {
    const { name, description, weight = 1 } = typeof given === 'string' ? { name: given } : given;
    const word = name
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '_')
      .replace(/^_|_$/g, '');
    const key = /^[a-z]/.test(word) && !taken.has(word) ? word : `criterion_${i + 1}`;
    taken.add(key);
    return { key, name, weight, description: description ?? describeCriterion(name) };
  });
}

function isCriteria(value: unknown): boolean {
  if (!Array.isArray(value) || value.length === 0) return false;
  const parts = value.map((one: unknown) => (typeof one === 'string' ? { name: one } : one));
  if (!parts.every(isCriterion)) return false;
  const names = new Set(parts.map((one) => one.name));
  return names.size === parts.length && parts.some((one) => (one.weight ?? 1) > 0);
}

function isCriterion(value: unknown): value is { name: string; weight?: number } {
  if (typeof value !== 'object' || value === null) return false;
  const { name, description, weight } = value as Record<string, unknown>;
  if (typeof name !== 'string' || !isThere(name)) return false;
  if (description !== undefined && typeof description !== 'string') return false;
  return weight === undefined || (typeof weight === 'number' && Number.isFinite(weight) && weight >= 0);
}
