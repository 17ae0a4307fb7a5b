import type { ClassValidator, EvaluatorOptions, OptionShape } from '../options.js';
import type { JudgeCache } from './cache.js';
import { isJudgeClient, type JudgeClient } from './client.js';

/** What every judge-based evaluator can be told. */
export interface JudgeOptions extends EvaluatorOptions {
  /** Default: the configured judge, asked for at every evaluation. */
  judge?: JudgeClient;
  /** Default: the judge's own. */
  model?: string;
  /** Default 0; left out where a model refuses it. Above 0 where `samples` shall differ. */
  temperature?: number;
  /** Answers per question, for labels the majority, for scores the mean. Default 1. */
  samples?: number;
  /** Keeps answers: `true` in memory, or a store of your own. Default: asks every time. */
  cache?: boolean | JudgeCache;
  /** What this evaluator may spend in its life, in US dollars; then it is skipped. Needs a judge that tells its costs. */
  maxCostUsd?: number;
}

type OptionsClass = new () => object;

/** The rules for judge options, with the evaluator's own on top. */
export function judgeShape(own?: OptionShape): OptionShape {
  const build = (cv: ClassValidator, Common: OptionsClass): OptionsClass => {
    const Judge = judgeOptions(cv, Common);
    return own === undefined ? Judge : own.build(cv, Judge);
  };
  return own?.check === undefined ? { build } : { build, check: own.check };
}

function judgeOptions(cv: ClassValidator, Common: OptionsClass): OptionsClass {
  const by = (message: string, validate: (value: unknown) => boolean): PropertyDecorator =>
    cv.ValidateBy({ name: 'fits', validator: { validate, defaultMessage: () => message } });

  class JudgeRules extends Common {
    @by('a client with complete(request)', (value) => value === undefined || isJudgeClient(value))
    judge?: unknown;

    @by('a text that is not empty', (value) => value === undefined || (typeof value === 'string' && value !== ''))
    model?: unknown;

    @by('a number from 0 to 2', (value) => value === undefined || isBetween(value, 0, 2))
    temperature?: unknown;

    @by(
      'a whole number from 1 to 100',
      (value) => value === undefined || (Number.isInteger(value) && isBetween(value, 1, 100)),
    )
    samples?: unknown;

    @by(
      'true, false, or a store with get and set',
      (value) => value === undefined || typeof value === 'boolean' || isCache(value),
    )
    cache?: unknown;

    @by('US dollars from 0', (value) => value === undefined || isBetween(value, 0, Number.MAX_VALUE))
    maxCostUsd?: unknown;
  }
  return JudgeRules;
}

function isBetween(value: unknown, low: number, high: number): boolean {
  return typeof value === 'number' && value >= low && value <= high;
}

function isCache(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { get, set } = value as { get?: unknown; set?: unknown };
  return typeof get === 'function' && typeof set === 'function';
}
