import { basename, extname, resolve } from 'node:path';
import { createCapture } from '../attributes/context.js';
import { DEFAULT_LIMITS } from '../attributes/limits.js';
import { snapshot } from '../attributes/snapshot.js';
import { ConfigError, type OptionProblem } from '../base/errors.js';
import { newUuid, sessionUuid } from '../base/ids.js';
import { optionsFromEnv } from './env.js';
import type { ResolvedConfig, TracerOptions } from './options.js';
import { isRecord, optionProblems } from './validate.js';

/** Data plane of HoneyHive's cloud; dedicated and self-hosted planes have their own (`HH_API_URL`). */
const CLOUD_URL = 'https://api.dp1.us.honeyhive.ai';
/** OTLP's own port, on which the local server listens. */
const LOCAL_URL = 'http://127.0.0.1:4318';
const SPOOL_BYTES = 256 * 1024 * 1024;

/**
 * Options, then environment, then defaults, into one frozen configuration.
 * Throws one {@link ConfigError} that lists every wrong field.
 */
export function loadConfig(options?: TracerOptions | null, env: NodeJS.ProcessEnv = process.env): ResolvedConfig {
  if (typeof (options ?? {}) !== 'object') {
    throw new ConfigError('HoneyHiveTracer.init', [{ field: 'options', given: options, allowed: 'an object' }]);
  }
  const fromCaller = given(options ?? {});
  const fromEnv = optionsFromEnv(env);
  const merged = { ...given(fromEnv.options), ...fromCaller } as TracerOptions;
  if (isRecord(merged.limits)) merged.limits = { ...fromEnv.options.limits, ...merged.limits };

  const problems: OptionProblem[] = fromEnv.problems.filter((p) => !overridden(p.field, fromCaller));
  if (Object.keys(merged).length > 0) problems.push(...optionProblems(merged));
  if (problems.length > 0) throw new ConfigError('HoneyHiveTracer.init', problems.map(masked));

  const serverUrl = withoutSlash(merged.serverUrl ?? (merged.apiKey ? CLOUD_URL : LOCAL_URL));
  const { sessionId } = merged;
  return Object.freeze({
    ...defined({
      apiKey: merged.apiKey,
      project: merged.project,
      inputs: merged.inputs,
      metadata: merged.metadata,
      userProperties: merged.userProperties,
      config: merged.config,
      sampler: merged.sampler,
      redact: merged.redact,
      spanFilters: merged.spanFilters,
      spanExporter: merged.spanExporter,
      onDrop: merged.onDrop,
      runId: merged.runId,
      datasetId: merged.datasetId,
      datapointId: merged.datapointId,
      spool: spool(merged.spool),
    }),
    serverUrl,
    otlpEndpoint: merged.otlpEndpoint ?? `${serverUrl}/opentelemetry/v1/traces`,
    otlpHeaders: Object.freeze({ ...merged.otlpHeaders }),
    otlpProtocol: merged.otlpProtocol ?? 'http/protobuf',
    sessionApi: merged.sessionApi ?? true,
    source: merged.source ?? 'dev',
    sessionName: merged.sessionName ?? mainFileName(),
    sessionId: sessionId === undefined ? newUuid() : sessionUuid(sessionId),
    disabled: merged.disabled ?? false,
    testMode: merged.testMode ?? false,
    verbose: merged.verbose ?? false,
    live: merged.live,
    sampleRate: merged.sampleRate ?? 1,
    limits: Object.freeze({ ...DEFAULT_LIMITS, ...merged.limits }),
    spanProcessors: Object.freeze([...(merged.spanProcessors ?? [])]),
    global: merged.global ?? 'auto',
    handleExit: merged.handleExit ?? true,
    allowInsecure: merged.allowInsecure ?? false,
  }) as ResolvedConfig;
}

/** Errors are printed and logged: what was given may hold a credential, as an address does. */
function masked(problem: OptionProblem): OptionProblem {
  const { given } = problem;
  if (typeof given !== 'string' && (typeof given !== 'object' || given === null)) return problem;
  return { ...problem, given: snapshot(given, createCapture(DEFAULT_LIMITS, undefined), problem.field) };
}

/** Options that have parts, which can be left out one by one. */
const WITH_PARTS = new Set(['limits', 'spool', 'spanFilters', 'redact', 'otlpHeaders']);

const OTHER_SPELLINGS = { session_id: 'sessionId', user_properties: 'userProperties' };

/** A text that is empty, `undefined` and `null` (as `x ?? null` gives it) count as not given, in the parts of an option too. */
function given(options: object): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const [name, option] of Object.entries(options)) {
    // A key that was read from a file ends in a line break.
    const value: unknown = name === 'apiKey' && typeof option === 'string' ? option.trim() : option;
    if (value === undefined || value === null || value === '') continue;
    values[name] = WITH_PARTS.has(name) && isRecord(value) ? withoutNulls(value) : value;
  }
  for (const [other, name] of Object.entries(OTHER_SPELLINGS)) {
    if (values[other] !== undefined) values[name] ??= values[other];
    delete values[other];
  }
  return values;
}

/** The same object where nothing is missing: it may have methods that are not its own. */
function withoutNulls(value: Record<string, unknown>): object {
  if (Object.values(value).every((part) => part !== undefined && part !== null)) return value;
  return Object.assign(Object.create(Object.getPrototypeOf(value) as object | null) as object, defined(value));
}

function withoutSlash(url: string): string {
  return url.endsWith('/') ? withoutSlash(url.slice(0, -1)) : url;
}

function defined(values: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined && value !== null));
}

const VARIABLE_OF: Readonly<Record<string, string>> = {
  HH_SESSION_API: 'sessionApi',
  HH_DISABLE_TRACING: 'disabled',
  HH_OTLP_ENABLED: 'disabled',
  OTEL_SDK_DISABLED: 'disabled',
  HH_TEST_MODE: 'testMode',
  HH_VERBOSE: 'verbose',
  HH_LIVE: 'live',
  HH_SAMPLE_RATE: 'sampleRate',
  HH_HANDLE_EXIT: 'handleExit',
  HH_ALLOW_INSECURE: 'allowInsecure',
  HH_OTLP_PROTOCOL: 'otlpProtocol',
  HH_OTLP_HEADERS: 'otlpHeaders',
  HH_REDACT: 'redact',
  HH_MAX_ATTRIBUTES: 'limits.attributesPerSpan',
  HH_MAX_VALUE_LENGTH: 'limits.valueLength',
  HH_MAX_DEPTH: 'limits.depth',
  HH_MAX_SPAN_SIZE: 'limits.spanBytes',
  HH_MAX_QUEUE_SIZE: 'limits.queueBytes',
};

/** A wrong variable does not matter where the caller gave the option. */
function overridden(variable: string, given: Record<string, unknown>): boolean {
  const [option = '', part] = VARIABLE_OF[variable]?.split('.') ?? [];
  const value = given[option];
  return part === undefined ? option in given : isRecord(value) && part in value;
}

function spool(option: TracerOptions['spool']): ResolvedConfig['spool'] {
  if (option === undefined) return undefined;
  const { directory, maxBytes = SPOOL_BYTES } = typeof option === 'string' ? { directory: option } : option;
  // The program may change its working directory before anything is written.
  return { directory: resolve(directory), maxBytes };
}

function mainFileName(): string {
  const file = process.argv[1];
  return (file && basename(file, extname(file))) || 'unknown';
}
