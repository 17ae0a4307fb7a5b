import type { OptionProblem } from '../base/errors.js';
import type { TracerOptions } from './options.js';

type Env = Readonly<Record<string, string | undefined>>;
type Draft = { -readonly [K in keyof TracerOptions]: TracerOptions[K] };

const YES = new Set(['1', 'true', 'yes', 'on']);
const NO = new Set(['0', 'false', 'no', 'off']);

/** The options that the environment gives, and what in it cannot be read. */
export function optionsFromEnv(env: Env): { options: Draft; problems: OptionProblem[] } {
  const problems: OptionProblem[] = [];

  /** The first of the variables that is set and not empty. */
  const text = (...names: string[]): string | undefined => {
    for (const name of names) {
      const value = env[name]?.trim();
      if (value) return value;
    }
    return undefined;
  };
  const flag = (name: string): boolean | undefined => {
    const value = text(name)?.toLowerCase();
    if (value === undefined) return undefined;
    if (YES.has(value)) return true;
    if (NO.has(value)) return false;
    problems.push({ field: name, given: env[name], allowed: 'true or false' });
    return undefined;
  };
  const number = (name: string): number | undefined => {
    const value = text(name);
    if (value === undefined) return undefined;
    const parsed = Number(value);
    if (Number.isFinite(parsed)) return parsed;
    problems.push({ field: name, given: env[name], allowed: 'a number' });
    return undefined;
  };

  const options: Draft = {
    apiKey: text('HH_API_KEY', 'HH_PROJECT_API_KEY', 'HH_INGESTION_API_KEY'),
    serverUrl: text('HH_API_URL', 'HH_DATA_PLANE_URL'),
    otlpEndpoint: text('HH_OTLP_ENDPOINT'),
    sessionApi: flag('HH_SESSION_API'),
    project: text('HH_PROJECT'),
    source: text('HH_SOURCE'),
    sessionName: text('HH_SESSION_NAME'),
    sessionId: text('HH_SESSION_ID'),
    disabled: disabled(flag),
    testMode: flag('HH_TEST_MODE'),
    verbose: flag('HH_VERBOSE'),
    live: flag('HH_LIVE'),
    sampleRate: number('HH_SAMPLE_RATE'),
    spool: text('HH_SPOOL_DIR'),
    handleExit: flag('HH_HANDLE_EXIT'),
    allowInsecure: flag('HH_ALLOW_INSECURE'),
  };
  const limits = {
    ...given('attributesPerSpan', number('HH_MAX_ATTRIBUTES')),
    ...given('valueLength', number('HH_MAX_VALUE_LENGTH')),
    ...given('depth', number('HH_MAX_DEPTH')),
    ...given('spanBytes', number('HH_MAX_SPAN_SIZE')),
    ...given('queueBytes', number('HH_MAX_QUEUE_SIZE')),
  };
  if (Object.keys(limits).length > 0) options.limits = limits;

  const protocol = text('HH_OTLP_PROTOCOL', 'OTEL_EXPORTER_OTLP_PROTOCOL');
  if (protocol === 'http/protobuf' || protocol === 'http/json') options.otlpProtocol = protocol;
  else if (text('HH_OTLP_PROTOCOL')) {
    problems.push({ field: 'HH_OTLP_PROTOCOL', given: protocol, allowed: 'http/protobuf or http/json' });
  }
  const headers = text('HH_OTLP_HEADERS');
  if (headers) options.otlpHeaders = parseHeaders(headers, problems);
  if (flag('HH_REDACT') === false) options.redact = false;
  return { options, problems };
}

/** Three variables can switch tracing off; any that does, wins. */
function disabled(flag: (name: string) => boolean | undefined): boolean | undefined {
  const votes = [flag('HH_DISABLE_TRACING'), invert(flag('HH_OTLP_ENABLED')), flag('OTEL_SDK_DISABLED')];
  if (votes.includes(true)) return true;
  return votes.includes(false) ? false : undefined;
}

function invert(value: boolean | undefined): boolean | undefined {
  return value === undefined ? undefined : !value;
}

function given<K extends string>(key: K, value: number | undefined): { [P in K]?: number } {
  return value === undefined ? {} : ({ [key]: value } as { [P in K]?: number });
}

/** `name=value,...` with percent-encoding, as OTEL_EXPORTER_OTLP_HEADERS (OpenTelemetry's OTLP exporter specification). */
function parseHeaders(text: string, problems: OptionProblem[]): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [index, pair] of text.split(',').entries()) {
    if (pair.trim() === '') continue;
    const at = pair.indexOf('=');
    try {
      if (at < 1) throw new SyntaxError('no name');
      headers[decodeURIComponent(pair.slice(0, at).trim())] = decodeURIComponent(pair.slice(at + 1).trim());
    } catch {
      // The value may be a credential: it is not repeated.
      problems.push({
        field: 'HH_OTLP_HEADERS',
        given: `entry ${index + 1}`,
        allowed: 'name=value,name=value',
      });
    }
  }
  return headers;
}
