import { classNameOf } from '../src/attributes/safe-read.js';
import { isPlain, kindOf } from './kind-of.js';

/**
 * `value` with lists, plain objects, Maps and Sets of its own, on every level, so that an evaluator that sorts or
 * changes them changes nothing for others. Instances of classes, Dates and the like stay the same ones: a copy
 * would not be one of their class. What cannot be read, or is too deep, stays as it is.
 */
export function apart<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  try {
    return copied(value, new Map()) as T;
  } catch {
    return value;
  }
}

/** `made` keeps circles, and what is met twice, as they are. */
function copied(value: unknown, made: Map<object, object>): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const before = made.get(value);
  if (before !== undefined) return before;
  const inner = (part: unknown): unknown => copied(part, made);
  const keep = <T extends object>(copy: T): T => {
    made.set(value, copy);
    return copy;
  };
  if (isPlain(value)) {
    const bare = Object.getPrototypeOf(value) === null;
    return withOwnParts(keep(bare ? Object.assign(Object.create(null) as object, value) : { ...value }), inner);
  }
  // A class that extends one of these is a class. The prototype of all lists is a list itself, in every realm.
  if (Array.isArray(value)) {
    if (!Array.isArray(Object.getPrototypeOf(value))) return value;
    return withOwnParts(keep(Object.assign(value.slice() as unknown[], value)), inner);
  }
  const kind = kindOf(value);
  if (kind === 'map' && classNameOf(value) === 'Map') {
    const copy = keep(new Map<unknown, unknown>());
    for (const [key, item] of value as Map<unknown, unknown>) copy.set(inner(key), inner(item));
    return copy;
  }
  if (kind === 'set' && classNameOf(value) === 'Set') {
    const copy = keep(new Set<unknown>());
    for (const item of value as Set<unknown>) copy.add(inner(item));
    return copy;
  }
  return value;
}

function withOwnParts(copy: object, inner: (part: unknown) => unknown): object {
  const fields = copy as Record<string, unknown>;
  for (const key of Object.keys(fields)) {
    const part = fields[key];
    if (typeof part !== 'object' || part === null) continue;
    const value = inner(part);
    // Assigned to, this one would be no field.
    if (key === '__proto__') Object.defineProperty(fields, key, { value });
    else fields[key] = value;
  }
  return copy;
}
