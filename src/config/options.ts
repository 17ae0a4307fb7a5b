import type { Sampler, SpanExporter, SpanProcessor } from '@opentelemetry/sdk-trace-base';
import type { Limits } from '../attributes/limits.js';
import type { RedactOptions } from '../attributes/redact.js';

/** Told of every loss: why, how many, and the names of the first few. */
export interface Drop {
  reason: string;
  count: number;
  names: string[];
}

/** Which spans leave the process, by name prefix on dot borders: `db` matches `db` and `db.query`, not `dbx`. */
export interface SpanFilters {
  include?: readonly string[];
  exclude?: readonly string[];
}

/** Where undelivered data survives the process. */
export interface SpoolOptions {
  directory: string;
  /** Most bytes the directory may hold. Default 256 MiB. */
  maxBytes?: number;
}

/**
 * Options of `HoneyHiveTracer.init`. Each falls back to its environment variable, then to its default; an empty
 * text and null count as unset.
 */
export interface TracerOptions {
  /** Key of the back end. `HH_API_KEY`, `HH_PROJECT_API_KEY`, `HH_INGESTION_API_KEY`. Default: none. */
  apiKey?: string | undefined;
  /** Base URL. `HH_API_URL`, `HH_DATA_PLANE_URL`. Default: HoneyHive's cloud with a key, `http://127.0.0.1:4318` without. */
  serverUrl?: string | undefined;
  /** Full URL for OTLP traces. `HH_OTLP_ENDPOINT`. Default: `{serverUrl}/opentelemetry/v1/traces`. */
  otlpEndpoint?: string | undefined;
  /** Extra headers of the OTLP request. `HH_OTLP_HEADERS` as `name=value,...`, percent-decoded. */
  otlpHeaders?: Readonly<Record<string, string>> | undefined;
  /** Encoding of the OTLP request. `HH_OTLP_PROTOCOL`. Default `http/protobuf`. */
  otlpProtocol?: 'http/protobuf' | 'http/json' | undefined;
  /** Whether sessions go through REST. `HH_SESSION_API`. Default true. */
  sessionApi?: boolean | undefined;
  /** `HH_PROJECT`. Default: none, the key decides. */
  project?: string | undefined;
  /** Environment the spans come from. `HH_SOURCE`. Default `dev`. */
  source?: string | undefined;
  /** `HH_SESSION_NAME`. Default: the main file's name without its extension. */
  sessionName?: string | undefined;
  /** `HH_SESSION_ID`. Default: a new UUID. What is no UUID is replaced by its version 5 UUID. */
  sessionId?: string | undefined;
  session_id?: string | undefined;
  /** Sent with the session's start. */
  inputs?: object | undefined;
  metadata?: object | undefined;
  userProperties?: object | undefined;
  user_properties?: object | undefined;
  config?: object | undefined;
  /** Decorated code runs as if undecorated. `HH_DISABLE_TRACING`, `HH_OTLP_ENABLED=false`, `OTEL_SDK_DISABLED`. Default false. */
  disabled?: boolean | undefined;
  /** No network at all; finished spans are in `tracer.testSpans`. `HH_TEST_MODE`. Default false. */
  testMode?: boolean | undefined;
  /** Details on stderr. `HH_VERBOSE`. Default false. */
  verbose?: boolean | undefined;
  /**
   * Shows spans on the local server while they still run: always, or never. `HH_LIVE`. Default: while somebody has the
   * server's page open.
   */
  live?: boolean | undefined;
  /** Share of traces recorded, 0 to 1, decided by trace id; children follow. `HH_SAMPLE_RATE`. Default 1. */
  sampleRate?: number | undefined;
  /** An OpenTelemetry sampler instead of `sampleRate`. */
  sampler?: Sampler | undefined;
  /** What is masked besides the well-known secrets; `false` masks nothing. `HH_REDACT=false`. */
  redact?: RedactOptions | false | undefined;
  /** `HH_MAX_ATTRIBUTES`, `HH_MAX_VALUE_LENGTH`, `HH_MAX_DEPTH`, `HH_MAX_SPAN_SIZE`, `HH_MAX_QUEUE_SIZE`. */
  limits?: Partial<Limits> | undefined;
  /** Directory in which undelivered data survives the process. `HH_SPOOL_DIR`. Default: off. */
  spool?: string | SpoolOptions | undefined;
  spanFilters?: SpanFilters | undefined;
  /** More OpenTelemetry span processors. */
  spanProcessors?: readonly SpanProcessor[] | undefined;
  /** A second exporter beside the delivery to `otlpEndpoint`. */
  spanExporter?: SpanExporter | undefined;
  /** `'auto'` becomes the global provider where none is set. Default `'auto'`. */
  global?: 'auto' | boolean | undefined;
  /** Sends what is queued when the process ends. `HH_HANDLE_EXIT`. Default true. */
  handleExit?: boolean | undefined;
  /** Allows sending the key over plain http to another machine. `HH_ALLOW_INSECURE`. Default false. */
  allowInsecure?: boolean | undefined;
  /** Told of every loss. */
  onDrop?: ((drop: Drop) => void) | undefined;
  /** Set by an experiment's runner; they go on every span. */
  runId?: string | undefined;
  datasetId?: string | undefined;
  datapointId?: string | undefined;
}

/** The options after environment and defaults: frozen, complete, valid. */
export interface ResolvedConfig {
  readonly apiKey?: string;
  readonly serverUrl: string;
  readonly otlpEndpoint: string;
  readonly otlpHeaders: Readonly<Record<string, string>>;
  readonly otlpProtocol: 'http/protobuf' | 'http/json';
  readonly sessionApi: boolean;
  readonly project?: string;
  readonly source: string;
  readonly sessionName: string;
  readonly sessionId: string;
  readonly inputs?: object;
  readonly metadata?: object;
  readonly userProperties?: object;
  readonly config?: object;
  readonly disabled: boolean;
  readonly testMode: boolean;
  readonly verbose: boolean;
  readonly live: boolean | undefined;
  readonly sampleRate: number;
  readonly sampler?: Sampler;
  readonly redact?: RedactOptions | false;
  readonly limits: Limits;
  readonly spool?: { readonly directory: string; readonly maxBytes: number };
  readonly spanFilters?: SpanFilters;
  readonly spanProcessors: readonly SpanProcessor[];
  readonly spanExporter?: SpanExporter;
  readonly global: 'auto' | boolean;
  readonly handleExit: boolean;
  readonly allowInsecure: boolean;
  readonly onDrop?: (drop: Drop) => void;
  readonly runId?: string;
  readonly datasetId?: string;
  readonly datapointId?: string;
}
