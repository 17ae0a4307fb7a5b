import { randomUUID } from 'node:crypto';
import { canonicalId, idsOfEvent } from './ids.js';
import { bucketsIn, durationIn, InvalidBody, kindOf, objectBody, textIn, timeIn } from './rest-bodies.js';
import type { Bucket, Buckets, SpanRecord } from './span-record.js';
import { nanoseconds } from './times.js';
import { copyUsage } from './usage.js';
import { emptyObject, isObject, type Json } from './value.js';

export interface EventDefaults {
  /** `/events/model` says the type in its path. */
  eventType?: string;
  /** A batch of one session shares its id. */
  sessionId?: string;
  /** The `/v1` routes refuse what the older ones fill in. */
  strict: boolean;
  where: string;
}

/** Who sends an event again must meet the session it got the first time: in another one it would be stored twice. */
export function sessionOfEvent(eventId: string): string {
  return canonicalId(`session of ${canonicalId(eventId)}`);
}

/** An event of HoneyHive's REST API as a span: same tree, same buckets. */
export function eventRecord(body: unknown, defaults: EventDefaults): SpanRecord {
  const outer = objectBody(body, defaults.where);
  const event = isObject(outer.event) ? outer.event : isObject(outer.model_event) ? outer.model_event : outer;
  const type = textIn(event, 'event_type', 'eventType') ?? defaults.eventType;
  if (type === undefined)
    throw new InvalidBody(`${defaults.where}.event_type`, 'event_type is missing', 'model, tool, chain or session');
  if (defaults.strict && !isObject(event.inputs))
    throw new InvalidBody(`${defaults.where}.inputs`, `inputs is ${kindOf(event.inputs)}`, 'an object');
  const given = textIn(event, 'session_id', 'sessionId') ?? defaults.sessionId;
  // A session is the event whose id is its own.
  const ownId = type === 'session' ? given : undefined;
  const eventId = canonicalId(textIn(event, 'event_id', 'eventId') ?? ownId ?? randomUUID());
  const sessionId = given === undefined ? (type === 'session' ? eventId : sessionOfEvent(eventId)) : canonicalId(given);
  const parentId = textIn(event, 'parent_id', 'parentId');
  const parent = parentId === undefined || canonicalId(parentId) === sessionId ? undefined : canonicalId(parentId);
  const duration = durationIn(event);
  const ended = timeIn(event, 'end_time');
  const start = timeIn(event, 'start_time') ?? (ended ?? Date.now()) - (duration ?? 0);
  const end = ended ?? start + (duration ?? 0);
  // Who fills in every field says nothing with an empty text.
  const error =
    event.error === null || event.error === undefined || event.error === ''
      ? undefined
      : typeof event.error === 'string'
        ? event.error
        : JSON.stringify(event.error);
  const attributes = emptyObject();
  attributes.honeyhive_event_type = type;
  const project = textIn(event, 'project', 'project_id');
  if (project !== undefined) attributes['honeyhive.project'] = project;
  const source = textIn(event, 'source');
  if (source !== undefined) attributes['honeyhive.source'] = source;
  if (error !== undefined) attributes.honeyhive_error = error;
  const buckets = bucketsIn(event);
  if (type === 'model') addModelCall(event, buckets);
  copyUsage(buckets, attributes);
  return {
    ...idsOfEvent(sessionId, eventId),
    parentSpanId: parent === undefined ? '' : idsOfEvent(sessionId, parent).spanId,
    ...(parent === undefined ? {} : { parentEventId: parent }),
    name: textIn(event, 'event_name', 'eventName') ?? 'unknown',
    kind: 0,
    startNs: nanoseconds(start),
    endNs: nanoseconds(Math.max(start, end)),
    attributes,
    events: [],
    links: [],
    statusCode: error === undefined ? 0 : 2,
    statusMessage: error ?? '',
    traceState: '',
    resource: emptyObject(),
    scope: { name: '', version: '', attributes: emptyObject() },
    buckets,
    eventId,
    sessionId,
  };
}

/** `/events/model` names the parts of a model call directly; they have their places in the buckets. */
function addModelCall(event: Record<string, unknown>, buckets: Buckets): void {
  const add = (bucket: Bucket, key: string, value: unknown): void => {
    if (value === undefined || value === null) return;
    const map = buckets[bucket] ?? emptyObject();
    map[key] ??= value as Json;
    buckets[bucket] = map;
  };
  add('config', 'model', event.model ?? event.model_name);
  const settings = ['model_version', 'provider', 'hyperparameters', 'template', 'tool_choice', 'response_format'];
  for (const key of settings) add('config', key, event[key]);
  for (const key of ['messages', 'template_inputs', 'tools', 'functions']) add('inputs', key, event[key]);
  if (isObject(event.response)) for (const [key, value] of Object.entries(event.response)) add('outputs', key, value);
  else add('outputs', 'result', event.response);
  if (isObject(event.usage)) for (const [key, value] of Object.entries(event.usage)) add('metadata', key, value);
  add('metadata', 'cost', event.cost);
}
