import type { EventChange } from '../store/trace-store.js';
import { BUCKETS, type Buckets, type SpanRecord } from './span-record.js';
import { milliseconds, nanoseconds } from './times.js';
import { replaceUsage } from './usage.js';
import { emptyObject, isObject, type JsonObject } from './value.js';

/** What was added to an event over REST, all updates merged; kept as JSON, in the words of the API. */
export interface EventPatch extends Buckets {
  error?: string;
  /** Unix milliseconds. */
  end_time?: number;
  /** Milliseconds. */
  duration?: number;
}

/** Merges by key: a key that is sent again overwrites, all others stay. */
export function mergePatch(patch: EventPatch, change: Omit<EventChange, 'eventId'>): EventPatch {
  const merged: EventPatch = { ...patch };
  for (const bucket of BUCKETS)
    if (change.buckets[bucket])
      merged[bucket] = Object.assign(emptyObject(), patch[bucket], change.buckets[bucket]) as JsonObject;
  if (change.error !== undefined) merged.error = change.error;
  if (change.endMs === undefined && change.durationMs === undefined) return merged;
  // Two ways to say the same: the later one holds.
  delete merged.end_time;
  delete merged.duration;
  if (change.endMs !== undefined) merged.end_time = change.endMs;
  if (change.durationMs !== undefined) merged.duration = change.durationMs;
  return merged;
}

/** The span as it is with what was added: so everything that is concluded from a span holds for its updates too. */
export function patchedRecord(record: SpanRecord, patch: EventPatch): SpanRecord {
  const attributes = Object.assign(emptyObject(), record.attributes);
  const buckets: Buckets = { ...record.buckets };
  for (const bucket of BUCKETS)
    if (isObject(patch[bucket])) buckets[bucket] = Object.assign(emptyObject(), buckets[bucket], patch[bucket]);
  replaceUsage(patch, attributes);
  if (patch.error !== undefined) attributes.honeyhive_error = patch.error;
  return { ...record, attributes, buckets, endNs: endOf(record, patch) };
}

function endOf({ startNs, endNs }: SpanRecord, { end_time: end, duration }: EventPatch): string {
  const endMs = end ?? (duration === undefined ? undefined : milliseconds(startNs) + duration);
  return endMs === undefined ? endNs : nanoseconds(endMs);
}
