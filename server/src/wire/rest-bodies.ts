import { randomUUID } from 'node:crypto';
import type { EventChange, SessionChange } from '../store/trace-store.js';
import { canonicalId } from './ids.js';
import { BUCKETS, type Bucket, type Buckets } from './span-record.js';
import { emptyObject, isObject, type JsonObject } from './value.js';

/** A body of HoneyHive's REST API that cannot be taken as it is: which field, and what would be right. */
export class InvalidBody extends Error {
  readonly field: string;
  readonly allowed: string;
  constructor(field: string, message: string, allowed: string) {
    super(message);
    this.name = 'InvalidBody';
    this.field = field;
    this.allowed = allowed;
  }
}

/** Python users bring their spelling along, TypeScript users theirs. */
const SPELLINGS: Record<Bucket, string[]> = {
  inputs: ['inputs'],
  outputs: ['outputs'],
  config: ['config'],
  metadata: ['metadata'],
  metrics: ['metrics'],
  feedback: ['feedback'],
  user_properties: ['user_properties', 'userProperties'],
};

export function objectBody(body: unknown, field = 'body'): Record<string, unknown> {
  if (!isObject(body)) throw new InvalidBody(field, `${field} is ${kindOf(body)}, not an object`, 'a JSON object');
  return body;
}

/** The seven buckets of a body. A scalar or list where an object belongs is kept under one key, never dropped. */
export function bucketsIn(body: Record<string, unknown>): Buckets {
  const buckets: Buckets = {};
  for (const bucket of BUCKETS) {
    for (const spelling of SPELLINGS[bucket]) {
      const value = body[spelling];
      if (value === undefined || value === null) continue;
      buckets[bucket] = (
        isObject(value) ? value : { [bucket === 'outputs' ? 'result' : 'value']: value }
      ) as JsonObject;
    }
  }
  return buckets;
}

export function textIn(body: Record<string, unknown>, ...names: string[]): string | undefined {
  for (const name of names) {
    const value = body[name];
    if (value === undefined || value === null || value === '') continue;
    if (typeof value !== 'string') throw new InvalidBody(name, `${name} is ${kindOf(value)}, not text`, 'text');
    return value;
  }
  return undefined;
}

/** As far as JavaScript's dates go, in both directions (ECMA-262, 21.4.1.1): 275,000 years. */
const MAX_TIME = 8.64e15;

/** Unix milliseconds, as number or ISO text. */
export function timeIn(body: Record<string, unknown>, name: string): number | undefined {
  const value = body[name];
  if (value === undefined || value === null) return undefined;
  const parsed = typeof value === 'string' ? (/^\d+(\.\d+)?$/.test(value) ? Number(value) : Date.parse(value)) : value;
  if (typeof parsed !== 'number' || !(Math.abs(parsed) <= MAX_TIME))
    throw new InvalidBody(name, `${name} is not a time`, 'Unix milliseconds or an ISO 8601 text');
  return parsed;
}

export function numberIn(body: Record<string, unknown>, name: string): number | undefined {
  const value = body[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'number' || !Number.isFinite(value))
    throw new InvalidBody(name, `${name} is ${kindOf(value)}, not a number`, 'a finite number');
  return value;
}

/** Milliseconds. */
export function durationIn(body: Record<string, unknown>): number | undefined {
  const value = numberIn(body, 'duration');
  if (value !== undefined && Math.abs(value) > MAX_TIME)
    throw new InvalidBody('duration', `duration is ${value}`, `milliseconds, at most ${MAX_TIME}`);
  return value;
}

function given<T extends object>(values: { [K in keyof T]?: T[K] | undefined }): Partial<T> {
  const result: Partial<T> = {};
  for (const key of Object.keys(values) as (keyof T)[])
    if (values[key] !== undefined) result[key] = values[key] as T[keyof T];
  return result;
}

/** `{ session: {...} }` of `/session/start`, or the bare object of `/v1/sessions`. */
export function sessionChange(body: unknown): SessionChange {
  const outer = objectBody(body);
  const session = outer.session === undefined ? outer : objectBody(outer.session, 'session');
  const id = textIn(session, 'session_id', 'sessionId', 'event_id');
  return {
    sessionId: id === undefined ? randomUUID() : canonicalId(id),
    buckets: bucketsIn(session),
    ...given<SessionChange>({
      name: textIn(session, 'session_name', 'sessionName', 'event_name'),
      project: textIn(session, 'project', 'project_id'),
      source: textIn(session, 'source'),
      error: textIn(session, 'error'),
      startMs: timeIn(session, 'start_time'),
      endMs: timeIn(session, 'end_time'),
      durationMs: durationIn(session),
    }),
  };
}

/** What an event of the API has; whatever else comes is somebody's data. */
const EVENT_FIELDS = new Set([
  ...Object.values(SPELLINGS).flat(),
  ...['event_id', 'eventId', 'session_id', 'sessionId', 'parent_id', 'parentId', 'children_ids', 'childrenIds'],
  ...['event_type', 'eventType', 'event_name', 'eventName', 'session_name', 'sessionName', 'project', 'project_id'],
  ...['source', 'error', 'start_time', 'end_time', 'duration', 'tenant', 'org_id', 'workspace_id'],
]);

/** An update of an event or session; names that are no field of the API go to its metadata. */
export function eventChange(body: unknown, idInPath?: string): EventChange {
  const event = objectBody(body);
  const id = idInPath ?? textIn(event, 'event_id', 'eventId');
  if (id === undefined) throw new InvalidBody('event_id', 'event_id is missing', 'the id of a session or event');
  const buckets = bucketsIn(event);
  const others = Object.entries(event).filter(([name]) => !EVENT_FIELDS.has(name));
  if (others.length > 0)
    buckets.metadata = Object.assign(emptyObject(), Object.fromEntries(others), buckets.metadata) as JsonObject;
  return {
    eventId: canonicalId(id),
    buckets,
    ...given<EventChange>({
      error: textIn(event, 'error'),
      endMs: timeIn(event, 'end_time'),
      durationMs: durationIn(event),
    }),
  };
}

export function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  return value === undefined ? 'missing' : typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
