const BRAND = Symbol.for('honeyhive-decorators.error');

/** What went wrong, as a stable word that programs may compare. */
export type ErrorCode = 'config' | 'decorator' | 'evaluator';

/**
 * Every error this package throws on purpose. Compare with {@link isHoneyHiveError}, not `instanceof`:
 * the brand also holds across two copies of the package, as a bundle or another version makes them.
 */
export class HoneyHiveError extends Error {
  override readonly name: string = 'HoneyHiveError';
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    Object.defineProperty(this, BRAND, { value: true });
  }
}

/** One wrong option: where it is, what was given, what is allowed. */
export interface OptionProblem {
  readonly field: string;
  readonly given: unknown;
  readonly allowed: string;
}

/** Thrown for wrong options. Lists every wrong field at once, not only the first. */
export class ConfigError extends HoneyHiveError {
  override readonly name = 'ConfigError';
  readonly problems: readonly OptionProblem[];

  constructor(subject: string, problems: readonly OptionProblem[]) {
    const lines = problems.map((p) => `  ${p.field}: got ${show(p.given)}, allowed: ${p.allowed}`);
    super(
      'config',
      `${subject}: ${problems.length === 1 ? 'one wrong option' : `${problems.length} wrong options`}\n${lines.join('\n')}`,
    );
    this.problems = problems;
  }
}

/** Whether `value` is an error of this package, from any copy of it. */
export function isHoneyHiveError(value: unknown): value is HoneyHiveError {
  return typeof value === 'object' && value !== null && (value as Record<symbol, unknown>)[BRAND] === true;
}

/** Whether `value` is a {@link ConfigError}, from any copy of the package. */
export function isConfigError(value: unknown): value is ConfigError {
  return isHoneyHiveError(value) && value.code === 'config';
}

/** The text of whatever was thrown; never throws itself, whatever the value's getters do. */
export function messageOf(thrown: unknown): string {
  try {
    if (thrown instanceof Error) return String(thrown.message);
    return typeof thrown === 'string' ? thrown : String(thrown);
  } catch {
    return 'unreadable error';
  }
}

function show(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 80 ? `${value.slice(0, 80)}…` : value);
  if (typeof value === 'function') return `a function`;
  if (typeof value === 'number' || typeof value === 'bigint') return String(value);
  try {
    const text = JSON.stringify(value) ?? String(value);
    return text.length > 80 ? `${text.slice(0, 80)}…` : text;
  } catch {
    return Object.prototype.toString.call(value);
  }
}
