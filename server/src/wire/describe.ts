import { foreignBuckets, numberFact, textFact } from './conventions.js';
import { eventTypeOf } from './event-type.js';
import { facetsOf, facetsText } from './facets.js';
import { canonicalId, sessionOfTrace } from './ids.js';
import { costOf, type PriceTable } from './price.js';
import { BUCKETS, type Buckets, type SpanRecord } from './span-record.js';
import { durationMs, milliseconds } from './times.js';
import { type Survey, surveyOf } from './unflatten.js';
import { emptyObject, isObject, type Json, type JsonObject, plain } from './value.js';

/** What is known about a span without opening its payload: one thin row, its filter fields and its searchable text. */
export interface SpanFacts {
  project: string | undefined;
  sessionId: string;
  /** The session was named by the span; otherwise it is made from the trace. */
  sessionGiven: boolean;
  /** What the span called its session, where that is no UUID. */
  foreignSessionId: string | undefined;
  sessionName: string | undefined;
  source: string | undefined;
  eventType: string;
  name: string;
  eventId: string | undefined;
  startMs: number;
  /** Null while the span runs. */
  endMs: number | null;
  durationMs: number | null;
  status: 'ok' | 'error' | 'unset';
  errorMessage: string | undefined;
  model: string | undefined;
  tokens: { prompt: number; completion: number; total: number } | undefined;
  costUsd: number | undefined;
  scores: Record<string, number> | undefined;
  preview: string;
  input: string;
  output: string;
  runId: string | undefined;
  hasFeedback: boolean;
  /** Short scalars by path (`metadata.customer`) as JSON, for filters; null where there are none. */
  facets: string | null;
  searchText: string;
  /** Higher wins when the same span arrives again. */
  rank: number;
}

const PROJECT_NAMES = ['honeyhive.project', 'traceloop.association.properties.project', 'honeyhive_project'];
const SESSION_NAMES = ['honeyhive.session_name', 'honeyhive_session_name'];
const SOURCE_NAMES = ['honeyhive.source', 'traceloop.association.properties.source', 'honeyhive_source'];
const EVENT_NAMES = ['honeyhive_event_name'];
const SESSION_ID_NAMES = [
  'honeyhive.session_id',
  'traceloop.association.properties.session_id',
  'honeyhive_session_id',
  'session.id',
  'gen_ai.conversation.id',
  'langfuse.session.id',
  'ai.telemetry.metadata.sessionId',
];
const INPUT_KEYS = ['value', 'question', 'query', 'prompt', 'input', 'messages'];
const OUTPUT_KEYS = ['result', 'value', 'content', 'messages'];

const LONGEST_NAME = 1000;
const PREVIEW = 120;
/** Characters of an input or output that lists may show. */
const SHORT = 500;
/** A span that has ended ranks from here on, however little it says. */
export const ENDED_RANK = 1_000_000;
/** How much of a span's text is searchable. */
export const SEARCH_LENGTH = 32_768;

