import type { SpanCall } from '../span-call.js';
import { replace } from './in-place.js';
import { watchSteps } from './iterator.js';
import { LazyEnd } from './lazy-end.js';
import { watchPromise } from './promise.js';

type Method = (...args: unknown[]) => unknown;
type Reader = { read: Method; cancel: Method };

export function isWebStream(value: object): value is ReadableStream<unknown> {
  const stream = value as Partial<ReadableStream<unknown>>;
  return (
    typeof stream.getReader === 'function' && typeof stream.tee === 'function' && typeof stream.pipeTo === 'function'
  );
}

/** The unread body of a fetch `Response`; undefined for anything else. */
export function responseBody(value: object): object | undefined {
  if (Object.prototype.toString.call(value) !== '[object Response]') return undefined;
  const response = value as Partial<Response>;
  if (typeof response.status !== 'number' || response.bodyUsed === true) return undefined;
  return typeof response.body === 'object' && response.body !== null ? response.body : undefined;
}

/** Watches a web stream through whichever way the program reads it. Nothing is read or buffered for us. */
export function watchWebStream(call: SpanCall, stream: ReadableStream<unknown>, args: readonly unknown[]): boolean {
  if (!Object.isExtensible(stream) || stream.locked) return false;
  watchThrough(call, stream, new LazyEnd(call, stream, args));
  return true;
}

function watchThrough(call: SpanCall, stream: ReadableStream<unknown>, end: LazyEnd): void {
  const target = stream as unknown as Record<PropertyKey, Method>;
  const ways: (() => void)[] = [];
  const restore = (): void => {
    for (const back of ways) back();
  };
  const patch = (key: PropertyKey, make: (original: Method) => Method): void => {
    const original = target[key];
    if (typeof original !== 'function') return;
    const back = replace(stream, key, make(original));
    if (back !== undefined) ways.push(back);
  };
  const done = (): void => {
    restore();
    end.done();
  };
  const failed = (thrown: unknown): void => {
    restore();
    end.failed(thrown);
  };

  patch(
    'getReader',
    (original) =>
      function (this: unknown, ...args) {
        const reader = Reflect.apply(original, this, args) as Reader;
        watchReader(reader, end, done, failed);
        return reader;
      },
  );
  const iterate = (original: Method): Method =>
    function (this: unknown, ...args) {
      const iterator = Reflect.apply(original, this, args) as AsyncIterator<unknown>;
      watchSteps(call, iterator, true, end);
      return iterator;
    };
  patch('values', iterate);
  patch(Symbol.asyncIterator, iterate);
  patch(
    'pipeTo',
    (original) =>
      function (this: unknown, ...args) {
        const piped = Reflect.apply(original, this, args) as Promise<void>;
        watchPromise(piped, done, failed);
        return piped;
      },
  );
  patch(
    'pipeThrough',
    (original) =>
      function (this: unknown, ...args) {
        const readable = Reflect.apply(original, this, args) as ReadableStream<unknown>;
        if (isWebStream(readable) && Object.isExtensible(readable)) watchThrough(call, readable, end);
        return readable;
      },
  );
  patch(
    'tee',
    (original) =>
      function (this: unknown, ...args) {
        const branches = Reflect.apply(original, this, args) as ReadableStream<unknown>[];
        // Both give the same chunks: one of them is enough to know what was read.
        if (branches[0] !== undefined) watchThrough(call, branches[0], end);
        return branches;
      },
  );
  patch(
    'cancel',
    (original) =>
      function (this: unknown, ...args) {
        const cancelled = Reflect.apply(original, this, args) as Promise<void>;
        watchPromise(cancelled, done, failed);
        return cancelled;
      },
  );
}

function watchReader(reader: Reader, end: LazyEnd, done: () => void, failed: (thrown: unknown) => void): void {
  const { read, cancel } = reader;
  replace(reader, 'read', function (this: unknown, ...args: unknown[]) {
    const result = Reflect.apply(read, this, args) as Promise<{ done: boolean; value: unknown }>;
    watchPromise(
      result,
      (step) => {
        const { done: isLast, value } = step as { done: boolean; value: unknown };
        if (isLast) done();
        else end.chunks.add(value);
      },
      failed,
    );
    return result;
  });
  replace(reader, 'cancel', function (this: unknown, ...args: unknown[]) {
    const cancelled = Reflect.apply(cancel, this, args) as Promise<void>;
    watchPromise(cancelled, done, failed);
    return cancelled;
  });
}
