import { errorMonitor } from 'node:events';
import type { Readable } from 'node:stream';
import { isNativeError } from 'node:util/types';
import type { SpanCall } from '../span-call.js';
import { signalAmong } from './abort.js';
import { methodOf, replace } from './in-place.js';
import { watchLazily } from './lazy-end.js';

export function isReadableNodeStream(value: object): value is Readable {
  return (
    methodOf(value, 'pipe') !== undefined &&
    methodOf(value, 'read') !== undefined &&
    methodOf(value, 'emit') !== undefined
  );
}

/**
 * Watches what a Node stream emits, by its own `emit`: a listener for `data` would start the stream, one for `error`
 * would make the program's unhandled error a handled one.
 */
export function watchNodeStream(call: SpanCall, stream: Readable, args: readonly unknown[]): boolean {
  if (stream.readableEnded || stream.destroyed) return false;
  const original = methodOf(stream, 'emit');
  if (original === undefined) return false;
  const signal = signalAmong(args);
  return watchLazily(call, stream, args, (end) => {
    const restore = replace(stream, 'emit', original, function (...given) {
      const [event, value] = given;
      if (event === 'data') end.took(value);
      else if (event === 'end') finish(() => end.done());
      else if (event === 'error' || event === errorMonitor)
        finish(() => (signal?.aborted !== true && isEarlyStop(value) ? end.done() : end.failed(value)));
      else if (event === 'close') finish(() => end.abandoned());
      return Reflect.apply(original, this, given);
    });
    const finish = (tell: () => void): void => {
      restore?.();
      tell();
    };
    return restore !== undefined;
  });
}

/**
 * What Node destroys a stream with whose reader has enough (`break`, `take`, the iterator's `return`): nobody is told
 * of it. Where a signal of the program's aborts the stream, its reason is the cause of the error.
 */
function isEarlyStop(error: unknown): boolean {
  if (!isNativeError(error) || Object.hasOwn(error, 'cause')) return false;
  return Object.getOwnPropertyDescriptor(error, 'code')?.value === 'ABORT_ERR';
}
