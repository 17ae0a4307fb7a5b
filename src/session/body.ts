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

/** Names that travel as a field of their own, and how the wire spells them. */
const FIELDS: ReadonlyMap<string, string> = new Map([
  ['metrics', 'metrics'],
  ['feedback', 'feedback'],
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

  assignNamespace(session, 'inputs', given.inputs);
  if (Object.keys(metadata).length > 0) session.metadata = metadata;
  assignNamespace(session, 'config', given.config);
  assignNamespace(session, 'user_properties', given.user_properties);
  return { session };
}

/**
 * The body of `PUT /events` without its `event_id`. `inputs` and unknown names go into `metadata`; a scalar or list
 * travels as `{ result }` for `outputs` and as `{ value }` for any other namespace. The data is copied at once:
 * changing it afterwards changes nothing. Empty when there is nothing to say.
 */
export function updateBody(data: SessionData, capture: CaptureContext): JsonObject {
  const given = taken(data, capture);
  const body = emptyObject();
  const metadata = asObject(given.metadata, 'value');
  const inputs = asObject(given.inputs, 'value');
  if (Object.keys(inputs).length > 0) metadata.inputs = inputs;
  if (isJsonObject(given.attributes)) assign(metadata, given.attributes);

  for (const name of Object.keys(given)) {
    const value = given[name];
    if (value === undefined || value === null || NOT_THE_REST.has(name)) continue;
    const field = FIELDS.get(name);
    if (field !== undefined) assignNamespace(body, field, value);
    else if (name === 'duration' && typeof value === 'number') body.duration = value;
    else if (name === 'attributes' && isJsonObject(value)) continue;
    else metadata[name] = value;
  }
  if (Object.keys(metadata).length > 0) body.metadata = metadata;
  return body;
}

const NOT_THE_REST: ReadonlySet<string> = new Set(['metadata', 'inputs']);

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

function assignNamespace(body: JsonObject, field: string, value: JsonValue | undefined): void {
  const object = asObject(value, field === 'outputs' ? 'result' : 'value');
  if (Object.keys(object).length === 0) return;
  const before = body[field];
  body[field] = isJsonObject(before) ? assign(before, object) : object;
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
