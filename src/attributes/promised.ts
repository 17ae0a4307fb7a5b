const nativeThen = Promise.prototype.then;

/**
 * Whether a promise found as `holder[key]` was made by a getter that we ran: what it rejects with is nobody's but ours
 * then. One that stands there as data is the program's, and so is its rejection.
 */
export function isComputed(holder: object, key: PropertyKey): boolean {
  return Object.getOwnPropertyDescriptor(holder, key)?.get !== undefined;
}

/** Lets nobody be told of a rejection. A `then` that starts something is not called, a subclass makes no promise. */
export function disregard(promise: object): void {
  try {
    const isPlain = Object.getPrototypeOf(promise) === Promise.prototype || Object.hasOwn(promise, 'constructor');
    const shadows = !isPlain && Object.isExtensible(promise);
    if (shadows) Object.defineProperty(promise, 'constructor', { value: Promise, configurable: true });
    nativeThen.call(promise, undefined, () => undefined);
    if (shadows) Reflect.deleteProperty(promise, 'constructor');
  } catch {
    // A species that fails: it stays as it is.
  }
}
