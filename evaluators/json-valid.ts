import type { Schema, Validator } from '@cfworker/json-schema';
import { load } from '../src/base/load.js';
import { BaseEvaluator, type EvaluationContext, type EvaluatorOptions, type EvaluatorReturn } from './base.js';
import { bounded } from './bounded.js';
import { readJson } from './json-text.js';
import { rulesOf } from './option-rules.js';
import type { OptionShape } from './options.js';

export interface JsonValidOptions extends EvaluatorOptions {
  /** A JSON Schema the value must fit; its `$schema` says the draft (4, 7, 2019-09, 2020-12). Default: 2020-12. */
  schema?: object | boolean;
  /** Whether only objects and arrays count. Default false: `100` and `"text"` are JSON too. */
  requireContainer?: boolean;
  /** Whether JSON may stand in a Markdown code fence. Default false. */
  stripFences?: boolean;
}

/** How many faults the feedback names. */
const NAMED = 5;

/**
 * 1 if the output is JSON (RFC 8259) and fits the schema, else 0 and the faults. Values that are no text count as
 * parsed. Schemas are checked by @cfworker/json-schema; one with patterns for a second at most.
 */
export class JsonValidEvaluator extends BaseEvaluator {
  readonly #options: JsonValidOptions;
  #validate: Validate | undefined;

  constructor(options?: JsonValidOptions) {
    super(options, jsonValidOptions);
    this.#options = { ...options };
  }

  override evaluate(_input: unknown, output: unknown, _context: EvaluationContext): EvaluatorReturn {
    const { schema, requireContainer = false, stripFences = false } = this.#options;
    const reading = readJson(output, stripFences);
    if (!reading.ok) return { score: 0, feedback: reading.reason };
    if (requireContainer && (typeof reading.value !== 'object' || reading.value === null)) {
      return { score: 0, feedback: 'neither an object nor an array' };
    }
    return schema === undefined ? { score: 1 } : this.#check(schema, reading.value);
  }

  #check(schema: object | boolean, value: unknown): EvaluatorReturn {
    this.#validate ??= validationOf(schema);
    const { valid, errors } = this.#validate(value);
    if (valid) return { score: 1 };
    const faults = errors.slice(0, NAMED).map((error) => `${error.instanceLocation}: ${error.error}`);
    return { score: 0, feedback: faults.join('; ') };
  }
}

const DRAFTS = [
  ['draft-04', '4'],
  ['draft-06', '7'],
  ['draft-07', '7'],
  ['2019-09', '2019-09'],
] as const;

type Validate = Validator['validate'];

/** A pattern may run away, so that a schema with one is checked in bounded time; that costs a tenth of a millisecond. */
function validationOf(schema: object | boolean): Validate {
  const validator = validatorOf(schema);
  return holdsPattern(schema)
    ? (value) => bounded(() => validator.validate(value), 'a pattern of the schema')
    : (value) => validator.validate(value);
}

/** A mere field of that name, as in `properties`, counts too: it costs a little time and nothing else. */
function holdsPattern(schema: unknown): boolean {
  if (typeof schema !== 'object' || schema === null) return false;
  return Object.entries(schema).some(
    ([key, part]) => key === 'pattern' || key === 'patternProperties' || holdsPattern(part),
  );
}

function validatorOf(schema: object | boolean): Validator {
  const { Validator } = load<typeof import('@cfworker/json-schema')>('@cfworker/json-schema');
  const named = String((schema as { $schema?: unknown }).$schema ?? '');
  const draft = DRAFTS.find(([part]) => named.includes(part))?.[1] ?? '2020-12';
  return new Validator(schema as Schema, draft, false);
}

const jsonValidOptions: OptionShape = {
  build(cv, Common) {
    const is = rulesOf(cv);
    class JsonValidRules extends Common {
      @is.fits('a JSON Schema: an object, true or false', isSchema) schema?: unknown;
      @is.flag() requireContainer?: boolean;
      @is.flag() stripFences?: boolean;
    }
    return JsonValidRules;
  },
};

function isSchema(value: unknown): boolean {
  return typeof value === 'boolean' || (typeof value === 'object' && value !== null && !Array.isArray(value));
}
