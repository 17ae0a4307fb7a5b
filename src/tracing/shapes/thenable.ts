import { isPromise } from 'node:util/types';
import { context } from '@opentelemetry/api';
import type { SpanCall } from '../span-call.js';
import { abandonment } from './abandonment.js';
import { isPlainlyReadable, type Method, methodOf, replace } from './in-place.js';
import { isInside } from './lazy-end.js';
import { watchNative } from './native-promise.js';
import type { OnError, OnValue } from './outcome.js';

const nativeCatch = Promise.prototype.catch;
const nativeFinally = Promise.prototype.finally;

/** What is waited for, by thenable. */
const waiting = new WeakMap<object, Waiting>();

interface Waiting {
  readonly call: SpanCall | undefined;
  readonly tells: { onValue: OnValue; onError: OnError }[];
}

/**
 * A thenable may start its work in `then` (an ORM's query, an API client's promise): ours is only called when the
 * program calls it, with the program's own callbacks round which we listen; what it starts is inside the call. Its `catch` and `finally` stay its own.
 */
export function watchThenable(
  thenable: object,
  onValue: OnValue,
  onError: OnError,
  call: SpanCall | undefined,
): boolean {
  const before = waiting.get(thenable);
  if (before !== undefined) return join(before, call, { onValue, onError });
  const originalThen = isPlainlyReadable(thenable) ? methodOf(thenable, 'then') : undefined;
  if (originalThen === undefined) return false;

  const state: Waiting = { call, tells: [{ onValue, onError }] };
  const ways: (() => void)[] = [];
  const settle = (how: 'onValue' | 'onError', what: unknown): void => {
    if (!waiting.delete(thenable)) return;
    for (const back of ways) back();
    for (const tell of state.tells) quietly(() => tell[how](what));
  };
  const inside = call?.context;
  /** The work belongs to the call; the program's callbacks do not. */
  const heard = (how: 'onValue' | 'onError', callback: unknown): unknown => {
    if (typeof callback !== 'function') return callback;
    const outside = context.active();
    return function (this: unknown, ...given: unknown[]): unknown {
      settle(how, given[0]);
      if (inside === undefined || context.active() !== inside) return Reflect.apply(callback, this, given);
      return context.with(outside, () => Reflect.apply(callback, this, given));
    };
  };
  /** Where the program gave no callback, what comes of the call tells. */
  const watchOutcome = (outcome: unknown): void => {
    if (waiting.get(thenable) !== state || !isPromise(outcome) || outcome === thenable) return;
    watchNative(
      outcome,
      (value) => settle('onValue', value),
      (thrown) => settle('onError', thrown),
    );
  };
  const patch = (name: string, original: Method, listen: (given: unknown[]) => unknown[]): boolean => {
    const back = replace(thenable, name, original, function (...given) {
      const listening = listen(given).slice(0, given.length);
      const start = (): unknown => Reflect.apply(original, this, listening);
      const outcome = inside === undefined || name === 'finally' ? start() : context.with(inside, start);
      if (name !== 'then' || typeof given[0] !== 'function' || typeof given[1] !== 'function') watchOutcome(outcome);
      return outcome;
    });
    if (back !== undefined) ways.push(back);
    return back !== undefined;
  };

  waiting.set(thenable, state);
  const listens = patch('then', originalThen, ([ok, no, ...more]) => [
    heard('onValue', ok),
    heard('onError', no),
    ...more,
  ]);
  if (!listens) {
    waiting.delete(thenable);
    return false;
  }
  // A class that overrides these may not go through its own `then`.
  const ownCatch = methodOf(thenable, 'catch');
  if (ownCatch !== undefined && ownCatch !== nativeCatch)
    patch('catch', ownCatch, ([no, ...more]) => [heard('onError', no), ...more]);
  const ownFinally = methodOf(thenable, 'finally');
  if (ownFinally !== undefined && ownFinally !== nativeFinally) patch('finally', ownFinally, (given) => given);
  if (call !== undefined) abandonment.watch(thenable, call);
  return true;
}

/** A call that passes on what a call inside it returned waits with it; for any other the thenable was there before. */
function join(before: Waiting, call: SpanCall | undefined, tell: Waiting['tells'][number]): boolean {
  if (call === undefined || before.call === undefined || !isInside(before.call, call)) return false;
  before.tells.push(tell);
  return true;
}

function quietly(action: () => void): void {
  try {
    action();
  } catch {
    // Describing a result must not cost the program its callback.
  }
}
