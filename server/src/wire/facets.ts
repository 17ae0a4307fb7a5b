import { byKey } from './by-key.js';
import { BUCKETS, type Bucket, type Buckets } from './span-record.js';
import { emptyObject, isObject, type Json, type JsonObject } from './value.js';

const LONGEST = 256;
const MOST = 200;
const MAX_DEPTH = 8;
const MAX_INDEX = 16;

/** Short scalars of the buckets, by path: what filters look at. */
export function facetsOf(buckets: Buckets): JsonObject {
  const facets = emptyObject();
  let room = MOST;
  const walk = (path: string, value: Json, depth: number): void => {
    if (room <= 0) return;
    if (isFacet(value)) {
      facets[path] = value;
      room--;
    } else if (isObject(value) && depth < MAX_DEPTH) {
      for (const key of Object.keys(value)) walk(`${path}.${key}`, value[key] as Json, depth + 1);
    } else if (Array.isArray(value) && depth < MAX_DEPTH) {
      for (let index = 0; index < Math.min(value.length, MAX_INDEX); index++)
        walk(`${path}.${index}`, value[index] as Json, depth + 1);
    }
  };
  for (const bucket of BUCKETS) {
    const map = buckets[bucket];
    if (map) for (const key of Object.keys(map)) walk(`${bucket}.${key}`, map[key] as Json, 0);
  }
  return facets;
}

/** The same as JSON, null where there are none. */
export function facetsText(buckets: Buckets): string | null {
  return flatText(buckets) ?? textOf(facetsOf(buckets));
}

function textOf(facets: JsonObject): string | null {
  const text = JSON.stringify(facets);
  return text === '{}' ? null : text;
}

function isFacet(value: Json): value is string | number | boolean {
  return typeof value === 'string' ? value.length <= LONGEST : typeof value !== 'object';
}

const quotedIn = Object.fromEntries(
  BUCKETS.map((bucket) => [bucket, byKey((key) => `${JSON.stringify(`${bucket}.${key}`)}:`)]),
) as Record<Bucket, (key: string) => string>;

/** A quotation mark, a backslash, a control character, half of a surrogate pair. */
const NEEDS_ESCAPE = /[^ !#-[\]-\ud7ff\ue000-\uffff]/;

/** As `JSON.stringify` does it, which takes longer than a look. */
function quoted(text: string): string {
  return NEEDS_ESCAPE.test(text) ? JSON.stringify(text) : `"${text}"`;
}

/** Most buckets hold nothing but scalars, and then no object is needed to write them down. */
function flatText(buckets: Buckets): string | undefined {
  let text = '';
  let room = MOST;
  for (const bucket of BUCKETS) {
    const map = buckets[bucket];
    if (!map) continue;
    for (const key of Object.keys(map)) {
      const value = map[key] as Json;
      if (typeof value === 'object' && value !== null) return undefined;
      if (!isFacet(value)) continue;
      if (--room < 0) return undefined;
      text += `${text === '' ? '{' : ','}${quotedIn[bucket](key)}${typeof value === 'string' ? quoted(value) : value}`;
    }
  }
  return text === '' ? undefined : `${text}}`;
}
