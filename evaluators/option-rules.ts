import type { ClassValidator } from '../src/base/class-validator.js';

/** Short names for the rules that built-in evaluators use; every option may be left out. */
export interface OptionRules {
  flag(): PropertyDecorator;
  oneOf(...words: string[]): PropertyDecorator;
  /** A whole number. */
  count(from: number, to?: number): PropertyDecorator;
  number(from?: number, to?: number): PropertyDecorator;
  /** A rule of one's own; `allowed` says in words what it accepts. */
  fits(allowed: string, accepts: (value: unknown) => boolean): PropertyDecorator;
}

/** The rules, made of class-validator's decorators. */
export function rulesOf(cv: ClassValidator): OptionRules {
  const fits = (allowed: string, accepts: (value: unknown) => boolean): PropertyDecorator => {
    const rule = cv.ValidateBy({ name: 'fits', validator: { validate: accepts, defaultMessage: () => allowed } });
    return (target, key) => {
      cv.ValidateIf((_options, value) => value !== undefined)(target, key as string);
      rule(target, key as string);
    };
  };
  const within = (from: number, to: number) => (value: unknown) =>
    cv.isNumber(value) && Number(value) >= from && Number(value) <= to;
  return {
    fits,
    flag: () => fits('true or false', cv.isBoolean),
    oneOf: (...words) => fits(words.map((word) => `'${word}'`).join(', '), (value) => cv.isIn(value, words)),
    count: (from, to = Number.MAX_SAFE_INTEGER) =>
      fits(`a whole number ${span(from, to)}`, (value) => cv.isInt(value) && within(from, to)(value)),
    number: (from = -Number.MAX_VALUE, to = Number.MAX_VALUE) =>
      fits(from === -Number.MAX_VALUE ? 'a finite number' : `a number ${span(from, to)}`, within(from, to)),
  };
}

function span(from: number, to: number): string {
  return to >= Number.MAX_SAFE_INTEGER ? `from ${from}` : `from ${from} to ${to}`;
}
