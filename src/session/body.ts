import type { CaptureContext } from '../attributes/capture.js';
import type { NamespaceData } from '../attributes/keys.js';
import { snapshot } from '../attributes/snapshot.js';
import { emptyObject, isJsonObject, type JsonObject, type JsonValue } from './json.js';

/** What `enrichSession` takes: the seven namespaces, in either spelling, and anything else (which is metadata). */
export interface SessionData extends NamespaceData {
  /** A dictionary for metadata, applied after the namespaces. */
  attributes?: unknown;
  /** In ms; stays on the top level of the request. */
  duration?: unknown;
  [other: string]: unknown;
}

/** What a session's start says. */
export interface SessionStart {
  sessionId: string;
  sessionName: string;
  source: string;
  project?: string | undefined;
  inputs?: unknown;
  metadata?: unknown;
  config?: unknown;
  userProperties?: unknown;
  runId?: string | undefined;
  datasetId?: string | undefined;
  datapointId?: string | undefined;
}

/** The namespaces, and how the wire spells them. */
const FIELDS: ReadonlyMap<string, string> = new Map([
  ['metadata', 'metadata'],
  ['metrics', 'metrics'],
  ['feedback', 'feedback'],
  ['inputs', 'inputs'],
  ['outputs', 'outputs'],
  ['config', 'config'],
  ['userProperties', 'user_properties'],
  ['user_properties', 'user_properties'],
]);

/** The body of `POST /session/start`; absent fields are left out. */
export function startBody(start: SessionStart, capture: CaptureContext): JsonObject {
  const session = emptyObject();
  session.session_name = textOf(snapshot(start.sessionName, capture), start.sessionName);
  session.source = start.source;
  if (start.project !== undefined) session.project = start.project;
  session.session_id = start.sessionId.toLowerCase();

  const given = taken(
    { inputs: start.inputs, metadata: start.metadata, config: start.config, user_properties: start.userProperties },
    capture,
  );
  const metadata = emptyObject();
  put(metadata, 'run_id', start.runId);
  put(metadata, 'dataset_id', start.datasetId);
  put(metadata, 'datapoint_id', start.datapointId);
  assign(metadata, asObject(given.metadata, 'value'));

  addNamespace(session, 'inputs', given.inputs);
  if (Object.keys(metadata).length > 0) session.metadata = metadata;
  addNamespace(session, 'config', given.config);
  addNamespace(session, 'user_properties', given.user_properties);
  return { session };
}

/**
 * Data by namespace, as it is at this moment: reserved names, then `attributes`, then the rest, which is metadata. What
 * comes later wins leaf by leaf, as on a span; so do the later of several `layers`. A scalar or list travels as
 * `{ result }` for `outputs` and as `{ value }` for any other namespace.
 */
export function namespacesOf(layers: readonly SessionData[], capture: CaptureContext): JsonObject {
  const fields = emptyObject();
  for (const layer of layers) {
    const given = taken(layer, capture);
    const { attributes } = given;
    const rest = emptyObject();
    for (const name of Object.keys(given)) {
      const value = given[name] as JsonValue;
      const field = FIELDS.get(name);
      if (field !== undefined) addNamespace(fields, field, value);
      else if (name === 'duration' && typeof value === 'number') fields.duration = value;
      else if (value !== null && !(name === 'attributes' && isJsonObject(value))) rest[name] = value;
    }
    if (isJsonObject(attributes)) addNamespace(fields, 'metadata', attributes);
    addNamespace(fields, 'metadata', rest);
  }
  return fields;
}

/** The body of `PUT /events` without its `event_id`: that request knows no `inputs`. Empty when there is nothing to say. */
export function updateBody(layers: readonly SessionData[], capture: CaptureContext): JsonObject {
  const { inputs, ...body } = namespacesOf(layers, capture);
  if (inputs !== undefined) addNamespace(body, 'metadata', { inputs });
  return body;
}

/** Both in one, with the same final state as one after the other: a back end merges a namespace by its top-level keys. */
export function mergeBodies(older: JsonObject, newer: JsonObject): JsonObject {
  const merged = emptyObject();
  mergeInto(merged, older);
  mergeInto(merged, newer);
  return merged;
}

/** Like {@link mergeBodies}, into `target`, which the caller owns: a loop of calls stays linear. */
export function mergeInto(target: JsonObject, newer: JsonObject): void {
  for (const name of Object.keys(newer)) {
    const value = newer[name] as JsonValue;
    const before = Object.hasOwn(target, name) ? target[name] : undefined;
    if (!isJsonObject(value)) target[name] = value;
    else if (isJsonObject(before)) assign(before, value);
    else target[name] = assign(emptyObject(), value);
  }
}

function taken(data: object, capture: CaptureContext): JsonObject {
  const copy: unknown = snapshot(data, capture);
  return isJsonObject(copy) ? assign(emptyObject(), copy) : emptyObject();
}

function addNamespace(body: JsonObject, field: string, value: JsonValue | undefined): void {
  const object = asObject(value, field === 'outputs' ? 'result' : 'value');
  if (Object.keys(object).length === 0) return;
  const before = body[field];
  if (isJsonObject(before)) mergeLeaves(before, object);
  else body[field] = object;
}

/** `target` belongs to the caller and has no prototype. */
function mergeLeaves(target: JsonObject, from: JsonObject): void {
  for (const key of Object.keys(from)) target[key] = mergedLeaf(target[key], from[key] as JsonValue);
}

/** Nothing is lost: a scalar or list beside an object of the same name becomes that object's `value`. */
function mergedLeaf(before: JsonValue | undefined, after: JsonValue): JsonValue {
  if (before === undefined || before === null) return after;
  if (after === null) return before;
  if (Array.isArray(before) && Array.isArray(after)) {
    return [...after.map((item, at) => mergedLeaf(before[at], item)), ...before.slice(after.length)];
  }
  if (!isJsonObject(before) && !isJsonObject(after)) return after;
  const whole = asObject(before, 'value');
  mergeLeaves(whole, asObject(after, 'value'));
  return whole;
}

/** A namespace is an object on the wire; what is none gets the name `key` in one. A copy, free to change. */
function asObject(value: JsonValue | undefined, key: string): JsonObject {
  const object = emptyObject();
  if (isJsonObject(value)) return assign(object, value);
  if (value === undefined || value === null || (Array.isArray(value) && value.length === 0)) return object;
  object[key] = value;
  return object;
}

function assign(target: JsonObject, from: JsonObject): JsonObject {
  for (const key of Object.keys(from)) target[key] = from[key] as JsonValue;
  return target;
}

function put(target: JsonObject, key: string, value: string | undefined): void {
  if (value !== undefined) target[key] = value;
}

function textOf(value: unknown, otherwise: string): string {
  return typeof value === 'string' ? value : otherwise;
}
