import { bestPairing } from './assignment.js';
import { deepEqual } from './deep-equal.js';
import { editDistance } from './edit-distance.js';
import { similarity } from './levenshtein.js';
import { mean } from './mean.js';
import { relativeSimilarity } from './relative-similarity.js';

export interface JsonComparison {
  /** `any`: elements may stand in another order. */
  listOrder: 'ordered' | 'any';
  /** `exact`: a leaf is equal or not; `similar`: texts by edit distance, numbers by their relative difference. */
  leaves: 'exact' | 'similar';
}

type Fields = Record<string, unknown>;

/** How alike two JSON values are, 0 to 1: the mean over the union of keys, or over the longer list, on every level. */
export function jsonSimilarity(a: unknown, b: unknown, how: JsonComparison): number {
  if (Array.isArray(a) && Array.isArray(b)) return ofLists(a, b, how);
  if (isFields(a) && isFields(b)) return ofFields(a, b, how);
  return ofLeaves(a, b, how);
}

/** Whether two JSON values are equal, lists in any order where `listOrder` says so. */
export function jsonEqual(a: unknown, b: unknown, listOrder: JsonComparison['listOrder']): boolean {
  if (listOrder === 'ordered') return deepEqual(a, b, (x, y) => x.normalize('NFC') === y.normalize('NFC'));
  return jsonSimilarity(a, b, { listOrder, leaves: 'exact' }) === 1;
}

function ofFields(a: Fields, b: Fields, how: JsonComparison): number {
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
  // Dates and other objects without fields of their own are not all the same.
  if (keys.size === 0) return deepEqual(a, b) ? 1 : 0;
  return mean(
    Array.from(keys, (key) =>
      Object.hasOwn(a, key) && Object.hasOwn(b, key) ? jsonSimilarity(a[key], b[key], how) : 0,
    ),
  );
}

function ofLists(a: readonly unknown[], b: readonly unknown[], how: JsonComparison): number {
  const longer = Math.max(a.length, b.length);
  if (longer === 0) return 1;
  if (how.listOrder === 'any') return mean(bestPairing(a.length, b.length, (i, j) => jsonSimilarity(a[i], b[j], how)));
  const both = Math.min(a.length, b.length);
  return mean(Array.from({ length: longer }, (_, i) => (i < both ? jsonSimilarity(a[i], b[i], how) : 0)));
}

/** Null is like nothing but null, and true is not a bit like false. */
function ofLeaves(a: unknown, b: unknown, how: JsonComparison): number {
  if (jsonEqual(a, b, 'ordered')) return 1;
  if (how.leaves === 'exact' || a === null || b === null) return 0;
  if (typeof a === 'boolean' || typeof b === 'boolean') return 0;
  if (typeof a === 'number' && typeof b === 'number') return relativeSimilarity(a, b);
  const left = symbols(a);
  const right = symbols(b);
  return similarity(editDistance(left, right), left.length, right.length);
}

function symbols(value: unknown): string[] {
  return [...(typeof value === 'string' ? value : JSON.stringify(value)).normalize('NFC')];
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
