/**
 * Puts a property on an object that does not show in loops, `Object.keys` or JSON, unless what it replaces did. Gives
 * the way back, or undefined where the object allows no change (frozen, sealed, an exotic proxy).
 */
export function replace(target: object, key: PropertyKey, value: unknown): (() => void) | undefined {
  const own = Object.getOwnPropertyDescriptor(target, key);
  if (own === undefined && !Object.isExtensible(target)) return undefined;
  const enumerable = own?.enumerable ?? false;
  if (!Reflect.defineProperty(target, key, { value, enumerable, configurable: true, writable: true })) return undefined;
  return () => {
    if (Object.getOwnPropertyDescriptor(target, key)?.value !== value) return;
    if (own === undefined) Reflect.deleteProperty(target, key);
    else Reflect.defineProperty(target, key, own);
  };
}
