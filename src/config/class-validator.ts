import { load } from '../base/load.js';

type Whole = typeof import('class-validator');

const DECORATORS = {
  IsBoolean: 'typechecker/IsBoolean',
  IsIn: 'common/IsIn',
  IsInt: 'typechecker/IsInt',
  IsNumber: 'typechecker/IsNumber',
  IsOptional: 'common/IsOptional',
  IsString: 'typechecker/IsString',
  IsUrl: 'string/IsUrl',
  Max: 'number/Max',
  Min: 'number/Min',
  ValidateBy: 'common/ValidateBy',
} as const;

export type ClassValidator = Pick<Whole, keyof typeof DECORATORS | 'Validator'>;

/**
 * The parts of class-validator in use. By its front door it loads over 300 files, most of them validators and telephone
 * numbers, which takes ten times as long; where a later version keeps its parts elsewhere the front door will do.
 */
export function loadClassValidator(): ClassValidator {
  try {
    const { Validator } = load<Whole>('class-validator/cjs/validation/Validator.js');
    const parts: Record<string, unknown> = { Validator };
    for (const [name, file] of Object.entries(DECORATORS))
      parts[name] = load<Record<string, unknown>>(`class-validator/cjs/decorator/${file}.js`)[name];
    if (Object.values(parts).every((part) => typeof part === 'function')) return parts as unknown as ClassValidator;
  } catch {
    // By the front door then.
  }
  return load<Whole>('class-validator');
}
