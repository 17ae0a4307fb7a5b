import { context } from '@opentelemetry/api';
import type { SpanCall } from '../span-call.js';
import { isPlainlyReadable, type Method, methodOf, replace } from './in-place.js';
import { type LazyEnd, watchLazily } from './lazy-end.js';

type Notify = (value?: unknown) => void;
type Observer = { next?: Notify | null; error?: Notify | null; complete?: Notify | null };
type Subscription = { add?: (teardown: () => void) => void; unsubscribe?: () => void };

/** A cold observable as RxJS makes them. A subject is a value that lives on, not the work of a call. */
export function isObservable(value: object): boolean {
  return (
    methodOf(value, 'subscribe') !== undefined &&
    methodOf(value, 'pipe') !== undefined &&
    methodOf(value, 'lift') !== undefined &&
    methodOf(value, 'next') === undefined
  );
}

/** The first subscription carries the span; it ends with it. */
export function watchObservable(call: SpanCall, observable: object, args: readonly unknown[]): boolean {
  const original = methodOf(observable, 'subscribe') as Method;
  return watchLazily(call, observable, args, (end) => {
    const restore = replace(observable, 'subscribe', original, function (...given) {
      restore?.();
      let subscription: Subscription | undefined;
      try {
        subscription = context.with(end.context, () =>
          Reflect.apply(original, this, watched(given, end)),
        ) as Subscription;
      } catch (thrown) {
        end.failed(thrown);
        throw thrown;
      }
      // Runs at completion, at an error and when the consumer unsubscribes; the first end counts.
      subscription?.add?.(() => end.done());
      if (isPlainlyReadable(subscription)) end.goesOnIn(subscription);
      return subscription;
    });
    return restore !== undefined;
  });
}

/** The observer as it was given, with us listening to what it is told. */
function watched(given: readonly unknown[], end: LazyEnd): unknown[] {
  const [first, error, complete] = given;
  if (typeof first === 'object' && first !== null) {
    if (!isPlainlyReadable(first)) return [...given];
    if (isSubscriber(first)) {
      // An operator's own subscriber: others hold on to this very object.
      listenIn(first, 'next', (value) => end.took(value));
      listenIn(first, 'error', (thrown) => end.failed(thrown));
      return [...given];
    }
    return [observer(first as Observer, end)];
  }
  return [observer({ next: first, error, complete } as Observer, end)];
}

function isSubscriber(value: object): boolean {
  return (
    methodOf(value, 'next') !== undefined &&
    methodOf(value, 'add') !== undefined &&
    methodOf(value, 'unsubscribe') !== undefined
  );
}

function listenIn(subscriber: object, name: 'next' | 'error', tell: Notify): void {
  const original = methodOf(subscriber, name);
  if (original === undefined) return;
  replace(subscriber, name, original, function (...given) {
    tell(given[0]);
    return Reflect.apply(original, this, given);
  });
}

function observer(user: Observer, end: LazyEnd): Required<Observer> {
  return {
    next: (value) => {
      end.took(value);
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
