import { setImmediate } from '../../base/timers.js';
import { isPlainlyReadable } from './in-place.js';

interface Watch {
  readonly tells: Set<() => void>;
  readonly stop: () => void;
}

const watches = new WeakMap<AbortSignal, Watch>();

/** The abort signal that a call was given, if any: as an argument, or as `signal` of one. */
export function signalAmong(args: readonly unknown[]): AbortSignal | undefined {
  for (const arg of args) {
    if (!isPlainlyReadable(arg)) continue;
    if (arg instanceof AbortSignal) return arg;
    const signal: unknown = Object.getOwnPropertyDescriptor(arg, 'signal')?.value;
    if (isPlainlyReadable(signal) && signal instanceof AbortSignal) return signal;
  }
  return undefined;
}

/** Tells when the signal aborts, a turn later: an error that the stream itself gives says more, and comes first. */
export function onAbort(signal: AbortSignal, tell: () => void): () => void {
  let watch = watches.get(signal);
  if (watch === undefined) {
    watch = listen(signal);
    watches.set(signal, watch);
  }
  const { tells, stop } = watch;
  tells.add(tell);
  return () => {
    tells.delete(tell);
    if (tells.size > 0) return;
    stop();
    watches.delete(signal);
  };
}

/** Through a signal that follows it: listeners on the program's own are counted, and warned of when there are many. */
function listen(signal: AbortSignal): Watch {
  const tells = new Set<() => void>();
  const follower = typeof AbortSignal.any === 'function' ? AbortSignal.any([signal]) : signal;
  const listener = (): void => {
    setImmediate(() => {
      for (const tell of [...tells]) tell();
    }).unref();
  };
  follower.addEventListener('abort', listener, { once: true });
  return { tells, stop: () => follower.removeEventListener('abort', listener) };
}
