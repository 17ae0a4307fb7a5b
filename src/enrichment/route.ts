import type { CaptureContext } from '../attributes/capture.js';
import { describeError } from '../attributes/error.js';
import { type FlatAttributes, flattenInto } from '../attributes/flatten.js';
import { ERROR, ERROR_TYPE, EVENT_ID, NAMESPACES, type Namespace, type NamespaceData } from '../attributes/keys.js';
import { isError } from '../attributes/special.js';
import { eachField, idIn, isDictionary } from './fields.js';

/** What `enrichSpan` takes: namespaces by name, and anything else as metadata. */
export interface SpanData extends NamespaceData {
  /** A dictionary for metadata, applied after the namespaces. */
  attributes?: unknown;
  /** Text or Error. */
  error?: unknown;
  eventId?: string;
  event_id?: string;
  [other: string]: unknown;
}

const NAMESPACE_OF: ReadonlyMap<string, Namespace> = new Map([
  ...(Object.keys(NAMESPACES) as Namespace[]).map((name) => [name, name] as const),
  ['user_properties', 'userProperties'],
]);
const EVENT_ID_NAMES: ReadonlySet<string> = new Set(['eventId', 'event_id']);

/** What a call of `enrichSpan` means, before it is known where it goes. */
export interface RoutedData {
  /** In the order in which they are applied: the last one wins, per leaf. */
  readonly layers: readonly (readonly [Namespace, unknown])[];
  readonly error?: unknown;
  readonly eventId?: string;
}

/**
 * With one argument, reserved names go to their namespace and the rest to metadata, which is applied last. With two,
 * the first is all metadata, whatever its keys.
 */
export function routeSpanData(first: unknown, second: unknown): RoutedData {
  if (second !== undefined && second !== null) {
    const routed = routeOne(second);
    return { ...routed, layers: [...routed.layers, ['metadata', first]] };
  }
  return routeOne(first);
}

function routeOne(data: unknown): RoutedData {
  const layers: [Namespace, unknown][] = [];
  // Without a prototype, so that `__proto__` is a key like any other.
  const rest = Object.create(null) as Record<string, unknown>;
  let attributes: unknown;
  let error: unknown;
  let eventId = '';
  eachField(data, (key, value) => {
    const namespace = NAMESPACE_OF.get(key);
    if (namespace !== undefined) layers.push([namespace, value]);
    else if (key === 'error') error = value ?? undefined;
    else if (key === 'attributes' && isDictionary(value)) attributes = value;
    else {
      const id = EVENT_ID_NAMES.has(key) ? idIn(value) : undefined;
      if (id === undefined) rest[key] = value;
      else eventId ||= id;
    }
  });
  if (attributes !== undefined) layers.push(['metadata', attributes]);
  if (Object.keys(rest).length > 0) layers.push(['metadata', rest]);
  return { layers, ...(error === undefined ? {} : { error }), ...(eventId === '' ? {} : { eventId }) };
}

/** The attributes of a routed call, as they are at this moment. */
export interface RoutedAttributes {
  readonly flat: FlatAttributes;
  /** How many of those a limit left out. */
  readonly leftOut: number;
  /** What no limit may cost: the error, and whose data it is. */
  readonly stamps: Readonly<Record<string, string>>;
}

export function attributesOf(routed: RoutedData, capture: CaptureContext): RoutedAttributes {
  const flat = Object.create(null) as FlatAttributes;
  let leftOut = 0;
  for (const [namespace, value] of routed.layers) {
    if (value !== undefined && value !== null) leftOut += flattenInto(flat, NAMESPACES[namespace], value, capture);
  }
  const stamps: Record<string, string> = {};
  if (routed.error !== undefined) {
    const facts = describeError(routed.error, capture);
    stamps[ERROR] = facts.message;
    if (isError(routed.error)) stamps[ERROR_TYPE] = facts.type;
  }
  if (routed.eventId !== undefined) stamps[EVENT_ID] = routed.eventId;
  return { flat, leftOut, stamps };
}

/** The same call as layers of an update of an event, which knows no `error` field. */
export function updateOf(routed: RoutedData, capture: CaptureContext): Record<string, unknown>[] {
  const layers: Record<string, unknown>[] = routed.layers.map(([namespace, value]) => ({ [namespace]: value }));
  if (routed.error !== undefined) layers.push({ metadata: { error: describeError(routed.error, capture).message } });
  return layers;
}
