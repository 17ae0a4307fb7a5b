import { byKey } from './by-key.js';
import { isFactName } from './fact-names.js';
import { BUCKETS, type Bucket } from './span-record.js';

/** What an attribute's name says, whatever its value is. */
export interface KeyRole {
  /** The bucket it belongs to, and the keys inside it one below the other; for all other attributes neither. */
  readonly bucket: Bucket | undefined;
  readonly path: readonly string[];
  /** Where filters find what no bucket takes: HoneyHive's API shows it as metadata. */
  readonly loose: string | undefined;
  /** Says something about the span's place rather than about the work: not searched. */
  readonly protocol: boolean;
  /** Belongs to a convention other than HoneyHive's that may say what belongs to a bucket. */
  readonly foreign: boolean;
  /** May tell the model, its tokens or its cost. */
  readonly fact: boolean;
}

const PREFIX = 'honeyhive_';
const FOREIGN = /^(gen_ai|llm|input|output|traceloop\.entity|embedding|langfuse|ai|user|enduser)\.|^metadata$/;
/** OpenLLMetry's properties of a trace are the user's own, but for those that HoneyHive's SDKs put beside their attributes. */
const ASSOCIATION = /^traceloop\.association\.properties\./;
const TWIN = /^(honeyhive[._])?(session_id|session_name|project|source|parent_id|event_id|disable_http_tracing)$/;
const PROTOCOL = /^(honeyhive\.|honeyhive_event|honeyhive_duration)/;
const SHOWN_ELSEWHERE =
  /^(honeyhive[._]|traceloop\.association\.|gen_ai\.(prompt|completion)\.|llm\.(input|output)_messages\.)/;
const NOWHERE: readonly string[] = [];

export const roleOf = byKey((key: string): KeyRole => {
  const bucket = bucketOf(key);
  const property = ASSOCIATION.test(key) ? key.replace(ASSOCIATION, '') : undefined;
  const isTwin = property !== undefined && TWIN.test(property);
  return {
    bucket,
    path: bucket === undefined ? NOWHERE : keysOf(pathIn(bucket, key)),
    loose: bucket === undefined && !SHOWN_ELSEWHERE.test(key) ? `metadata.${key}` : undefined,
    protocol: isTwin || PROTOCOL.test(key),
    foreign: (property !== undefined && !isTwin) || FOREIGN.test(key),
    fact: isFactName(key),
  };
});

function bucketOf(key: string): Bucket | undefined {
  if (!key.startsWith(PREFIX)) return undefined;
  return BUCKETS.find((bucket) => {
    const end = PREFIX.length + bucket.length;
    return key.startsWith(bucket, PREFIX.length) && (key.length === end || key[end] === '.');
  });
}

function pathIn(bucket: Bucket, key: string): string {
  const path = key.slice(PREFIX.length + bucket.length + 1);
  // What HoneyHive's older TypeScript SDK puts between the bucket and the argument's name is not part of it.
  const named = path.startsWith('_params_.') ? path.slice('_params_.'.length) : path;
  return named === '' ? 'value' : named;
}

const MAX_PATH = 64;

/** The keys of a dotted path; what lies deeper than {@link MAX_PATH} stays one key. */
export function keysOf(path: string): string[] {
  const keys = path.includes('.') ? path.split('.') : [path];
  if (keys.length > MAX_PATH) keys.splice(MAX_PATH - 1, keys.length, keys.slice(MAX_PATH - 1).join('.'));
  return keys;
}
