import { type ClassValidator, loadClassValidator } from '../src/base/class-validator.js';
import { ConfigError, type OptionProblem } from '../src/base/errors.js';
import { rulesOf } from './option-rules.js';

export type { ClassValidator } from '../src/base/class-validator.js';

type OptionsClass = new () => object;

/** What every evaluator can be told. */
export interface EvaluatorOptions {
  /** Default: the class name in snake_case without `Evaluator`. */
  name?: string;
  /** A score from here on passes; with `direction: 'minimize'`, a score up to here. */
  threshold?: number;
  /** Share in a weighted MultiEvaluator. Default 1. */
  weight?: number;
  /** In ms. Default 10,000, or what the caller of `run` says. */
  timeoutMs?: number;
  version?: string;
  /** Whether higher or lower is better. Default `maximize`. */
  direction?: 'maximize' | 'minimize';
  /** A score outside is an error. Default: any finite number. */
  range?: readonly [number, number];
}

/** Options of one evaluator as a class-validator class, built when options are first given. */
export interface OptionShape {
  /** Extends `Common`, so that its own options and the common ones are checked together. */
  readonly build: (cv: ClassValidator, Common: OptionsClass) => OptionsClass;
  /** Rules between several options. */
  readonly check?: (options: Readonly<Record<string, unknown>>) => OptionProblem[];
}

const COMMON = ['name', 'threshold', 'weight', 'timeoutMs', 'version', 'direction', 'range'] as const;
/** Node fires a longer one at once. */
const LONGEST_TIMER_MS = 2_147_483_647;
const built = new Map<OptionShape, OptionsClass>();
let common: OptionsClass | undefined;

/**
 * Throws one ConfigError that lists every wrong option. Without a shape only the common options are looked at:
 * a subclass may pass its own ones along. With a shape, unknown names are wrong too. class-validator is loaded
 * only when there is something to check.
 */
export function checkOptions(
  subject: string,
  options: unknown,
  shape?: OptionShape,
  problems: readonly OptionProblem[] = [],
): void {
  const all = [...problems, ...optionProblems(options, shape)];
  if (all.length > 0) throw new ConfigError(subject, all);
}

function optionProblems(options: unknown, shape: OptionShape | undefined): OptionProblem[] {
  if (options === undefined) return [];
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    return [{ field: 'options', given: options, allowed: 'an object' }];
  }
  const given = pick(options as Record<string, unknown>, shape === undefined);
  if (Object.keys(given).length === 0) return [];
  const cv = loadClassValidator();
  const empty = new (optionsClass(cv, shape))();
  const known = Object.keys(empty);
  const instance = Object.assign(empty, given);
  const errors = new cv.Validator().validateSync(instance, {
    whitelist: true,
    forbidNonWhitelisted: true,
    forbidUnknownValues: false,
  });
  const found = errors.map((e) => ({
    field: e.property,
    given: given[e.property],
    allowed: allowed(e.constraints, known),
  }));
  const between = shape?.check?.(given) ?? [];
  return [...found, ...between.filter((problem) => !found.some((other) => other.field === problem.field))];
}

function pick(options: Record<string, unknown>, onlyCommon: boolean): Record<string, unknown> {
  const keys = onlyCommon ? COMMON : Object.keys(options);
  return Object.fromEntries(keys.filter((key) => options[key] !== undefined).map((key) => [key, options[key]]));
}

function optionsClass(cv: ClassValidator, shape: OptionShape | undefined): OptionsClass {
  common ??= commonOptions(cv);
  if (!shape) return common;
  const made = built.get(shape) ?? shape.build(cv, common);
  built.set(shape, made);
  return made;
}

function allowed(constraints: Record<string, string> | undefined, known: readonly string[]): string {
  const texts = Object.entries(constraints ?? {}).map(([rule, text]) =>
    rule === 'whitelistValidation' ? `no such option, there are ${known.join(', ')}` : text,
  );
  return [...new Set(texts)].join('; ');
}

function commonOptions(cv: ClassValidator): OptionsClass {
  const is = rulesOf(cv);
  class CommonRules {
    @is.fits('a text that is not empty', (value) => typeof value === 'string' && value.trim() !== '') name?: string;
    @is.number() threshold?: number;
    @is.number(0) weight?: number;
    @is.number(1, LONGEST_TIMER_MS) timeoutMs?: number;
    @is.fits('a text', (value) => typeof value === 'string') version?: string;
    @is.oneOf('maximize', 'minimize') direction?: string;
    @is.fits('two numbers, [lowest, highest]', isRange) range?: readonly [number, number];
  }
  return CommonRules;
}

function isRange(value: unknown): boolean {
  return (
    Array.isArray(value) &&
    value.length === 2 &&
    value.every((n) => typeof n === 'number' && !Number.isNaN(n)) &&
    value[0] < value[1]
  );
}
