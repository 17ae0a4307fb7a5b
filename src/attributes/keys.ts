/** The attribute names that HoneyHive reads, and our own, each once. */

export const SESSION_ID = 'honeyhive.session_id';
export const SESSION_NAME = 'honeyhive.session_name';
export const SESSION_AUTO_CREATE = 'honeyhive.session_auto_create';
export const SOURCE = 'honeyhive.source';
export const PROJECT = 'honeyhive.project';
export const PARENT_ID = 'honeyhive.parent_id';
/** HoneyHive's ingestion also reads the association properties of OpenLLMetry; every protocol attribute has such a twin. */
export const ASSOCIATION_PREFIX = 'traceloop.association.properties.';

export const EVENT_TYPE = 'honeyhive_event_type';
export const EVENT_NAME = 'honeyhive_event_name';
export const EVENT_ID = 'honeyhive_event_id';
export const ERROR = 'honeyhive_error';
export const ERROR_TYPE = 'honeyhive_error_type';
export const DURATION_MS = 'honeyhive_duration_ms';

export const INPUTS = 'honeyhive_inputs';
export const OUTPUTS = 'honeyhive_outputs';
export const METADATA = 'honeyhive_metadata';
export const METRICS = 'honeyhive_metrics';
export const FEEDBACK = 'honeyhive_feedback';
export const CONFIG = 'honeyhive_config';
export const USER_PROPERTIES = 'honeyhive_user_properties';

export const RESULT = 'honeyhive_outputs.result';
export const CHUNKS = 'honeyhive_outputs.chunks';
export const ABANDONED = 'honeyhive_outputs.abandoned';
export const TIME_TO_FIRST_CHUNK = 'honeyhive_metrics.time_to_first_chunk_ms';

export const BAGGAGE_PREFIX = 'baggage.';

export const EVALUATION_EVENT = 'gen_ai.evaluation.result';

/** The seven namespaces of enrichment, as users write them, and the attribute prefix of each. */
export const NAMESPACES = {
  metadata: METADATA,
  metrics: METRICS,
  feedback: FEEDBACK,
  inputs: INPUTS,
  outputs: OUTPUTS,
  config: CONFIG,
  userProperties: USER_PROPERTIES,
} as const;

export type Namespace = keyof typeof NAMESPACES;

/** Data by namespace, in either spelling, as users hand it over. */
export interface NamespaceData {
  metadata?: unknown;
  metrics?: unknown;
  feedback?: unknown;
  inputs?: unknown;
  outputs?: unknown;
  config?: unknown;
  userProperties?: unknown;
  user_properties?: unknown;
}
