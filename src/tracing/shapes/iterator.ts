import { context } from '@opentelemetry/api';
import type { SpanCall } from '../span-call.js';
import { replace } from './in-place.js';
import { LazyEnd } from './lazy-end.js';
import { watchPromise } from './promise.js';

type AnyIterator = Iterator<unknown> | AsyncIterator<unknown>;
type Step = (...args: unknown[]) => unknown;

const STEPS = ['next', 'return', 'throw'] as const;

/** A generator is its own iterator: still lazy, every step runs inside the span. */
export function watchGenerator(
  call: SpanCall,
  generator: Generator | AsyncGenerator,
  args: readonly unknown[],
): boolean {
  if (!Object.isExtensible(generator)) return false;
  const isAsync = Symbol.asyncIterator in generator;
  return watchSteps(call, generator as AnyIterator, isAsync, new LazyEnd(call, generator, args));
}

/** Whether a value is there to be iterated asynchronously, once: a stream of an API client, say. */
export function isLazyAsyncIterable(value: object): value is AsyncIterable<unknown> {
  return typeof (value as Partial<AsyncIterable<unknown>>)[Symbol.asyncIterator] === 'function';
}

/** The first iterator taken from it carries the span. */
export function watchAsyncIterable(
  call: SpanCall,
  iterable: AsyncIterable<unknown>,
  args: readonly unknown[],
): boolean {
  const original = iterable[Symbol.asyncIterator] as Step;
  if (!Object.isExtensible(iterable)) return false;
  const end = new LazyEnd(call, iterable, args);
  const patched = function (this: unknown, ...rest: unknown[]): unknown {
    restore?.();
    const iterator = context.with(call.context, () => Reflect.apply(original, this, rest)) as AnyIterator;
    if (typeof iterator === 'object' && iterator !== null) watchSteps(call, iterator, true, end);
    return iterator;
  };
  const restore = replace(iterable, Symbol.asyncIterator, patched);
  return restore !== undefined;
}

/** Watches `next`, `return` and `throw` of an iterator in place. */
export function watchSteps(call: SpanCall, iterator: AnyIterator, isAsync: boolean, end: LazyEnd): boolean {
  const target = iterator as unknown as Record<string, Step | undefined>;
  const ways: (() => void)[] = [];
  const restore = (): void => {
    for (const back of ways) back();
  };
  const took = (result: unknown): void => {
    const { done, value } = result as IteratorResult<unknown>;
    if (done !== true) {
      end.chunks.add(value);
      return;
    }
    restore();
    end.done(value);
  };
  const failed = (thrown: unknown): void => {
    restore();
    end.failed(thrown);
  };

  for (const name of STEPS) {
    const original = target[name];
    if (typeof original !== 'function') continue;
    const step = function (this: unknown, ...args: unknown[]): unknown {
      let result: unknown;
      try {
        result = context.with(call.context, () => Reflect.apply(original, this, args));
      } catch (thrown) {
        failed(thrown);
        throw thrown;
      }
      if (!isAsync) took(result);
      else if (typeof result === 'object' && result !== null)
        watchPromise(result as PromiseLike<unknown>, took, failed);
      return result;
    };
    Object.defineProperty(step, 'name', { value: name });
    const back = replace(iterator, name, step);
    if (back === undefined) return false;
    ways.push(back);
  }
  return ways.length > 0;
}
