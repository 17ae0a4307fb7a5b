import { load } from './load.js';

type Whole = typeof import('class-validator');

const PARTS = {
  Validator: 'validation/Validator',
  IsBoolean: 'decorator/typechecker/IsBoolean',
  isBoolean: 'decorator/typechecker/IsBoolean',
  IsIn: 'decorator/common/IsIn',
  isIn: 'decorator/common/IsIn',
  IsInt: 'decorator/typechecker/IsInt',
  isInt: 'decorator/typechecker/IsInt',
  IsNumber: 'decorator/typechecker/IsNumber',
  isNumber: 'decorator/typechecker/IsNumber',
  IsOptional: 'decorator/common/IsOptional',
  IsString: 'decorator/typechecker/IsString',
  IsUrl: 'decorator/string/IsUrl',
  Max: 'decorator/number/Max',
  Min: 'decorator/number/Min',
  ValidateBy: 'decorator/common/ValidateBy',
  ValidateIf: 'decorator/common/ValidateIf',
} as const;

export type ClassValidator = Pick<Whole, keyof typeof PARTS>;

/**
 * The parts of class-validator in use. By its front door it loads over 300 files, most of them validators and telephone
 * numbers, which takes ten times as long; where a later version keeps its parts elsewhere the front door will do.
 */
export function loadClassValidator(): ClassValidator {
  try {
    const parts: Record<string, unknown> = {};
    for (const [name, file] of Object.entries(PARTS))
      parts[name] = load<Record<string, unknown>>(`class-validator/cjs/${file}.js`)[name];
    if (Object.values(parts).every((part) => typeof part === 'function')) return parts as unknown as ClassValidator;
  } catch {
    // By the front door then.
  }
  return load<Whole>('class-validator');
}
