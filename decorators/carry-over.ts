import type { AnyMethod } from './types.js';

interface MetadataReflect {
  getOwnMetadataKeys?(target: object): unknown[];
  getOwnMetadata?(key: unknown, target: object): unknown;
  defineMetadata?(key: unknown, value: unknown, target: object): void;
}

const SKIPPED = new Set<PropertyKey>(['length', 'name', 'arguments', 'caller']);

/**
 * Makes a wrapper look like what it wraps: name, length, own properties, source text, kind of function, and whatever
 * frameworks attached with reflect-metadata (route, guard and injection data live there; a guard that loses its
 * metadata lets requests through).
 */
export function carryOver(original: AnyMethod, wrapper: AnyMethod): void {
  const prototype: unknown = Object.getPrototypeOf(original);
  if (prototype !== Function.prototype) Object.setPrototypeOf(wrapper, prototype as object);
  for (const key of Reflect.ownKeys(original)) {
    if (SKIPPED.has(key)) continue;
    const descriptor = Object.getOwnPropertyDescriptor(original, key);
    if (descriptor !== undefined) Object.defineProperty(wrapper, key, descriptor);
  }
  for (const key of ['name', 'length']) {
    const descriptor = Object.getOwnPropertyDescriptor(original, key);
    if (descriptor === undefined) Reflect.deleteProperty(wrapper, key);
    else Object.defineProperty(wrapper, key, descriptor);
  }
  if (original.toString === Function.prototype.toString) {
    Object.defineProperty(wrapper, 'toString', {
      value: () => Function.prototype.toString.call(original),
      configurable: true,
      writable: true,
    });
  }
  const reflect = Reflect as MetadataReflect;
  for (const key of reflect.getOwnMetadataKeys?.(original) ?? []) {
    reflect.defineMetadata?.(key, reflect.getOwnMetadata?.(key, original), wrapper);
  }
  if (Object.isFrozen(original)) Object.freeze(wrapper);
  else if (!Object.isExtensible(original)) Object.preventExtensions(wrapper);
}
