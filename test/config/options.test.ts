/** Options of the tracer: from the caller, from the environment, and wrong ones. */
import * as wholeClassValidator from 'class-validator';
import { loadClassValidator } from '../../src/base/class-validator.js';
import { isConfigError, type OptionProblem } from '../../src/base/errors.js';
import { loadConfig } from '../../src/config/load.js';
import type { TracerOptions } from '../../src/config/options.js';

function problemsOf(options: unknown, env: NodeJS.ProcessEnv = {}): readonly OptionProblem[] {
  try {
    loadConfig(options as TracerOptions, env);
  } catch (thrown) {
    if (isConfigError(thrown)) return thrown.problems;
    throw thrown;
  }
  return [];
}

/** For each option a value that cannot be right. */
const WRONG: Record<string, unknown> = {
  apiKey: 7,
  serverUrl: 'localhost:4318',
  otlpEndpoint: 'ftp://example.com/',
  otlpHeaders: { authorization: 1 },
  otlpProtocol: 'grpc',
  sessionApi: 'yes',
  project: {},
  source: 1,
  sessionName: [],
  sessionId: 1,
  inputs: 'text',
  metadata: [],
  userProperties: 1,
  config: true,
  disabled: 'no',
  testMode: 1,
  verbose: 'very',
  sampleRate: 1.5,
  sampler: {},
  redact: 'all',
  limits: 5,
  spool: 3,
  spanFilters: ['a'],
  spanProcessors: [{}],
  spanExporter: {},
  global: 'always',
  handleExit: 'never',
  allowInsecure: 1,
  onDrop: 'log',
  runId: 1,
  datasetId: 1,
  datapointId: 1,
};

test.each(Object.entries(WRONG))('%s: a wrong value is named, with what is allowed', (field, value) => {
  const [problem, ...more] = problemsOf({ [field]: value });
  expect(more).toEqual([]);
  expect(problem?.field).toBe(field);
  expect(problem?.allowed).not.toBe('another value');
});

test('all wrong options are in one error', () => {
  expect(problemsOf(WRONG).map(({ field }) => field)).toEqual(expect.arrayContaining(Object.keys(WRONG)));
});

test('each limit is looked at', () => {
  const limits = { attributesPerSpan: 0, valueLength: 1.5, depth: '3', spanBytes: Number.NaN, queueBytes: -1 };
  const fields = problemsOf({ limits }).map(({ field }) => field);
  expect(fields.sort()).toEqual(
    Object.keys(limits)
      .map((name) => `limits.${name}`)
      .sort(),
  );
});

test.each([
  ['limits', { HH_MAX_DEPTH: 'abc' }, { limits: { depth: 5 } }, { limits: { depth: 6, valueLength: 7 } }],
  ['rates', { HH_SAMPLE_RATE: 'half' }, { sampleRate: 0.5 }, { sampleRate: 0.25 }],
])('a wrong variable is named unless an option comes before it: %s', (_what, env, option, other) => {
  expect(problemsOf({}, env)).toHaveLength(1);
  expect(problemsOf({ limits: { valueLength: 7 } }, env)).toHaveLength(1);
  expect(problemsOf(option, env)).toEqual([]);
  expect(problemsOf(other, env)).toEqual([]);
});

test('a limit of the environment is looked at, and holds, beside limits of the caller', () => {
  const limits = { valueLength: 10, spanBytes: null as never };
  expect(problemsOf({ limits }, { HH_MAX_DEPTH: '-5' })).toMatchObject([{ field: 'limits.depth', given: -5 }]);
  const env = { HH_MAX_DEPTH: '5', HH_MAX_VALUE_LENGTH: '20', HH_MAX_SPAN_SIZE: '30' };
  expect(loadConfig({ limits }, env).limits).toMatchObject({ depth: 5, valueLength: 10, spanBytes: 30 });
});

describe('null counts as not given', () => {
  const ENV = { HH_API_URL: 'http://example.com', HH_PROJECT: 'from-env', HH_SAMPLE_RATE: '0.5', HH_SESSION_NAME: 's' };
  const plain = ({ sessionId: _, ...config }: ReturnType<typeof loadConfig>) => config;

  test.each([...Object.keys(WRONG), 'live', 'session_id', 'user_properties'])('%s', (field) => {
    expect(plain(loadConfig({ [field]: null }, ENV))).toEqual(plain(loadConfig({}, ENV)));
  });

  test('all options, and the options as such', () => {
    const nulls = Object.fromEntries(Object.keys(WRONG).map((field) => [field, null]));
    expect(plain(loadConfig(nulls, ENV))).toEqual(plain(loadConfig({}, ENV)));
    expect(plain(loadConfig(null, ENV))).toEqual(plain(loadConfig({}, ENV)));
  });

  test.each<[string, object, object]>([
    ['limits', { depth: null, valueLength: 9 }, { valueLength: 9 }],
    ['spool', { directory: '/tmp/x', maxBytes: null }, { directory: '/tmp/x' }],
    ['spanFilters', { include: null, exclude: ['a'] }, { exclude: ['a'] }],
    ['redact', { keys: null, hook: null, patterns: null, replace: null, defaults: null }, {}],
    ['otlpHeaders', { 'x-a': null, 'x-b': 'b', 'x-c': undefined }, { 'x-b': 'b' }],
  ])('in parts of %s', (field, value, expected) => {
    expect(plain(loadConfig({ [field]: value }, ENV))).toEqual(plain(loadConfig({ [field]: expected }, ENV)));
  });

  test('a part that has to be there is missed, and methods of a class stay', () => {
    expect(problemsOf({ spool: { directory: null } })).toMatchObject([{ field: 'spool' }]);
    class Masking {
      keys = null;
      hook(value: unknown): unknown {
        return value;
      }
    }
    const redact = new Masking() as unknown as Exclude<TracerOptions['redact'], undefined>;
    expect(loadConfig({ redact }, {}).redact).toHaveProperty('hook');
  });
});

