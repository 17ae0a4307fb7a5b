/**
 * Process-wide state. It hangs on a versioned `Symbol.for` key of `globalThis`, so that two copies
 * of this package (another version, one in a bundle, one loaded again by a test runner) share it. Bump the version
 * only when the shape of a shared value changes incompatibly.
 */
const KEY = Symbol.for('honeyhive-decorators.v1');

type Slots = Record<string, unknown>;

/** The one value of that name in this process, made by the first who asks. */
export function shared<T>(name: string, make: () => T): T {
  const holder = globalThis as unknown as Record<symbol, Slots | undefined>;
  let slots = holder[KEY];
  if (slots === undefined) {
    slots = Object.create(null) as Slots;
    Object.defineProperty(globalThis, KEY, { value: slots, enumerable: false, configurable: true });
  }
  if (!(name in slots)) slots[name] = make();
  return slots[name] as T;
}
