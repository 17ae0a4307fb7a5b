import type { OnError, OnValue } from './outcome.js';

const nativeThen = Promise.prototype.then;
const nativeReject = Promise.reject.bind(Promise) as (thrown: unknown) => Promise<never>;

/** What is remembered of the few promises that are not like the rest. */
interface Peculiar {
  /** Raised for a rejection that nobody handled. */
  mirror?: Promise<never> | undefined;
  /** The program's own `constructor` property. */
  own?: PropertyDescriptor | undefined;
  /** The program reacts, but the tripwire could not be removed. */
  tripped?: boolean;
}

const peculiar = new WeakMap<object, Peculiar>();
/** Spares all others the look-up. */
let anyPeculiar = false;

/**
 * A reaction of ours would make the engine believe that rejections are handled. So a tripwire shows whether the program
 * reacts too: `then`, `catch`, `await` and `Promise.all` all read `constructor` first (ECMA-262, PromiseResolve and
 * SpeciesConstructor). The first read removes the tripwire, and the promise is as it was.
 */
const TRIPWIRE: PropertyDescriptor & ThisType<object> = {
  configurable: true,
  enumerable: false,
  get() {
    const owner = ownerOf(this);
    trip(owner);
    // Not `this.constructor`: where the tripwire could not be removed that would ask it again.
    const own = Object.getOwnPropertyDescriptor(owner, 'constructor');
    const holder = own === undefined || own.get === TRIPWIRE.get ? (Object.getPrototypeOf(owner) as object) : owner;
    return Reflect.get(holder, 'constructor', this) as unknown;
  },
  set(value: unknown) {
    trip(ownerOf(this));
    Object.defineProperty(this, 'constructor', { value, writable: true, enumerable: true, configurable: true });
  },
};

/** While our own reaction is added, a subclass must not be asked to make the derived promise. */
const PLAIN: PropertyDescriptor = { configurable: true, enumerable: false, value: Promise };

/** False where the promise cannot be watched without making its rejection a handled one. */
export function watchNative(promise: Promise<unknown>, onValue: OnValue, onError: OnError): boolean {
  const own = Object.hasOwn(promise, 'constructor')
    ? Object.getOwnPropertyDescriptor(promise, 'constructor')
    : undefined;
  if (own === undefined ? !Object.isExtensible(promise) : own.configurable !== true) return false;
  if (own !== undefined && own.get !== TRIPWIRE.get) remember(promise, { own });
  if (own !== undefined || promise.constructor !== Promise) Object.defineProperty(promise, 'constructor', PLAIN);
  nativeThen.call(
    promise,
    (value: unknown) => {
      if (Object.hasOwn(promise, 'constructor')) removeTripwire(promise);
      quietly(() => onValue(value));
    },
    (thrown: unknown) => {
      if (Object.hasOwn(promise, 'constructor')) passOnUnhandled(promise, thrown);
      quietly(() => onError(thrown));
    },
  );
  Object.defineProperty(promise, 'constructor', TRIPWIRE);
  return true;
}

/** The program reacts to the promise. */
function trip(promise: object): void {
  const facts = anyPeculiar ? peculiar.get(promise) : undefined;
  if (facts?.mirror !== undefined) {
    nativeThen.call(facts.mirror, undefined, () => undefined);
    facts.mirror = undefined;
  }
  if (!removeTripwire(promise)) remember(promise, { tripped: true });
}

function removeTripwire(promise: object): boolean {
  if (Object.getOwnPropertyDescriptor(promise, 'constructor')?.get !== TRIPWIRE.get) return true;
  const own = anyPeculiar ? peculiar.get(promise)?.own : undefined;
  return own === undefined
    ? Reflect.deleteProperty(promise, 'constructor')
    : Reflect.defineProperty(promise, 'constructor', own);
}

/** If nobody but us reacts to the rejection, it is raised again for the process to report. */
function passOnUnhandled(promise: Promise<unknown>, thrown: unknown): void {
  if (Object.getOwnPropertyDescriptor(promise, 'constructor')?.get !== TRIPWIRE.get) return;
  const facts = anyPeculiar ? peculiar.get(promise) : undefined;
  if (facts?.tripped === true || facts?.mirror !== undefined) return;
  remember(promise, { mirror: nativeReject(thrown) });
}

function remember(promise: object, facts: Peculiar): void {
  anyPeculiar = true;
  peculiar.set(promise, { ...peculiar.get(promise), ...facts });
}

/** The promise itself, where the tripwire was reached through an object that inherits from it. */
function ownerOf(receiver: object): object {
  let owner = receiver;
  while (!Object.hasOwn(owner, 'constructor')) owner = Object.getPrototypeOf(owner) as object;
  return owner;
}

/** What our own reaction throws would be a rejection of its own. */
function quietly(action: () => void): void {
  try {
    action();
  } catch {
    // Describing a result must not cost the process.
  }
}
