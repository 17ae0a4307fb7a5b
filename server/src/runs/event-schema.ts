import type { HoneyHiveEvent } from '../wire/honeyhive-event.js';
import { BUCKETS } from '../wire/span-record.js';
import { emptyObject, isObject, type JsonObject } from '../wire/value.js';

/** Nobody picks from a longer list. */
const MOST = 5000;
const DEEPEST = 6;

/** Which fields events have, by type of event; `mappings` has them by bucket, with the bucket's name left out. */
export function eventSchema(events: HoneyHiveEvent[]): JsonObject {
  const fields = new Map<string, { name: string; event_type: string }>();
  const mappings = new Map<string, { field_name: string; event_type: string }[]>();
  const datasets = new Set<string>();
  for (const event of events) {
    const { event_type, metadata } = event;
    if (typeof metadata.dataset_id === 'string') datasets.add(metadata.dataset_id);
    for (const bucket of BUCKETS)
      for (const path of pathsOf(event[bucket], 0)) {
        const key = JSON.stringify([bucket, path, event_type]);
        if (fields.has(key) || fields.size >= MOST) continue;
        fields.set(key, { name: `${bucket}.${path}`, event_type });
        const list = mappings.get(bucket) ?? [];
        list.push({ field_name: path, event_type });
        mappings.set(bucket, list);
      }
  }
  return {
    fields: [...fields.values()],
    datasets: [...datasets],
    mappings: Object.assign(emptyObject(), Object.fromEntries(mappings)),
  };
}

function pathsOf(map: JsonObject, depth: number): string[] {
  return Object.entries(map).flatMap(([key, value]) =>
    isObject(value) && depth < DEEPEST && Object.keys(value).length > 0
      ? pathsOf(value as JsonObject, depth + 1).map((path) => `${key}.${path}`)
      : [key],
  );
}

/** An event without its values, which may be large, but for what its schema tells of them. */
export function fieldsOnly(event: HoneyHiveEvent): HoneyHiveEvent {
  const bare = { ...event };
  for (const bucket of BUCKETS) bare[bucket] = namesIn(event[bucket], 0);
  const { dataset_id } = event.metadata;
  if (typeof dataset_id === 'string') bare.metadata.dataset_id = dataset_id;
  return bare;
}

function namesIn(map: JsonObject, depth: number): JsonObject {
  const names = emptyObject();
  for (const [key, value] of Object.entries(map))
    names[key] = isObject(value) && depth < DEEPEST ? namesIn(value as JsonObject, depth + 1) : null;
  return names;
}
