import { isPromise } from 'node:util/types';
import type { SpanCall } from '../span-call.js';
import { watchNative } from './native-promise.js';
import type { OnError, OnValue } from './outcome.js';
import { watchThenable } from './thenable.js';

const nativeThen = Promise.prototype.then;

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
  return isPromise(promise) && settlesByItself(promise)
    ? watchNative(promise, onValue, onError)
    : watchThenable(promise, onValue, onError, call);
}

/**
 * Whether the engine's own state says how it ends. It does not where a subclass starts its work in `then`. One whose
 * constructor is `Promise` is awaited without its `then` (ECMA-262, PromiseResolve), whatever that is.
 */
function settlesByItself(promise: Promise<unknown>): boolean {
  const { then } = promise;
  return then === nativeThen || isNativeThen(then) || promise.constructor === Promise;
}

/** Another realm has a `then` of its own. */
function isNativeThen(then: unknown): boolean {
  return typeof then === 'function' && Function.prototype.toString.call(then) === 'function then() { [native code] }';
}
