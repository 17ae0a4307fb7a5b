import { throwsText } from '../attributes/safe-read.js';
import { type Special, specialOf } from '../attributes/special.js';

/** Names and values of what a call was given, each read once. */
export type Fields = readonly (readonly [string, unknown])[];

/**
 * The fields of a dictionary; one that throws when it is read says so. What is no dictionary (a list, a text, an error,
 * a date) is all metadata. Never throws.
 */
export function fieldsOf(data: unknown): Fields {
  if (data === undefined || data === null) return [];
  try {
    const made = ownVersion(data);
    return dictionaryFields(made) ?? [['metadata', made]];
  } catch (thrown) {
    return [['metadata', throwsText(thrown)]];
  }
}

/** Whether a value has fields, rather than being one text or a list of items. */
export function isDictionary(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const kind = special(value)?.kind;
  return kind === undefined || kind === 'entries';
}

/** Whether a value can be an id, or says that there is none; anything else is data like any other. */
export function isId(value: unknown): boolean {
  return value === undefined || value === null || ['string', 'number', 'bigint'].includes(typeof value);
}

/** The id that a value names, if any. */
export function idText(value: unknown): string | undefined {
  return value === undefined || value === null || value === '' || !isId(value) ? undefined : String(value);
}

/** What an object says of itself, by a `toJSON` of its own. */
function ownVersion(data: unknown): unknown {
  if (typeof data !== 'object' || data === null || !isDictionary(data) || !('toJSON' in data)) return data;
  const { toJSON } = data;
  return typeof toJSON === 'function' ? toJSON.call(data, '') : data;
}

function dictionaryFields(data: unknown): Fields | undefined {
  if (typeof data !== 'object' || data === null || Array.isArray(data)) return undefined;
  const found = special(data);
  if (found?.kind === 'entries') return entryFields(found.entries);
  if (found !== undefined) return undefined;
  const fields: [string, unknown][] = [];
  for (const key of Object.keys(data)) fields.push([key, safeRead(data, key)]);
  for (const mark of Object.getOwnPropertySymbols(data)) {
    if (Object.prototype.propertyIsEnumerable.call(data, mark)) fields.push([String(mark), safeRead(data, mark)]);
  }
  return fields;
}

/** Nearly everything that is given is a plain object, which need not be asked what it is. */
function special(value: object): Special | undefined {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null ? undefined : specialOf(value);
}

/** Undefined where keys are objects, or two read the same: those are a list of pairs. */
function entryFields(entries: Iterable<readonly [unknown, unknown]>): Fields | undefined {
  const fields = new Map<string, unknown>();
  let count = 0;
  for (const [key, value] of entries) {
    if (typeof key === 'object' || typeof key === 'function') return undefined;
    fields.set(String(key), value);
    count += 1;
  }
  return fields.size === count ? [...fields] : undefined;
}

function safeRead(data: object, key: string | symbol): unknown {
  try {
    return (data as Record<string | symbol, unknown>)[key];
  } catch (thrown) {
    return throwsText(thrown);
  }
}
