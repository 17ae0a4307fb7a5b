import { safeRead, throwsText } from '../attributes/safe-read.js';
import { type Special, specialOf } from '../attributes/special.js';
import { unseen } from '../base/unseen.js';
import { idText } from '../session/scope.js';

/** Takes one name and its value. */
type Take = (key: string, value: unknown) => void;

/**
 * Gives the fields of a dictionary, each read once; one that throws when it is read says so. What is no dictionary (a
 * list, a text, an error, a date) is all metadata. Never throws, unless `take` does.
 */
export function eachField(data: unknown, take: Take): void {
  if (data === undefined || data === null) return;
  let made: unknown;
  let names: readonly (string | symbol)[] | undefined;
  let entries: ReadonlyMap<string, unknown> | undefined;
  try {
    made = ownVersion(data);
    if (typeof made === 'object' && made !== null && !Array.isArray(made)) {
      const found = special(made);
      if (found === undefined) names = namesOf(made);
      else if (found.kind === 'entries') entries = namedEntries(found.entries);
    }
  } catch (thrown) {
    made = throwsText(thrown);
  }
  if (names !== undefined) for (const name of names) take(String(name), safeRead(made as object, name));
  else if (entries !== undefined) for (const [name, value] of entries) take(name, value);
  else take('metadata', made);
}

/** All of them in one object; the later of the same name counts. */
export function fieldsOf(...all: readonly unknown[]): Record<string, unknown> {
  // Without a prototype, so that `__proto__` is a key like any other.
  const fields = Object.create(null) as Record<string, unknown>;
  for (const data of all) {
    eachField(data, (key, value) => {
      fields[key] = value;
    });
  }
  return fields;
}

/** Whether a value has fields, rather than being one text or a list of items. */
export function isDictionary(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const kind = special(value)?.kind;
  return kind === undefined || kind === 'entries';
}

/** What a field says that is named for an id: empty where it names none, undefined where it is data like any other. */
export function idIn(value: unknown): string | undefined {
  return value === undefined || value === null || value === '' ? '' : idText(value);
}

/** What an object says of itself, by a `toJSON` of its own. */
function ownVersion(data: unknown): unknown {
  if (typeof data !== 'object' || data === null || !isDictionary(data) || !('toJSON' in data)) return data;
  const { toJSON } = data;
  return typeof toJSON === 'function' ? unseen(() => toJSON.call(data, '')) : data;
}

function namesOf(data: object): readonly (string | symbol)[] {
  const names = Object.keys(data);
  const marks = Object.getOwnPropertySymbols(data);
  if (marks.length === 0) return names;
  return [...names, ...marks.filter((mark) => Object.prototype.propertyIsEnumerable.call(data, mark))];
}

/** Nearly everything that is given is a plain object, which need not be asked what it is. */
function special(value: object): Special | undefined {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null ? undefined : specialOf(value);
}

/** Undefined where keys are objects, or two read the same: those are a list of pairs. */
function namedEntries(entries: Iterable<readonly [unknown, unknown]>): ReadonlyMap<string, unknown> | undefined {
  const named = new Map<string, unknown>();
  let count = 0;
  for (const [key, value] of entries) {
    if (typeof key === 'object' || typeof key === 'function') return undefined;
    named.set(String(key), value);
    count += 1;
  }
  return named.size === count ? named : undefined;
}
