/**
 * Gives an object a property of its own that does not show in loops, `Object.keys` or JSON. False where the object
 * allows none (frozen, sealed, an exotic proxy).
 */
export function hide(target: object, key: PropertyKey, value: unknown): boolean {
  if (!Object.isExtensible(target)) return false;
  return Reflect.defineProperty(target, key, { value, enumerable: false, configurable: true, writable: true });
}

/** Takes a hidden property away again; the object is as it was. */
export function unhide(target: object, key: PropertyKey, value: unknown): void {
  if (Object.getOwnPropertyDescriptor(target, key)?.value === value) Reflect.deleteProperty(target, key);
}
