import { classNameOf } from '../src/attributes/safe-read.js';
import { isPlain, kindOf } from './kind-of.js';

/** The largest value that is copied, in bytes, about: that takes some ms. */
const MAX_BYTES = 1024 * 1024;
/** What an object takes, and each of its fields, about. */
const OBJECT = 32;
const FIELD = 16;

/** A value of one's own, and what it takes in memory, about; of one that is too large to copy, what was seen of it. */
export interface Apart<T> {
  readonly value: T;
  readonly bytes: number;
}

/**
 * `value` with lists, plain objects, Maps and Sets of its own, on every level, so that who sorts or changes them changes
 * nothing for others. Instances of classes, Dates and the like stay the same ones: a copy would not be one of their
 * class. Getters stay getters and are not run. What cannot be read, is too deep, or larger than 1 MiB stays as it is:
 * half of it would be scored wrongly.
 */
export function takeApart<T>(value: T): Apart<T> {
  const copying = new Copying();
  try {
    return { value: copying.of(value) as T, bytes: copying.bytes };
  } catch {
    return { value, bytes: copying.bytes };
  }
}

export function apart<T>(value: T): T {
  return takeApart(value).value;
}

class Copying {
  bytes = 0;
  /** Keeps circles, and what is met twice, as they are. */
  readonly #made = new Map<object, object>();

  of(value: unknown): unknown {
    if (typeof value === 'string') this.#count(value.length);
    if (typeof value !== 'object' || value === null) return value;
    const before = this.#made.get(value);
    if (before !== undefined) return before;
    this.#count(ArrayBuffer.isView(value) ? value.byteLength : OBJECT);
    if (isPlain(value)) return this.#fields(value, Object.create(Object.getPrototypeOf(value)) as object);
    // A class that extends one of these is a class. The prototype of all lists is a list itself, in every realm.
    if (Array.isArray(value)) {
      const copy = new Array<unknown>(value.length);
      return Array.isArray(Object.getPrototypeOf(value)) ? this.#fields(value, copy) : value;
    }
    const kind = kindOf(value);
    if (kind === 'map' && classNameOf(value) === 'Map') return this.#map(value as Map<unknown, unknown>);
    if (kind === 'set' && classNameOf(value) === 'Set') return this.#set(value as Set<unknown>);
    return value;
  }

  #count(bytes: number): void {
    this.bytes += bytes;
    if (this.bytes > MAX_BYTES) throw new RangeError('larger than what is copied');
  }

  #fields(from: object, copy: object): object {
    this.#made.set(from, copy);
    for (const key of Reflect.ownKeys(from)) {
      const field = Object.getOwnPropertyDescriptor(from, key);
      if (field?.enumerable !== true) continue;
      this.#count(FIELD);
      if (field.get === undefined && field.set === undefined && key !== '__proto__') {
        (copy as Record<PropertyKey, unknown>)[key] = this.of(field.value);
      } else {
        // Assigned to, these would run, or be no field.
        if ('value' in field) field.value = this.of(field.value);
        Object.defineProperty(copy, key, field);
      }
    }
    return copy;
  }

  #map(from: Map<unknown, unknown>): Map<unknown, unknown> {
    const copy = new Map<unknown, unknown>();
    this.#made.set(from, copy);
    for (const [key, item] of from) {
      this.#count(2 * FIELD);
      copy.set(this.of(key), this.of(item));
    }
    return copy;
  }

  #set(from: Set<unknown>): Set<unknown> {
    const copy = new Set<unknown>();
    this.#made.set(from, copy);
    for (const item of from) {
      this.#count(FIELD);
      copy.add(this.of(item));
    }
    return copy;
  }
}
