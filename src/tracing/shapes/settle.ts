import { isGeneratorObject, isPromise } from 'node:util/types';
import type { SpanCall } from '../span-call.js';
import { isPlainlyReadable, methodOf } from './in-place.js';
import { watchAsyncIterable, watchGenerator } from './iterator.js';
import { isReadableNodeStream, watchNodeStream } from './node-stream.js';
import { isObservable, watchObservable } from './observable.js';
import { learn, surelyPlain } from './plain-promises.js';
import { watchPromise } from './promise.js';
import { isWebStream, responseBody, watchWebStream } from './web-stream.js';

/**
 * Decides when the work of a call ends, by what the call returned, and sees to it that the span ends then. The value
 * itself is never replaced: whatever has to be watched is watched in place. A proxy is a plain value, since asking it
 * what it is would run its traps.
 */
export function settle(call: SpanCall, result: unknown, args: readonly unknown[]): void {
  // Where it is not recorded there is no end to be told, but what works later in the call must stay out as well.
  if (call.context === undefined) return;
  if (!isPlainlyReadable(result)) {
    call.succeed(result);
    return;
  }
  try {
    if (call.span === undefined && isPromise(result) && surelyPlain(call.place)) return;
    if (isPromise(result) || methodOf(result, 'then') !== undefined) {
      const watched = watchPromise(
        result as PromiseLike<unknown>,
        (value) => {
          const lazy = settleValue(call, value, args);
          if (call.span === undefined) learn(call.place, lazy);
        },
        (thrown) => call.fail(thrown),
        call,
      );
      if (!watched) call.succeed(result);
    } else settleValue(call, result, args);
  } catch {
    call.succeed(result);
  }
}

/** Whether the value is something that works later. */
function settleValue(call: SpanCall, value: unknown, args: readonly unknown[]): boolean {
  let lazy = false;
  try {
    lazy = isPlainlyReadable(value) && watchLazy(call, value, args);
  } catch {
    // What cannot be watched is a plain value.
  }
  if (!lazy) call.succeed(value);
  return lazy;
}

/** Watches what produces values later; false for a plain value. */
function watchLazy(call: SpanCall, value: object, args: readonly unknown[]): boolean {
  if (isGeneratorObject(value)) return watchGenerator(call, value, args);
  if (isWebStream(value)) return watchWebStream(call, value, args);
  const body = responseBody(value);
  if (body !== undefined) {
    call.span?.put('honeyhive_outputs.status', (value as Response).status);
    return isWebStream(body)
      ? watchWebStream(call, body, args)
      : isReadableNodeStream(body) && watchNodeStream(call, body, args);
  }
  if (isReadableNodeStream(value)) return watchNodeStream(call, value, args);
  if (isObservable(value)) return watchObservable(call, value, args);
  return watchAsyncIterable(call, value, args);
}
