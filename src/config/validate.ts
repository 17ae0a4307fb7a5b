import { type ClassValidator, loadClassValidator } from '../base/class-validator.js';
import type { OptionProblem } from '../base/errors.js';

type Validate = (options: object) => OptionProblem[];

let validate: Validate | undefined;

/** What is wrong with the options given, every field at once. */
export function optionProblems(options: object): OptionProblem[] {
  validate ??= makeValidator(loadClassValidator());
  return validate(options);
}

/**
 * class-validator takes its time to load, so the class of rules is made when the first tracer is, not when the
 * package is imported. Its message is the `allowed` of a problem.
 */
function makeValidator(cv: ClassValidator): Validate {
  const { IsBoolean, IsIn, IsInt, IsNumber, IsString, IsUrl, Max, Min, IsOptional } = cv;
  // Container networks give names with underscores.
  const url = { require_tld: false, require_protocol: true, protocols: ['http', 'https'], allow_underscores: true };
  // Paths are put behind it.
  const base = { ...url, allow_query_components: false, allow_fragments: false };

  const text = (): PropertyDecorator => all(IsOptional(), IsString({ message: 'a text' }));
  const flag = (): PropertyDecorator => all(IsOptional(), IsBoolean({ message: 'true or false' }));
  const by = (message: string, test: (value: unknown) => boolean): PropertyDecorator =>
    all(IsOptional(), cv.ValidateBy({ name: message, validator: { validate: test, defaultMessage: () => message } }));
  const record = (): PropertyDecorator => by('an object', isRecord);
  const limit = (): PropertyDecorator =>
    all(IsOptional(), IsInt({ message: 'a whole number from 1' }), Min(1, { message: 'a whole number from 1' }));

  class LimitRules {
    @limit() attributesPerSpan!: unknown;
    @limit() valueLength!: unknown;
    @limit() depth!: unknown;
    @limit() spanBytes!: unknown;
    @limit() queueBytes!: unknown;
  }

  class OptionRules {
    @text() apiKey!: unknown;
    @IsOptional()
    @IsUrl(base, { message: 'an http or https URL without query and fragment' })
    serverUrl!: unknown;
    @IsOptional() @IsUrl(url, { message: 'an http or https URL' }) otlpEndpoint!: unknown;
    @by('an object of texts', isTextRecord) otlpHeaders!: unknown;
    @IsOptional()
    @IsIn(['http/protobuf', 'http/json'], { message: "'http/protobuf' or 'http/json'" })
    otlpProtocol!: unknown;
    @flag() sessionApi!: unknown;
    @text() project!: unknown;
    @text() source!: unknown;
    @text() sessionName!: unknown;
    @text() sessionId!: unknown;
    @record() inputs!: unknown;
    @record() metadata!: unknown;
    @record() userProperties!: unknown;
    @record() config!: unknown;
    @flag() disabled!: unknown;
    @flag() testMode!: unknown;
    @flag() verbose!: unknown;
    @flag() live!: unknown;
    @IsOptional()
    @IsNumber({ allowNaN: false, allowInfinity: false }, { message: 'a number from 0 to 1' })
    @Min(0, { message: 'a number from 0 to 1' })
    @Max(1, { message: 'a number from 0 to 1' })
    sampleRate!: unknown;
    @by('an OpenTelemetry Sampler', hasMethod('shouldSample')) sampler!: unknown;
    @by('false, or { keys?, patterns?, replace?, hook?, defaults? }', isRedact) redact!: unknown;
    @record() limits!: unknown;
    @by('a directory, or { directory, maxBytes? }', isSpool) spool!: unknown;
    @by('{ include?: string[], exclude?: string[] }', isFilters) spanFilters!: unknown;
    @by('an array of OpenTelemetry SpanProcessors', (v) => Array.isArray(v) && v.every(hasMethod('onEnd')))
    spanProcessors!: unknown;
    @by('an OpenTelemetry SpanExporter', hasMethod('export')) spanExporter!: unknown;
    @IsOptional() @IsIn(['auto', true, false], { message: "'auto', true or false" }) global!: unknown;
    @flag() handleExit!: unknown;
    @flag() allowInsecure!: unknown;
    @by('a function', (v) => typeof v === 'function') onDrop!: unknown;
    @text() runId!: unknown;
    @text() datasetId!: unknown;
    @text() datapointId!: unknown;
  }

  const known = new Set(Object.keys(new OptionRules()));
  const validator = new cv.Validator();
  const check = (rules: object, values: object, prefix: string): OptionProblem[] =>
    validator
      .validateSync(Object.assign(rules, values), { forbidUnknownValues: false, stopAtFirstError: true })
      .map((error) => ({
        field: prefix + error.property,
        given: SECRET_FIELDS.has(error.property) ? typeName(error.value) : error.value,
        allowed: Object.values(error.constraints ?? {})[0] ?? 'another value',
      }));

  return (options) => {
    const values = options as Record<string, unknown>;
    const problems = check(new OptionRules(), pick(values, known), '');
    if (isRecord(values.limits)) problems.push(...check(new LimitRules(), values.limits, 'limits.'));
    if (isTextRecord(values.otlpHeaders)) problems.push(...headerProblems(values.otlpHeaders));
    return problems;
  };
}

