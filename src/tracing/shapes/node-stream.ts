import { errorMonitor } from 'node:events';
import type { Readable } from 'node:stream';
import type { SpanCall } from '../span-call.js';
import { replace } from './in-place.js';
import { LazyEnd } from './lazy-end.js';

export function isReadableNodeStream(value: object): value is Readable {
  const stream = value as Partial<Readable>;
  return typeof stream.pipe === 'function' && typeof stream.read === 'function' && typeof stream.emit === 'function';
}

/**
 * Watches what a Node stream emits, by its own `emit`: a listener for `data` would start the stream, one for `error`
 * would make the program's unhandled error a handled one.
 */
export function watchNodeStream(call: SpanCall, stream: Readable, args: readonly unknown[]): boolean {
  if (!Object.isExtensible(stream) || stream.readableEnded || stream.destroyed) return false;
  const end = new LazyEnd(call, stream, args);
  const original = stream.emit;
  const emit = function (this: Readable, event: string | symbol, ...values: unknown[]): boolean {
    if (event === 'data') end.chunks.add(values[0]);
    else if (event === 'end') finish(() => end.done());
    else if (event === 'error' || event === errorMonitor) finish(() => end.failed(values[0]));
    else if (event === 'close') finish(() => end.abandoned());
    return Reflect.apply(original, this, [event, ...values]) as boolean;
  };
  const finish = (tell: () => void): void => {
    restore?.();
    tell();
  };
  const restore = replace(stream, 'emit', emit);
  return restore !== undefined;
}
