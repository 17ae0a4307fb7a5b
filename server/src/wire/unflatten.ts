import { exactJson } from './json-text.js';
import { roleOf } from './key-role.js';
import type { Bucket, Buckets } from './span-record.js';
import { emptyObject, isObject, type Json, type JsonObject, plain } from './value.js';

/** Puts a value where its keys lead; a scalar that is in the way moves to the key `value`. */
export function assignAt(target: JsonObject, keys: readonly string[], value: Json): void {
  let holder = target;
  for (let index = 0; index < keys.length - 1; index++) {
    const key = keys[index] as string;
    const existing = holder[key];
    if (isObject(existing)) {
      holder = existing as JsonObject;
    } else {
      const made = emptyObject();
      if (existing !== undefined) made.value = existing;
      holder[key] = made;
      holder = made;
    }
  }
  const last = keys[keys.length - 1] as string;
  const existing = holder[last];
  if (isObject(existing) && !isObject(value)) (existing as JsonObject).value = value;
  else holder[last] = value;
}

/** Objects whose keys are exactly 0..n-1 become lists. Skipped indexes keep an object, so that nothing moves. */
export function listsFromIndexes(value: Json): Json {
  if (!isObject(value)) return value;
  const map = value as JsonObject;
  const keys = Object.keys(map);
  for (const key of keys) map[key] = listsFromIndexes(map[key] as Json);
  // Integer-like keys come first and in order, so the first key tells whether this can be a list at all.
  if (keys.length === 0 || keys[0] !== '0' || !keys.every((key, index) => key === String(index))) return map;
  return keys.map((_, index) => map[index] as Json);
}

/** What a walk over a span's attributes finds. */
export interface Survey {
  /** The seven buckets as nested objects, from `honeyhive_<bucket>.*` attributes. */
  buckets: Buckets;
  /** What no bucket takes, by the path under which filters find it; undefined where there is nothing. */
  loose: JsonObject | undefined;
  /** Values that searches look at. */
  searchable: Json[];
  /** Whether another convention than HoneyHive's is at work. */
  foreign: boolean;
  /** Whether something may tell the model, its tokens or its cost. */
  fact: boolean;
}

/** Looks at each attribute once. */
export function surveyOf(attributes: JsonObject): Survey {
  const buckets: Buckets = {};
  const searchable: Json[] = [];
  let loose: JsonObject | undefined;
  let foreign = false;
  let fact = false;
  for (const key of Object.keys(attributes)) {
    const role = roleOf(key);
    const value = attributes[key] as Json;
    foreign ||= role.foreign;
    fact ||= role.fact;
    if (role.bucket === undefined) {
      if (role.protocol) continue;
      // Lists and maps can become filter fields, whose values have to be found as text.
      if (typeof value === 'string' || typeof value === 'object') searchable.push(value);
      if (role.loose !== undefined) {
        loose ??= emptyObject();
        loose[role.loose] = plain(value);
      }
      continue;
    }
    searchable.push(value);
    let holder = buckets[role.bucket];
    if (!holder) {
      holder = emptyObject();
      buckets[role.bucket] = holder;
    }
    const shown = plain(value);
    assignAt(holder, role.path, role.bucket === 'inputs' ? parsedInput(shown) : shown);
  }
  for (const bucket in buckets) {
    const map = buckets[bucket as Bucket] as JsonObject;
    for (const key of Object.keys(map)) {
      const value = map[key] as Json;
      if (typeof value === 'object') map[key] = listsFromIndexes(value);
    }
  }
  return { buckets, loose, searchable, foreign, fact };
}

/** Arguments travel as one JSON text each; the raw text stays readable among the span's attributes. */
function parsedInput(value: Json): Json {
  return typeof value === 'string' ? parsedText(value) : value;
}

/** Deeper texts stay texts: whoever walks over them later must fit on the stack. */
const MAX_TEXT_DEPTH = 256;

/** Brackets inside quoted texts count too: a text that is left as it is loses nothing. */
function isTooDeep(text: string): boolean {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const char = text.charCodeAt(at);
    if (char === 123 || char === 91) {
      if (++depth > MAX_TEXT_DEPTH) return true;
    } else if ((char === 125 || char === 93) && depth > 0) depth--;
  }
  return false;
}

/** The object or list in a text, or the text itself. Integers beyond 2^53 are texts in it, as everywhere. */
export function parsedText(text: string): Json {
  const first = text.charCodeAt(0);
  if ((first !== 123 && first !== 91) || text.length > 4_000_000 || isTooDeep(text)) return text;
  try {
    const parsed = exactJson(text);
    return typeof parsed === 'object' && parsed !== null ? (parsed as Json) : text;
  } catch {
    return text;
  }
}