test.each<[string, Record<string, string>, string]>([
  ['a name with a space', { 'bad header': 'x' }, 'otlpHeaders'],
  ['an empty name', { '': 'x' }, 'otlpHeaders'],
  ['a name with a colon', { 'x:': 'x' }, 'otlpHeaders'],
  ['a line break', { 'x-a': 'a\r\nx-b: b' }, 'otlpHeaders.x-a'],
  ['a control character', { 'x-a': 'a\u0000' }, 'otlpHeaders.x-a'],
  ['letters beyond Latin-1', { 'x-a': 'сессия' }, 'otlpHeaders.x-a'],
])('otlpHeaders: what HTTP cannot carry is named: %s', (_what, headers, field) => {
  expect(problemsOf({ otlpHeaders: headers })).toMatchObject([{ field }]);
});

test('otlpHeaders: a value is never repeated, what HTTP can carry passes', () => {
  const secret = 'sk-abcdefghijklmnopqrstuvwx';
  const wrong = { otlpHeaders: { authorization: `Bearer ${secret}\n`, [`Bearer ${secret}`]: '' } };
  expect(() => loadConfig(wrong, {})).toThrow(
    expect.not.objectContaining({ message: expect.stringContaining(secret) }),
  );
  expect(problemsOf({ otlpHeaders: { "x-!#$%&'*+.^_`|~9": 'a b\tZoë', empty: '' } })).toEqual([]);
  expect(problemsOf({}, { HH_OTLP_HEADERS: 'x-a=a%0Ab' })).toMatchObject([{ field: 'otlpHeaders.x-a' }]);
  const entries = problemsOf({}, { HH_OTLP_HEADERS: 'a=1,bad,also' });
  expect(entries.map(({ given }) => given)).toEqual(['entry 2', 'entry 3']);
});

test.each([
  ['NaN', { sampleRate: Number.NaN }],
  ['-Infinity', { limits: { depth: Number.NEGATIVE_INFINITY } }],
])('says that it got %s', (given, options) => {
  expect(() => loadConfig(options, {})).toThrow(`got ${given}, allowed`);
});

test.each([
  ['http://server:4318', true, true],
  ['http://hh_server:4318/', true, true],
  ['https://example.com/base/path', true, true],
  ['https://example.com/?tenant=1', false, true],
  ['https://example.com/#part', false, true],
  ['example.com', false, false],
])('addresses: %s', (address, asServer, asEndpoint) => {
  expect(problemsOf({ serverUrl: address }).length === 0).toBe(asServer);
  expect(problemsOf({ otlpEndpoint: address }).length === 0).toBe(asEndpoint);
});

test('both spellings are known, an option in either comes before the environment', () => {
  const sessionId = '66666666-6666-4666-8666-666666666666';
  const env = { HH_SESSION_ID: 'aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa' };
  const config = loadConfig({ session_id: sessionId, user_properties: { a: 1 } }, env);
  expect(config).toMatchObject({ sessionId, userProperties: { a: 1 } });
  expect(problemsOf({ session_id: 1 })).toMatchObject([{ field: 'sessionId' }]);
});

test('a key that was read from a file loses its line break', () => {
  expect(loadConfig({ apiKey: 'hh_key\n' }, {}).apiKey).toBe('hh_key');
  expect(loadConfig({ apiKey: ' \n' }, { HH_API_KEY: 'from-env' }).apiKey).toBe('from-env');
});

test('right values pass: options come before the environment, an empty text counts as none', () => {
  const env = { HH_PROJECT: 'from-env', HH_SOURCE: 'ci' };
  const config = loadConfig({ project: '', source: 'prod', sampleRate: 0.25, serverUrl: 'https://example.com/' }, env);
  expect(config).toMatchObject({ project: 'from-env', source: 'prod', serverUrl: 'https://example.com' });
});

test('the parts of class-validator in use are those of its front door', () => {
  const { Validator, ...rest } = loadClassValidator();
  expect(Validator).toBe(wholeClassValidator.Validator);
  // The front door itself has more than a hundred.
  expect(Object.keys(rest)).toHaveLength(15);
  for (const [name, part] of Object.entries(rest))
    expect(part).toBe((wholeClassValidator as Record<string, unknown>)[name]);
});
