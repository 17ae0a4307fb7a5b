import { byKey } from './by-key.js';
import { BUCKETS, type Bucket, type Buckets } from './span-record.js';
import { emptyObject, type Json, type JsonObject } from './value.js';

const METADATA = 'metadata.'.length;
const LONGEST = 256;
const MOST = 200;
const MAX_DEPTH = 8;
const MAX_INDEX = 16;

/**
 * Scalars of the buckets by path, what filters look at, and of the metadata that no bucket takes. Null stands for what is
 * there and too long or too deep to be looked at.
 */
export function facetsOf(buckets: Buckets, loose?: JsonObject): JsonObject {
  const facets = emptyObject();
  let room = MOST;
  const walk = (path: string, value: Json, depth: number): void => {
    if (room <= 0) return;
    if (typeof value !== 'object') put(path, isFacet(value) ? value : null);
    else if (value === null) return;
    else if (depth >= MAX_DEPTH) put(path, null);
    else if (Array.isArray(value)) {
      for (let index = 0; index < Math.min(value.length, MAX_INDEX); index++)
        walk(`${path}.${index}`, value[index] as Json, depth + 1);
    } else for (const key of Object.keys(value)) walk(`${path}.${key}`, value[key] as Json, depth + 1);
  };
  const put = (path: string, value: Json): void => {
    if (path in facets) return;
    facets[path] = value;
    room--;
  };
  for (const bucket of BUCKETS) {
    const map = buckets[bucket];
    if (map) for (const key of Object.keys(map)) walk(`${bucket}.${key}`, map[key] as Json, 0);
  }
  for (const path of shownOf(loose, buckets)) walk(path, loose?.[path] as Json, 0);
  return facets;
}

/** The paths under whose keys the bucket itself has nothing. */
function shownOf(loose: JsonObject | undefined, { metadata }: Buckets): string[] {
  if (loose === undefined) return [];
  const paths = Object.keys(loose);
  return metadata === undefined ? paths : paths.filter((path) => !Object.hasOwn(metadata, path.slice(METADATA)));
}

/** The same as JSON, null where there are none. */
export function facetsText(buckets: Buckets, loose?: JsonObject): string | null {
  return flatText(buckets, loose) ?? textOf(facetsOf(buckets, loose));
}

function textOf(facets: JsonObject): string | null {
  const text = JSON.stringify(facets);
  return text === '{}' ? null : text;
}

function isFacet(value: Json): value is string | number | boolean {
  return typeof value === 'string' ? value.length <= LONGEST : typeof value !== 'object';
}

const quotedIn = Object.fromEntries(
  BUCKETS.map((bucket) => [bucket, byKey((key) => named(`${bucket}.${key}`))]),
) as Record<Bucket, (key: string) => string>;
const quotedPath = byKey(named);

function named(path: string): string {
  return `${JSON.stringify(path)}:`;
}

/** A quotation mark, a backslash, a control character, half of a surrogate pair. */
const NEEDS_ESCAPE = /[^ !#-[\]-\ud7ff\ue000-\uffff]/;

/** As `JSON.stringify` does it, which takes longer than a look. */
function quoted(text: string): string {
  return NEEDS_ESCAPE.test(text) ? JSON.stringify(text) : `"${text}"`;
}

/** Most buckets hold nothing but scalars, and then no object is needed to write them down. */
function flatText(buckets: Buckets, loose: JsonObject | undefined): string | undefined {
  let text = '';
  let room = MOST;
  /** False for what cannot be written down here. */
  const write = (name: string, value: Json): boolean => {
    if (value === null) return true;
    if (typeof value === 'object' || --room < 0) return false;
    const shown = typeof value !== 'string' ? value : value.length <= LONGEST ? quoted(value) : null;
    text += `${text === '' ? '{' : ','}${name}${shown}`;
    return true;
  };
  for (const bucket of BUCKETS) {
    const map = buckets[bucket];
    if (!map) continue;
    for (const key of Object.keys(map)) if (!write(quotedIn[bucket](key), map[key] as Json)) return undefined;
  }
  for (const path of shownOf(loose, buckets)) if (!write(quotedPath(path), loose?.[path] as Json)) return undefined;
  return text === '' ? undefined : `${text}}`;
}