export function describe(span: SpanRecord, prices?: PriceTable): SpanFacts {
  const { attributes } = span;
  const survey = surveyOf(attributes);
  const buckets = allBucketsOf(span, survey);
  const given = span.sessionId ?? sessionText(attributes);
  const sessionId = given === undefined ? sessionOfTrace(span.traceId) : canonicalId(given);
  const startMs = milliseconds(span.startNs);
  const ended = span.endNs !== '0';
  const eventType = eventTypeOf(span.name, attributes);
  const model = survey.fact ? textFact(attributes, 'model') : undefined;
  const tokens = survey.fact ? tokensOf(attributes) : undefined;
  const costUsd =
    (survey.fact ? numberFact(attributes, 'cost') : undefined) ??
    (eventType === 'model' || model !== undefined
      ? costOf(model, tokens?.prompt ?? 0, tokens?.completion ?? 0, prices)
      : undefined);
  const errorMessage = errorMessageOf(span);
  const input = shortText(buckets.inputs, INPUT_KEYS);
  const output = shortText(buckets.outputs, OUTPUT_KEYS);
  return {
    project: firstText(attributes, PROJECT_NAMES),
    sessionId,
    sessionGiven: given !== undefined,
    foreignSessionId: given !== undefined && given.toLowerCase() !== sessionId ? given : undefined,
    sessionName: short(firstText(attributes, SESSION_NAMES)),
    source: short(firstText(attributes, SOURCE_NAMES)),
    eventType: short(eventType),
    name: short(firstText(attributes, EVENT_NAMES) ?? span.name),
    eventId: span.eventId ?? eventIdFrom(attributes),
    startMs,
    endMs: ended ? milliseconds(span.endNs) : null,
    durationMs: ended ? durationMs(span) : null,
    status: span.statusCode === 2 || errorMessage !== undefined ? 'error' : span.statusCode === 1 ? 'ok' : 'unset',
    errorMessage,
    model: short(model),
    tokens,
    costUsd,
    scores: scoresOf(span),
    preview: (output || input).slice(0, PREVIEW),
    input,
    output,
    runId: textAt(buckets.metadata, 'run_id'),
    hasFeedback: buckets.feedback !== undefined && Object.keys(buckets.feedback).length > 0,
    facets: facetsText(buckets, survey.loose),
    searchText: searchText(span, errorMessage, survey, buckets),
    rank:
      (ended ? ENDED_RANK : 0) +
      Math.min(
        ENDED_RANK - 1,
        Object.keys(attributes).length + span.events.length + span.links.length + bucketSize(span.buckets),
      ),
  };
}

/** Buckets of REST, of HoneyHive's attributes, and, where these leave inputs or outputs open, of other conventions. */
export function allBuckets(span: Pick<SpanRecord, 'attributes' | 'events' | 'buckets'>): Buckets {
  return allBucketsOf(span, surveyOf(span.attributes));
}

function allBucketsOf(
  span: Pick<SpanRecord, 'attributes' | 'events' | 'buckets'>,
  { buckets, foreign: hasForeign }: Survey,
): Buckets {
  if (span.buckets)
    for (const bucket of BUCKETS)
      if (span.buckets[bucket]) buckets[bucket] = Object.assign(buckets[bucket] ?? emptyObject(), span.buckets[bucket]);
  if (!hasForeign && (span.events.length === 0 || (buckets.inputs && buckets.outputs && buckets.config)))
    return buckets;
  const foreign = foreignBuckets(span);
  for (const bucket of ['inputs', 'outputs', 'config'] as const) {
    const found = foreign[bucket];
    if (found !== undefined) buckets[bucket] ??= found;
  }
  for (const bucket of ['metadata', 'user_properties'] as const) {
    const found = foreign[bucket];
    if (found !== undefined) buckets[bucket] = Object.assign(found, buckets[bucket]);
  }
  return buckets;
}

function bucketSize(buckets: Buckets | undefined): number {
  return buckets === undefined
    ? 0
    : BUCKETS.reduce((sum, bucket) => sum + Object.keys(buckets[bucket] ?? {}).length, 0);
}

function sessionText(attributes: JsonObject): string | undefined {
  return firstText(attributes, SESSION_ID_NAMES);
}

function eventIdFrom(attributes: JsonObject): string | undefined {
  const given = attributes.honeyhive_event_id;
  return typeof given === 'string' && given !== '' ? canonicalId(given) : undefined;
}

function firstText(attributes: JsonObject, keys: readonly string[]): string | undefined {
  for (const key of keys) {
    const value = attributes[key];
    if (typeof value === 'string' && value !== '') return value;
  }
  return undefined;
}

