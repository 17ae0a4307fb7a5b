import { byKey } from './by-key.js';
import { BUCKETS, type Bucket, type Buckets } from './span-record.js';
import { emptyObject, isObject, type Json, type JsonObject, plain } from './value.js';

const MAX_PATH = 64;

/** `a.b.0` and its value into nested objects; a scalar that is in the way moves to the key `value`. */
export function assignPath(target: JsonObject, path: string, value: Json): void {
  const keys = path.includes('.') ? path.split('.') : [path];
  if (keys.length > MAX_PATH) keys.splice(MAX_PATH - 1, keys.length, keys.slice(MAX_PATH - 1).join('.'));
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

const PREFIX = 'honeyhive_';

/** The bucket an attribute belongs to and the path inside it; undefined for all other attributes. */
export const bucketOf = byKey((key: string): { readonly bucket: Bucket; readonly path: string } | undefined => {
  if (!key.startsWith(PREFIX)) return undefined;
  for (const bucket of BUCKETS) {
    if (!key.startsWith(bucket, PREFIX.length)) continue;
    const at = PREFIX.length + bucket.length;
    if (key.length === at) return { bucket, path: '' };
    if (key[at] === '.') return { bucket, path: key.slice(at + 1) };
  }
  return undefined;
});

/** The seven buckets as nested objects, from `honeyhive_<bucket>.*` attributes. */
export function bucketsOf(attributes: JsonObject): Buckets {
  const buckets: Buckets = {};
  for (const key of Object.keys(attributes)) {
    const place = bucketOf(key);
    if (!place) continue;
    let holder = buckets[place.bucket];
    if (!holder) {
      holder = emptyObject();
      buckets[place.bucket] = holder;
    }
    let value = plain(attributes[key] as Json);
    if (place.bucket === 'inputs') value = parsedInput(value);
    // What HoneyHive's older TypeScript SDK puts between the bucket and the argument's name is not part of it.
    const path = place.path.startsWith('_params_.') ? place.path.slice(9) : place.path;
    assignPath(holder, path === '' ? 'value' : path, value);
  }
  for (const bucket of Object.keys(buckets) as Bucket[]) {
    const map = buckets[bucket] as JsonObject;
    for (const key of Object.keys(map)) map[key] = listsFromIndexes(map[key] as Json);
  }
  return buckets;
}

/** Arguments travel as one JSON text each; the raw text stays readable among the span's attributes. */
function parsedInput(value: Json): Json {
  return typeof value === 'string' ? parsedText(value) : value;
}

/** The object or list in a text, or the text itself. */
export function parsedText(text: string): Json {
  const first = text.charCodeAt(0);
  if ((first !== 123 && first !== 91) || text.length > 4_000_000) return text;
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'object' && parsed !== null ? (parsed as Json) : text;
  } catch {
    return text;
  }
}
