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

test('a wrong variable is named, unless an option comes before it', () => {
  const env = { HH_SAMPLE_RATE: 'half' };
  expect(problemsOf({}, env)).toHaveLength(1);
  expect(problemsOf({ sampleRate: 0.5 }, env)).toEqual([]);
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