function textAt(map: JsonObject | undefined, key: string): string | undefined {
  const value = map?.[key];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function tokensOf(attributes: JsonObject): SpanFacts['tokens'] {
  const prompt = numberFact(attributes, 'prompt');
  const completion = numberFact(attributes, 'completion');
  const total = numberFact(attributes, 'total');
  if (prompt === undefined && completion === undefined && total === undefined) return undefined;
  const sum = (prompt ?? 0) + (completion ?? 0);
  return {
    prompt: prompt ?? Math.max(0, (total ?? 0) - (completion ?? 0)),
    completion: completion ?? 0,
    total: total ?? sum,
  };
}

/** What went wrong, in words; undefined where nothing did. */
export function errorMessageOf(span: SpanRecord): string | undefined {
  const given = span.attributes.honeyhive_error;
  if (given !== undefined && given !== null) return typeof given === 'string' ? given : JSON.stringify(plain(given));
  if (span.statusCode !== 2) {
    if (span.attributes['langfuse.observation.level'] !== 'ERROR') return undefined;
    return textAt(span.attributes, 'langfuse.observation.status_message') ?? '';
  }
  // Statuses often say the exception's type before its message.
  const exception = span.events.find((event) => event.name === 'exception');
  const message = exception?.attributes['exception.message'];
  return typeof message === 'string' && message !== '' ? message : span.statusMessage;
}

/** Numbers that evaluators gave, by evaluator. */
export function scoresOf(span: Pick<SpanRecord, 'events'>): Record<string, number> | undefined {
  let scores: Record<string, number> | undefined;
  for (const event of span.events) {
    if (event.name !== 'gen_ai.evaluation.result') continue;
    const name = event.attributes['gen_ai.evaluation.name'];
    const raw = event.attributes['gen_ai.evaluation.score.value'];
    const value = raw === undefined ? undefined : plain(raw);
    const score = typeof value === 'boolean' ? Number(value) : value;
    if (typeof name !== 'string' || typeof score !== 'number' || !Number.isFinite(score)) continue;
    scores ??= emptyObject() as Record<string, number>;
    scores[name] = score;
  }
  return scores;
}

/** Thin rows are listed by the thousand; the span itself keeps the whole. */
function short<T extends string | undefined>(text: T): T {
  return text !== undefined && text.length > LONGEST_NAME ? (text.slice(0, LONGEST_NAME) as T) : text;
}

const UNTIDY = /[^\S ]| {2}/;

/** One line for lists: the first telling value, or the whole as JSON. */
export function shortText(bucket: JsonObject | undefined, favourites: readonly string[]): string {
  if (bucket === undefined) return '';
  const keys = Object.keys(bucket);
  if (keys.length === 0) return '';
  const key = favourites.find((name) => bucket[name] !== undefined) ?? (keys.length === 1 ? keys[0] : undefined);
  const value: Json = key === undefined ? bucket : (bucket[key] as Json);
  const messages = Array.isArray(value) ? value[value.length - 1] : undefined;
  const content = isObject(messages) ? (messages.content ?? messages.parts) : undefined;
  const shown = content !== undefined ? (content as Json) : value;
  const text = typeof shown === 'string' ? shown : JSON.stringify(shown);
  // Most texts begin with one tidy line, and looking costs much less than replacing every blank by itself.
  const start = text.slice(0, SHORT + 2);
  return UNTIDY.test(start)
    ? text
        .slice(0, 4 * SHORT)
        .replace(/\s+/g, ' ')
        .trim()
        .slice(0, SHORT)
    : start.trim().slice(0, SHORT);
}

function searchText(
  span: SpanRecord,
  error: string | undefined,
  { searchable, loose }: Survey,
  buckets: Buckets,
): string {
  let text = span.name;
  const shown = firstText(span.attributes, EVENT_NAMES);
  if (shown !== undefined && shown !== span.name) text += `\n${short(shown)}`;
  let room = SEARCH_LENGTH;
  const add = (value: Json): void => {
    if (room <= 0) return;
    if (typeof value === 'string') {
      text += `\n${value.length > room ? value.slice(0, room) : value}`;
      room -= value.length;
    } else if (typeof value === 'number') add(String(value));
    else if (Array.isArray(value)) value.forEach(add);
    else if (isObject(value)) for (const key of Object.keys(value)) add(value[key] as Json);
  };
  if (error !== undefined) add(error);
  for (const value of searchable) add(value);
  if (span.buckets) for (const bucket of BUCKETS) if (span.buckets[bucket]) add(span.buckets[bucket]);
  for (const event of span.events) for (const key of Object.keys(event.attributes)) add(event.attributes[key] as Json);
  if (room > 0) return text;
  // Filters rely on every facet being found, also those of a span with more text than is indexed.
  const facets = facetsOf(buckets, loose);
  for (const key of Object.keys(facets)) if (typeof facets[key] === 'string') text += `\n${facets[key]}`;
  return text;
}