/** Their values are credentials: an error names only their type. */
const SECRET_FIELDS = new Set(['apiKey', 'otlpHeaders']);

function all(...decorators: PropertyDecorator[]): PropertyDecorator {
  return (target, key) => {
    for (const decorate of decorators) decorate(target, key);
  };
}

function pick(values: Record<string, unknown>, keys: Set<string>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([key, value]) => keys.has(key) && value !== undefined));
}

function typeName(value: unknown): string {
  return value === null ? 'null' : Array.isArray(value) ? 'an array' : `a ${typeof value}`;
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isTextRecord(value: unknown): value is Record<string, string> {
  return isRecord(value) && Object.values(value).every((entry) => typeof entry === 'string');
}

/** What HTTP allows (RFC 9110, 5.6.2 and 5.5): with anything else no request would ever leave. */
const HEADER_NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

function headerProblems(headers: Readonly<Record<string, string>>): OptionProblem[] {
  const problems: OptionProblem[] = [];
  for (const [name, value] of Object.entries(headers)) {
    if (!HEADER_NAME.test(name)) {
      const allowed = "names of letters, digits and !#$%&'*+-.^_`|~, without spaces";
      problems.push({ field: 'otlpHeaders', given: name, allowed });
    } else if (!HEADER_VALUE.test(value)) {
      const allowed = 'a text without line breaks, control characters and characters beyond Latin-1';
      problems.push({ field: `otlpHeaders.${name}`, given: typeName(value), allowed });
    }
  }
  return problems;
}

function hasMethod(name: string): (value: unknown) => boolean {
  return (value) =>
    typeof value === 'object' && value !== null && typeof (value as Record<string, unknown>)[name] === 'function';
}

function isTextList(value: unknown): boolean {
  return value === undefined || (Array.isArray(value) && value.every((entry) => typeof entry === 'string'));
}

function isFilters(value: unknown): boolean {
  return isRecord(value) && isTextList(value.include) && isTextList(value.exclude);
}

function isSpool(value: unknown): boolean {
  if (typeof value === 'string') return value !== '';
  if (!isRecord(value) || typeof value.directory !== 'string' || value.directory === '') return false;
  return value.maxBytes === undefined || (typeof value.maxBytes === 'number' && value.maxBytes > 0);
}

function isRedact(value: unknown): boolean {
  if (value === false) return true;
  if (!isRecord(value)) return false;
  const { keys, patterns, replace, hook, defaults } = value;
  return (
    (keys === undefined || (Array.isArray(keys) && keys.every((k) => typeof k === 'string' || k instanceof RegExp))) &&
    (patterns === undefined || (Array.isArray(patterns) && patterns.every((p) => p instanceof RegExp))) &&
    (replace === undefined || typeof replace === 'string') &&
    (hook === undefined || typeof hook === 'function') &&
    (defaults === undefined || typeof defaults === 'boolean')
  );
}
