import { throwsText } from '../attributes/safe-read.js';
import { type Special, specialOf } from '../attributes/special.js';
import { idText } from '../session/scope.js';

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

/** Without a prototype, so that `__proto__` is a key like any other. */
export function dictionaryOf(fields: Fields): Record<string, unknown> {
  const dictionary = Object.create(null) as Record<string, unknown>;
  for (const [key, value] of fields) dictionary[key] = value;
  return dictionary;
}

/** Takes an id out of fields, in either spelling. What cannot be one is data like any other, but nothing is none. */
export function splitId(fields: Fields, ...names: readonly string[]): { id: string | undefined; fields: Fields } {
  let id: string | undefined;
  const rest = fields.filter(([key, value]) => {
    if (!names.includes(key)) return true;
    const text = idText(value);
    id ??= text;
    return text === undefined && value !== '';
  });
  return { id, fields: rest };
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
