import type { SpanCall } from '../span-call.js';
import { type Method, methodOf, replace } from './in-place.js';
import { watchSteps } from './iterator.js';
import { type LazyEnd, watchLazily } from './lazy-end.js';
import { watchPromise } from './promise.js';

/** What a consumer of a stream did. */
interface Consumer {
  took(chunk: unknown): void;
  done(): void;
  failed(thrown: unknown): void;
  cancelled(): void;
}

export function isWebStream(value: object): value is ReadableStream<unknown> {
  return (
    methodOf(value, 'getReader') !== undefined &&
    methodOf(value, 'tee') !== undefined &&
    methodOf(value, 'pipeTo') !== undefined
  );
}

/** The unread body of a fetch `Response`; undefined for anything else. */
export function responseBody(value: object): object | undefined {
  if (methodOf(value, 'arrayBuffer') === undefined || methodOf(value, 'clone') === undefined) return undefined;
  if (Object.prototype.toString.call(value) !== '[object Response]') return undefined;
  const response = value as Partial<Response>;
  if (typeof response.status !== 'number' || response.bodyUsed === true) return undefined;
  return typeof response.body === 'object' && response.body !== null ? response.body : undefined;
}

/** Watches a web stream through whichever way the program reads it. Nothing is read or buffered for us. */
export function watchWebStream(call: SpanCall, stream: ReadableStream<unknown>, args: readonly unknown[]): boolean {
  if (!Object.isExtensible(stream) || stream.locked) return false;
  return watchLazily(call, stream, args, (end) => {
    watchThrough(stream, end, {
      took: (chunk) => end.took(chunk),
      done: () => end.done(),
      failed: (thrown) => end.failed(thrown),
      cancelled: () => end.done(),
    });
    return true;
  });
}

function watchThrough(stream: ReadableStream<unknown>, end: LazyEnd, consumer: Consumer): void {
  const ways: (() => void)[] = [];
  const restore = (): void => {
    for (const back of ways) back();
  };
  const patch = (key: PropertyKey, watch: (outcome: never) => void): void => {
    const original = methodOf(stream, key);
    if (original === undefined) return;
    const back = replace(stream, key, original, function (...args) {
      const outcome = Reflect.apply(original, this, args);
      watch(outcome as never);
      return outcome;
    });
    if (back !== undefined) ways.push(back);
  };
  const told: Consumer = {
    took: consumer.took,
    done: () => {
      restore();
      consumer.done();
    },
    failed: (thrown) => {
      restore();
      consumer.failed(thrown);
    },
    cancelled: () => {
      restore();
      consumer.cancelled();
    },
  };

  patch('getReader', (reader: object) => watchReader(reader, told));
  const iterate = (iterator: object): void => {
    const { took, done, failed } = told;
    watchSteps(iterator, { isAsync: true, isNative: true }, { context: end.context, took, done, failed });
  };
  patch('values', iterate);
  patch(Symbol.asyncIterator, iterate);
  patch('pipeTo', (piped: Promise<void>) => void watchPromise(piped, told.done, told.failed));
  patch('pipeThrough', (readable: ReadableStream<unknown>) => {
    if (isWebStream(readable) && Object.isExtensible(readable)) watchThrough(readable, end, told);
  });
  patch('tee', (branches: ReadableStream<unknown>[]) => watchBranches(branches, end, told));
  patch('cancel', (cancelled: Promise<void>) => void watchPromise(cancelled, told.cancelled, told.failed));
}

function watchReader(reader: object, consumer: Consumer): void {
  const watch = (name: 'read' | 'cancel', told: (value: unknown) => void): void => {
    const original = methodOf(reader, name) as Method;
    replace(reader, name, original, function (...args) {
      const result = Reflect.apply(original, this, args) as Promise<unknown>;
      watchPromise(result, told, consumer.failed);
      return result;
    });
  };
  watch('read', (step) => {
    const { done, value } = step as { done: boolean; value: unknown };
    if (done) consumer.done();
    else consumer.took(value);
  });
  watch('cancel', consumer.cancelled);
}

/**
 * Both branches give the same chunks. Each chunk counts when the first branch has it; the work is over when one branch
 * was read to its end, or both were cancelled.
 */
function watchBranches(branches: readonly ReadableStream<unknown>[], end: LazyEnd, consumer: Consumer): void {
  let furthest = 0;
  let left = branches.length;
  for (const branch of branches) {
    let count = 0;
    watchThrough(branch, end, {
      took(chunk) {
        if (++count <= furthest) return;
        furthest = count;
        consumer.took(chunk);
      },
      done: consumer.done,
      failed: consumer.failed,
      cancelled() {
        if (--left === 0) consumer.cancelled();
      },
    });
  }
}
