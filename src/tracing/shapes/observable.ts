import { context } from '@opentelemetry/api';
import type { SpanCall } from '../span-call.js';
import { replace } from './in-place.js';
import { LazyEnd } from './lazy-end.js';

type Notify = (value?: unknown) => void;
type Observer = { next?: Notify; error?: Notify; complete?: Notify };
type Subscription = { add?: (teardown: () => void) => void; unsubscribe?: () => void };
type ObservableLike = { subscribe: (...args: unknown[]) => Subscription };

/** A cold observable as RxJS makes them. A subject is a value that lives on, not the work of a call. */
export function isObservable(value: object): value is ObservableLike {
  const candidate = value as Record<string, unknown>;
  return (
    typeof candidate.subscribe === 'function' &&
    typeof candidate.pipe === 'function' &&
    typeof candidate.lift === 'function' &&
    typeof candidate.next !== 'function'
  );
}

/** The first subscription carries the span; it ends with it. */
export function watchObservable(call: SpanCall, observable: ObservableLike, args: readonly unknown[]): boolean {
  if (!Object.isExtensible(observable)) return false;
  const end = new LazyEnd(call, observable, args);
  const original = observable.subscribe;
  const subscribe = function (this: unknown, ...given: unknown[]): Subscription {
    restore?.();
    const subscription = context.with(call.context, () =>
      Reflect.apply(original, this, watched(given, end)),
    ) as Subscription;
    // Runs at completion, at an error and when the consumer unsubscribes; the first end counts.
    subscription?.add?.(() => end.done());
    return subscription;
  };
  const restore = replace(observable, 'subscribe', subscribe);
  return restore !== undefined;
}

/** The observer as it was given, with us listening to what it is told. */
function watched(given: readonly unknown[], end: LazyEnd): unknown[] {
  const [first, error, complete] = given;
  if (typeof first === 'object' && first !== null) {
    if (isSubscriber(first)) {
      // An operator's own subscriber: others hold on to this very object.
      listenIn(first, 'next', (value) => end.chunks.add(value));
      listenIn(first, 'error', (thrown) => end.failed(thrown));
      return [...given];
    }
    return [observer(first as Observer, end)];
  }
  return [observer({ next: first, error, complete } as Observer, end)];
}

function isSubscriber(value: object): value is Required<Observer> {
  const candidate = value as Record<string, unknown>;
  return (
    typeof candidate.next === 'function' &&
    typeof candidate.add === 'function' &&
    typeof candidate.unsubscribe === 'function'
  );
}

function listenIn(subscriber: Required<Observer>, name: 'next' | 'error', tell: Notify): void {
  const original = subscriber[name];
  replace(subscriber, name, function (this: unknown, value: unknown) {
    tell(value);
    return Reflect.apply(original, this, [value]);
  });
}

function observer(user: Observer, end: LazyEnd): Required<Observer> {
  return {
    next: (value) => {
      end.chunks.add(value);
      user.next?.(value);
    },
    error: (thrown) => {
      end.failed(thrown);
      // RxJS reports an error nobody handles; thrown from here it takes the same way.
      if (user.error === undefined || user.error === null) throw thrown;
      user.error(thrown);
    },
    complete: () => user.complete?.(),
  };
}
