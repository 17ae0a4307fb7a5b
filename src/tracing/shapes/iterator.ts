import { isPromise } from 'node:util/types';
import { type Context, context } from '@opentelemetry/api';
import type { SpanCall } from '../span-call.js';
import { isPlainlyReadable, methodOf, replace } from './in-place.js';
import { watchLazily } from './lazy-end.js';
import { watchPromise } from './promise.js';

const STEPS = ['next', 'return', 'throw'] as const;

/** How an iterator gives its results, and who made them. */
export interface IteratorKind {
  readonly isAsync: boolean;
  /** Whether the engine or the platform makes the results: plain objects without getters. */
  readonly isNative: boolean;
}

/** What is told of the steps, and the context that they run in. */
export interface Steps {
  readonly context: Context;
  took(chunk: unknown): void;
  done(returned?: unknown): void;
  failed(thrown: unknown): void;
}

/** A generator is its own iterator: still lazy, every step runs inside the span. */
export function watchGenerator(
  call: SpanCall,
  generator: Generator | AsyncGenerator,
  args: readonly unknown[],
): boolean {
  const kind = { isAsync: Symbol.asyncIterator in generator, isNative: true };
  return watchLazily(call, generator, args, (end) => watchSteps(generator, kind, end));
}

/** The first iterator taken from an async iterable carries the span; false where it is none. */
export function watchAsyncIterable(call: SpanCall, iterable: object, args: readonly unknown[]): boolean {
  const original = methodOf(iterable, Symbol.asyncIterator);
  if (original === undefined) return false;
  return watchLazily(call, iterable, args, (end) => {
    const restore = replace(iterable, Symbol.asyncIterator, original, function (...given) {
      restore?.();
      let iterator: unknown;
      try {
        iterator = context.with(end.context, () => Reflect.apply(original, this, given));
      } catch (thrown) {
        end.failed(thrown);
        throw thrown;
      }
      const kind = { isAsync: true, isNative: false };
      if (isPlainlyReadable(iterator) && watchSteps(iterator, kind, end)) end.goesOnIn(iterator);
      else end.done();
      return iterator;
    });
    return restore !== undefined;
  });
}

/** Watches `next`, `return` and `throw` of an iterator in place. False where it allows no change. */
export function watchSteps(iterator: object, kind: IteratorKind, end: Steps): boolean {
  const ways: (() => void)[] = [];
  const restore = (): void => {
    for (const back of ways) back();
  };
  const took = (result: unknown): void => {
    const { done, value } = kind.isNative ? (result as IteratorResult<unknown>) : readable(result);
    if (done !== true) {
      end.took(value);
      return;
    }
    restore();
    end.done(value);
  };
  const failed = (thrown: unknown): void => {
    restore();
    end.failed(thrown);
  };

  let running = false;
  for (const name of STEPS) {
    const original = methodOf(iterator, name);
    if (original === undefined) continue;
    const back = replace(iterator, name, original, function (...args) {
      // A generator that steps itself while it runs gets an error from the engine; that is not its end.
      if (running && !kind.isAsync) return Reflect.apply(original, this, args);
      let result: unknown;
      running = true;
      try {
        result = context.with(end.context, () => Reflect.apply(original, this, args));
      } catch (thrown) {
        failed(thrown);
        throw thrown;
      } finally {
        running = false;
      }
      if (kind.isAsync && isLater(result)) watchPromise(result, took, failed);
      else took(result);
      return result;
    });
    if (back === undefined) {
      restore();
      return false;
    }
    ways.push(back);
  }
  return ways.length > 0;
}

/** An async iterator may break the rules and give its results at once. */
function isLater(result: unknown): result is PromiseLike<unknown> {
  return isPromise(result) || (isPlainlyReadable(result) && methodOf(result, 'then') !== undefined);
}

/** The fields of a result that somebody else made, as far as reading them runs no code. */
function readable(result: unknown): { done?: unknown; value?: unknown } {
  if (!isPlainlyReadable(result)) return {};
  return {
    done: Object.getOwnPropertyDescriptor(result, 'done')?.value,
    value: Object.getOwnPropertyDescriptor(result, 'value')?.value,
  };
}
