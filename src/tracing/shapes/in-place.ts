import { isProxy } from 'node:util/types';

export type Method = (this: unknown, ...args: unknown[]) => unknown;

/** An object that may be looked at: asking a proxy anything runs code of the program. */
export function isPlainlyReadable(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !isProxy(value);
}

/** The method of that name, found without running a getter of the program. */
export function methodOf(value: object, key: PropertyKey): Method | undefined {
  if (!(key in value)) return undefined;
  for (let owner: object | null = value; owner !== null; owner = Object.getPrototypeOf(owner) as object | null) {
    const descriptor = Object.getOwnPropertyDescriptor(owner, key);
    if (descriptor !== undefined) return typeof descriptor.value === 'function' ? descriptor.value : undefined;
  }
  return undefined;
}

/**
 * Puts a property on an object that does not show in loops, `Object.keys` or JSON, unless what it replaces did. Gives
 * the way back, or undefined where the object allows no change (frozen, sealed).
 */
export function replace(target: object, key: PropertyKey, original: Method, patch: Method): (() => void) | undefined {
  const own = Object.getOwnPropertyDescriptor(target, key);
  if (own === undefined && !Object.isExtensible(target)) return undefined;
  Object.defineProperty(patch, 'name', { value: original.name, configurable: true });
  Object.defineProperty(patch, 'length', { value: original.length, configurable: true });
  const enumerable = own?.enumerable ?? false;
  if (!Reflect.defineProperty(target, key, { value: patch, enumerable, configurable: true, writable: true }))
    return undefined;
  return () => {
    if (Object.getOwnPropertyDescriptor(target, key)?.value !== patch) return;
    if (own === undefined) Reflect.deleteProperty(target, key);
    else Reflect.defineProperty(target, key, own);
  };
}
