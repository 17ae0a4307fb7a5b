import { isPromise } from 'node:util/types';
import type { SpanCall } from '../span-call.js';
import { abandonment } from './abandonment.js';
import { replace } from './in-place.js';

const nativeThen = Promise.prototype.then;
const nativeCatch = Promise.prototype.catch;
const nativeFinally = Promise.prototype.finally;

type OnValue = (value: unknown) => void;
type OnError = (thrown: unknown) => void;

/**
 * Learns how a promise ends without taking part: the object stays the same, a lazy one is not started, and a rejection
 * that the program does not handle stays unhandled. False where the object cannot be watched.
 */
export function watchPromise(
  promise: PromiseLike<unknown>,
  onValue: OnValue,
  onError: OnError,
  call?: SpanCall,
): boolean {
  if (isPromise(promise) && promise.then === nativeThen) {
    watchNative(promise, onValue, onError);
    return true;
  }
  return watchThenable(promise, onValue, onError, call);
}

/**
 * A reaction of ours would make the engine believe that rejections are handled. So a tripwire shows whether the program
 * reacts too: `then`, `catch`, `await` and `Promise.all` all read `constructor` first (ECMA-262, PromiseResolve and
 * SpeciesConstructor). The first read removes the tripwire, and the promise is as it was.
 */
const TRIPWIRE: PropertyDescriptor & ThisType<Promise<unknown>> = {
  configurable: true,
  enumerable: false,
  get() {
    Reflect.deleteProperty(this, 'constructor');
    return this.constructor;
  },
};

/** While our own reaction is added, a subclass must not be asked to make the derived promise. */
const PLAIN: PropertyDescriptor = { configurable: true, enumerable: false, value: Promise };

function watchNative(promise: Promise<unknown>, onValue: OnValue, onError: OnError): void {
  const own = Object.hasOwn(promise, 'constructor');
  const guarded =
    Object.isExtensible(promise) &&
    (!own || Object.getOwnPropertyDescriptor(promise, 'constructor')?.get === TRIPWIRE.get);
  if (guarded && (own || promise.constructor !== Promise)) Object.defineProperty(promise, 'constructor', PLAIN);
  nativeThen.call(promise, onValue, (thrown: unknown) => {
    if (guarded) passOnUnhandled(promise, thrown);
    onError(thrown);
  });
  if (guarded) Object.defineProperty(promise, 'constructor', TRIPWIRE);
}

/** If nobody but us reacts to the rejection, it is raised again for the process to report. */
function passOnUnhandled(promise: Promise<unknown>, thrown: unknown): void {
  if (Object.getOwnPropertyDescriptor(promise, 'constructor')?.get !== TRIPWIRE.get) return;
  const mirror = Promise.reject(thrown);
  Object.defineProperty(promise, 'constructor', {
    configurable: true,
    enumerable: false,
    get() {
      Reflect.deleteProperty(promise, 'constructor');
      nativeCatch.call(mirror, () => undefined);
      return promise.constructor;
    },
  });
}

/** A thenable may start its work in `then` (an ORM's query, an API client's promise): ours is only called when the user's is. */
function watchThenable(
  thenable: PromiseLike<unknown>,
  onValue: OnValue,
  onError: OnError,
  call: SpanCall | undefined,
): boolean {
  const original = thenable.then;
  const target = thenable as PromiseLike<unknown> & Record<string, unknown>;
  let settled = false;
  const once = (tell: () => void): void => {
    if (settled) return;
    settled = true;
    tell();
  };
  function then(this: unknown, onFulfilled?: unknown, onRejected?: unknown): unknown {
    return Reflect.apply(original, this, [
      (value: unknown) => {
        once(() => onValue(value));
        return typeof onFulfilled === 'function' ? onFulfilled(value) : value;
      },
      (thrown: unknown) => {
        once(() => onError(thrown));
        if (typeof onRejected === 'function') return onRejected(thrown);
        throw thrown;
      },
    ]);
  }
  if (replace(target, 'then', then) === undefined) return false;
  // A class that overrides these does not go through its own `then`.
  if (typeof target.catch === 'function' && target.catch !== nativeCatch) {
    replace(target, 'catch', function (this: PromiseLike<unknown>, onRejected: unknown) {
      return then.call(this, undefined, onRejected);
    });
  }
  if (typeof target.finally === 'function' && target.finally !== nativeFinally) {
    replace(target, 'finally', function (this: PromiseLike<unknown>, onFinally: unknown) {
      const run = async (): Promise<void> => void (typeof onFinally === 'function' && (await onFinally()));
      return then.call(
        this,
        (value: unknown) => run().then(() => value),
        (thrown: unknown) =>
          run().then(() => {
            throw thrown;
          }),
      );
    });
  }
  if (call !== undefined) abandonment.watch(thenable, call);
  return true;
}
