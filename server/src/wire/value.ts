/**
 * Attribute values as they are kept: plain JSON, with a one-key tag where JSON alone would lose what OTLP said
 * (64-bit integers, whole-number doubles, NaN, bytes).
 */
export type Json = null | boolean | number | string | Json[] | JsonObject;
export interface JsonObject {
  [key: string]: Json;
}

/**
 * Its objects inherit from nothing that has a name. V8 keeps what a constructor made in its quick form, which it does
 * not do for `Object.create(null)`.
 */
function Bare() {
  // Nothing of its own either.
}
Bare.prototype = Object.create(null) as object;
const BareObject = Bare as unknown as new () => JsonObject;

/** An object that inherits nothing, so that a key such as `__proto__` is plain data. */
export function emptyObject(): JsonObject {
  return new BareObject();
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function keptInt(text: string): Json {
  const number = Number(text);
  return Number.isSafeInteger(number) ? number : { $int: text };
}

export function keptDouble(value: number): Json {
  if (Number.isInteger(value)) return { $double: value };
  return Number.isFinite(value) ? value : { $double: String(value) };
}

export function keptBytes(base64: string): Json {
  return { $bytes: base64 };
}

/** A map of the user's whose keys could be taken for a tag is wrapped once. */
export function keptMap(map: JsonObject): Json {
  for (const key in map) if (key.startsWith('$')) return { $map: map };
  return map;
}

/** The value as people and JSON readers expect it: tags taken off, integers beyond 2^53 as text. */
export function plain(value: Json): Json {
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map(plain);
  if ('$int' in value) return value.$int as string;
  if ('$double' in value) return value.$double as number | string;
  if ('$bytes' in value) return value.$bytes as string;
  return plainObject('$map' in value ? (value.$map as JsonObject) : value);
}

export function plainObject(map: JsonObject): JsonObject {
  const result = emptyObject();
  for (const key of Object.keys(map)) result[key] = plain(map[key] as Json);
  return result;
}
