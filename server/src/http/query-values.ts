import type { Filter } from '../query/ast.js';
import type { Scope } from '../store/trace-store.js';
import { eventFilter } from '../wire/event-filters.js';
import { parseJson } from '../wire/json-text.js';
import { InvalidBody, objectBody, timeIn } from '../wire/rest-bodies.js';
import { emptyObject, isObject, type Json, type JsonObject } from '../wire/value.js';
import { numberOf } from './number-of.js';

export type Query = Record<string, string | string[] | undefined>;

/** Far more names in brackets than any client nests. */
const DEEPEST = 5;

/** One text of a query string; of several the last holds, as with forms. */
export function textOf(query: Query, name: string): string | undefined {
  const value = query[name];
  const text = Array.isArray(value) ? value.at(-1) : value;
  return text === '' ? undefined : text;
}

/** A page of a list, in the words of HoneyHive's API. */
export function pageOf(query: Query, most: number, usual: number): { limit: number; page: number } {
  return {
    limit: Math.min(most, numberOf(textOf(query, 'limit'), 'limit', 1, Number.MAX_SAFE_INTEGER) ?? usual),
    page: numberOf(textOf(query, 'page'), 'page', 1, 1_000_000_000) ?? 1,
  };
}

/** Texts of a list: `ids[]=a&ids[]=b` as HoneyHive's clients write it, or `ids=a&ids=b`. */
export function textsOf(query: Query, name: string): string[] | undefined {
  const value = jsonOf(query, name);
  if (value === undefined) return undefined;
  return (Array.isArray(value) ? value : isObject(value) ? Object.values(value) : [value]).map(String);
}

/** A value of any kind: JSON in one text, or taken apart into names in brackets (`filters[0][field]=name`). */
export function jsonOf(query: Query, name: string): Json | undefined {
  const whole = query[name];
  if (whole !== undefined) return Array.isArray(whole) ? whole.map((text) => parsed(text, name)) : parsed(whole, name);
  const root = emptyObject();
  let found = false;
  for (const [key, value] of Object.entries(query)) {
    if (value === undefined || !key.startsWith(`${name}[`) || !key.endsWith(']')) continue;
    const path = key.slice(name.length + 1, -1).split('][');
    if (path.length > DEEPEST) continue;
    found = true;
    for (const text of [value].flat()) put(root, path, parsed(text, name));
  }
  return found ? tidy(root) : undefined;
}

function put(root: JsonObject, path: string[], value: Json): void {
  let at = root;
  for (const [depth, step] of path.entries()) {
    const key = step === '' ? String(Object.keys(at).length) : step;
    if (depth === path.length - 1) at[key] = value;
    else {
      const next = isObject(at[key]) ? (at[key] as JsonObject) : emptyObject();
      at[key] = next;
      at = next;
    }
  }
}

/** What has only numbers for names is a list. */
function tidy(value: Json): Json {
  if (!isObject(value)) return value;
  const entries = Object.entries(value as JsonObject);
  if (entries.length > 0 && entries.every(([key]) => /^\d{1,6}$/.test(key))) return entries.map(([, one]) => tidy(one));
  return Object.assign(emptyObject(), Object.fromEntries(entries.map(([key, one]) => [key, tidy(one)])));
}

function parsed(text: string, name: string): Json {
  if (!/^\s*[[{]/.test(text)) return text;
  // The Python client writes an object of a query as Python does: {'$gte': 1}.
  const quoted = text.includes('"') ? text : text.replaceAll("'", '"');
  try {
    return parseJson(Buffer.from(quoted)) as Json;
  } catch {
    throw new InvalidBody(name, `${name} is no JSON`, 'JSON');
  }
}

export interface TimeRange {
  /** Unix milliseconds; without an end they are infinite. */
  from: number;
  to: number;
}

/** `dateRange={"$gte":..,"$lte":..}`, with times as ISO 8601 or milliseconds. */
export function rangeOf(query: Query): TimeRange {
  const value = jsonOf(query, 'dateRange');
  const range = value === undefined || value === '' ? {} : objectBody(value, 'dateRange');
  return { from: timeIn(range, '$gte') ?? -Infinity, to: timeIn(range, '$lte') ?? Infinity };
}

/** HoneyHive's filters, as a list or a single one; undefined where none is given. */
export function filterOf(query: Query, name: string): Filter | undefined {
  const value = jsonOf(query, name);
  if (value === undefined || value === '') return undefined;
  return eventFilter(isObject(value) ? [value] : value);
}

/** Without keys a client says in its query which project it means. */
export function scopeIn(query: Query, scope: Scope): Scope {
  const project = textOf(query, 'project') ?? textOf(query, 'project_name');
  return scope.project === undefined && project !== undefined ? { project } : scope;
}
