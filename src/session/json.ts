/** What JSON can say. */
export type JsonValue = string | number | boolean | null | JsonValue[] | JsonObject;

export interface JsonObject {
  [key: string]: JsonValue;
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** An object without a prototype, so that a key such as `__proto__` is plain data. */
export function emptyObject(): JsonObject {
  return Object.create(null) as JsonObject;
}
