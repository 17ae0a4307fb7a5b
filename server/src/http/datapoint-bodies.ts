import type { HoneyHiveEvent } from '../wire/honeyhive-event.js';
import { BUCKETS } from '../wire/span-record.js';
import { emptyObject, isObject, type Json, type JsonObject } from '../wire/value.js';

const PARTS = ['inputs', 'ground_truth', 'history', 'metadata'];

/** A row of a user's data as a datapoint: the mapping says which keys go where, all others are metadata. */
export function datapointOfRow(row: Record<string, unknown>, mapping: Record<string, unknown> | undefined): JsonObject {
  // Without a mapping a row is a datapoint, or nothing but inputs.
  if (!mapping) return (PARTS.some((part) => Object.hasOwn(row, part)) ? row : { inputs: row }) as JsonObject;
  const own = (field: string): Json => (Object.hasOwn(row, field) ? (row[field] as Json) : null);
  const take = (fields: string[]): JsonObject =>
    Object.assign(emptyObject(), Object.fromEntries(fields.map((field) => [field, own(field)])));
  const [inputs, ground_truth, history] = [mapping.inputs, mapping.ground_truth, mapping.history].map(textsIn) as [
    string[],
    string[],
    string[],
  ];
  const mapped = new Set([...inputs, ...ground_truth, ...history]);
  return {
    inputs: take(inputs),
    ground_truth: take(ground_truth),
    history: history.flatMap(own).filter((one) => one !== null),
    metadata: take(Object.keys(row).filter((field) => !mapped.has(field))),
  };
}

/** An event as a datapoint: a mapping names fields (`inputs.question`), else its inputs and what was right are taken. */
export function datapointOfEvent(event: HoneyHiveEvent, mapping: Record<string, unknown> | undefined): JsonObject {
  const truth = event.feedback.ground_truth;
  return {
    inputs: mapping ? fieldsOf(event, textsIn(mapping.inputs)) : event.inputs,
    ground_truth: mapping
      ? fieldsOf(event, textsIn(mapping.ground_truth))
      : isObject(truth)
        ? (truth as JsonObject)
        : event.outputs,
    history: textsIn(mapping?.history).flatMap((field) => Object.values(fieldsOf(event, [field])).flat()),
    metadata: {},
    linked_event: event.event_id,
  };
}

const isBucket = (name: string | undefined): boolean => BUCKETS.some((bucket) => bucket === name);

function fieldsOf(event: HoneyHiveEvent, fields: string[]): JsonObject {
  const found = emptyObject();
  for (const field of fields) {
    const path = field.split('.');
    const whole = event as unknown as JsonObject;
    const value = [whole, event.inputs, event.outputs, event.metadata]
      .map((map) => at(map, path))
      .find((one) => one !== undefined);
    if (value === undefined) continue;
    if (path.length === 1 && isBucket(field) && isObject(value)) Object.assign(found, value);
    else found[isBucket(path[0]) ? path.slice(1).join('.') : field] = value;
  }
  return found;
}

function at(map: JsonObject, path: string[]): Json | undefined {
  let value: Json | undefined = map;
  for (const step of path)
    value = isObject(value) && Object.hasOwn(value, step) ? (value as JsonObject)[step] : undefined;
  return value;
}

function textsIn(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : [];
}
