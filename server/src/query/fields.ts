import { QueryError } from './ast.js';
import { type Known, suggest } from './suggest.js';

export type FieldType = 'text' | 'number' | 'time' | 'boolean';
export type Target = 'session' | 'span';

/** Columns that can be asked for by name. */
const SESSION_FIELDS = {
  id: 'text',
  name: 'text',
  project: 'text',
  source: 'text',
  start: 'time',
  end: 'time',
  duration: 'number',
  spans: 'number',
  models: 'number',
  errors: 'number',
  tokens: 'number',
  'tokens.prompt': 'number',
  'tokens.completion': 'number',
  cost: 'number',
  has_feedback: 'boolean',
  run_id: 'text',
  error: 'text',
  input: 'text',
  output: 'text',
} as const satisfies Record<string, FieldType>;

const SPAN_FIELDS = {
  id: 'text',
  trace_id: 'text',
  parent_id: 'text',
  event_id: 'text',
  parent_event_id: 'text',
  name: 'text',
  type: 'text',
  status: 'text',
  error: 'text',
  model: 'text',
  source: 'text',
  project: 'text',
  start: 'time',
  end: 'time',
  duration: 'number',
  tokens: 'number',
  'tokens.prompt': 'number',
  'tokens.completion': 'number',
  cost: 'number',
  preview: 'text',
} as const satisfies Record<string, FieldType>;

export type SessionField = keyof typeof SESSION_FIELDS;
export type SpanField = keyof typeof SPAN_FIELDS;

const SYNONYMS: Record<string, string> = {
  start_time: 'start',
  starttime: 'start',
  end_time: 'end',
  endtime: 'end',
  duration_ms: 'duration',
  durationms: 'duration',
  latency: 'duration',
  span_count: 'spans',
  spancount: 'spans',
  model_count: 'models',
  error_count: 'errors',
  errorcount: 'errors',
  cost_usd: 'cost',
  costusd: 'cost',
  'tokens.total': 'tokens',
  total_tokens: 'tokens',
  prompt_tokens: 'tokens.prompt',
  completion_tokens: 'tokens.completion',
  event_type: 'type',
  eventtype: 'type',
  event_name: 'name',
  eventname: 'name',
  run: 'run_id',
  runid: 'run_id',
  hasfeedback: 'has_feedback',
  traceid: 'trace_id',
  parent_span_id: 'parent_id',
  error_message: 'error',
  errormessage: 'error',
};

/** Names that say whose they are: in a query for spans those of sessions mean the span's session. */
const OWN_SYNONYMS: Record<Target, Record<string, string>> = {
  session: { session_id: 'id', sessionid: 'id', session_name: 'name', sessionname: 'name' },
  span: { span_id: 'id', spanid: 'id' },
};

const BUCKET_NAMES: Record<string, string> = {
  inputs: 'inputs',
  outputs: 'outputs',
  config: 'config',
  metadata: 'metadata',
  metrics: 'metrics',
  feedback: 'feedback',
  user_properties: 'user_properties',
  userproperties: 'user_properties',
};

export interface BucketField {
  kind: 'bucket';
  of: Target | 'either';
  bucket: string;
  path: string;
}
export type Field =
  | { kind: 'column'; of: Target; name: SessionField | SpanField; type: FieldType }
  | BucketField
  | { kind: 'score'; of: Target; evaluator: string };

/** Not what every object has, such as `constructor`. */
function ownValue(table: Record<string, string>, key: string): string | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}

/** What a field name in a query stands for; throws with a suggestion where it stands for nothing. */
export function resolveField(name: string, target: Target): Field {
  const [first, ...rest] = name.split('.');
  const tail = rest.join('.');
  if ((first === 'span' || first === 'spans') && tail !== '' && target === 'session')
    return resolveOwn(tail, 'span', name, target, false);
  if (first === 'session' && tail !== '' && target === 'span') return resolveOwn(tail, 'session', name, target, false);
  if (first === target && tail !== '') return resolveOwn(tail, target, name, target, false);
  return resolveOwn(name, target, name, target, target === 'session');
}

/** What a name that begins with one of the seven buckets' stands for. */
export function bucketField(name: string, of: BucketField['of']): BucketField | undefined {
  const [first = '', ...rest] = name.split('.');
  const bucket = ownValue(BUCKET_NAMES, first.toLowerCase());
  return bucket === undefined ? undefined : { kind: 'bucket', of, bucket, path: rest.join('.') };
}

function resolveOwn(name: string, of: Target, whole: string, target: Target, either: boolean): Field {
  const inBucket = bucketField(name, either ? 'either' : of);
  if (inBucket) return inBucket;
  const [first = '', ...rest] = name.split('.');
  if (/^scores?$/i.test(first) && rest.length > 0) return { kind: 'score', of, evaluator: rest.join('.') };
  const columns: Record<string, FieldType> = of === 'session' ? SESSION_FIELDS : SPAN_FIELDS;
  const plainName = name.toLowerCase();
  const known = Object.hasOwn(columns, plainName)
    ? plainName
    : (ownValue(OWN_SYNONYMS[of], plainName) ?? ownValue(SYNONYMS, plainName));
  if (of === 'span' && ownValue(OWN_SYNONYMS.session, plainName) !== undefined)
    return resolveOwn(plainName, 'session', whole, target, false);
  if (known !== undefined && Object.hasOwn(columns, known))
    return { kind: 'column', of, name: known as SessionField, type: columns[known] as FieldType };
  const own = of === target ? '' : `${of}.`;
  const other = target === 'session' ? 'span' : 'session';
  throw new QueryError(
    `there is no field ${whole}`,
    undefined,
    suggest(
      name,
      [...columnNames(of, own), ...bucketNames(rest.join('.'), own)],
      of === target ? columnNames(other, `${other}.`) : [],
    ),
  );
}

function bucketNames(key: string, prefix: string): Known[] {
  const names = key === '' ? Object.values(BUCKET_NAMES) : [...Object.values(BUCKET_NAMES), 'score'];
  return names
    .map((bucket) => (key === '' ? bucket : `${bucket}.${key}`))
    .map((name) => ({ name, shown: prefix + name }));
}

function columnNames(of: Target, prefix: string): Known[] {
  const columns: Record<string, FieldType> = of === 'session' ? SESSION_FIELDS : SPAN_FIELDS;
  const named = (names: [name: string, column: string][], owner: string): Known[] =>
    names.map(([name, column]) => ({ name, shown: prefix + name, means: owner + column }));
  return [
    ...named(
      Object.keys(columns).map((name) => [name, name]),
      prefix,
    ),
    ...named(
      Object.entries({ ...OWN_SYNONYMS[of], ...SYNONYMS }).filter(([, name]) => Object.hasOwn(columns, name)),
      prefix,
    ),
    ...(of === 'span' && prefix === '' ? named(Object.entries(OWN_SYNONYMS.session), 'session.') : []),
  ];
}

/** Names that a list of fields can show. */
export function fieldNames(target: Target): string[] {
  const own = Object.keys(target === 'session' ? SESSION_FIELDS : SPAN_FIELDS);
  const other = Object.keys(target === 'session' ? SPAN_FIELDS : SESSION_FIELDS).map(
    (name) => `${target === 'session' ? 'span' : 'session'}.${name}`,
  );
  return [...own, ...other, ...new Set(Object.values(BUCKET_NAMES)), 'score.<evaluator>'];
}
