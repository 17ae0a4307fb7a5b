import { setImmediate } from '../base/timers.js';

/** The signals that ask a process to end. */
export const SIGNALS: readonly NodeJS.Signals[] = ['SIGTERM', 'SIGINT', 'SIGHUP'];

/**
 * Calls `deliver`, which blocks, before a signal kills the process (no code of the app would run either), then raises the signal again, so that it ends as it would have. Our
 * listener is there only while nobody else's is: one that looks at the number of listeners, as those of `signal-exit`
 * do, finds what it would find without us.
 */
export function watchSignals(deliver: () => void): () => void {
  // There, a signal that is raised again does not end the process the way it came.
  if (process.platform === 'win32') return () => undefined;
  const stops = SIGNALS.map((signal) => watchSignal(signal, deliver));
  return () => {
    for (const stop of stops) stop();
  };
}

function watchSignal(signal: NodeJS.Signals, deliver: () => void): () => void {
  let active = true;

  function alone(): void {
    deliver();
    process.removeListener(signal, alone);
    process.kill(process.pid, signal);
    // Still there: a process that is the first of its container is not killed by default. Keep watch.
    setImmediate(settle).unref();
  }

  /** Ours if there is no other, none of ours otherwise. */
  function settle(): void {
    if (!active) return;
    const listeners = process.listeners(signal);
    if (listeners.length === 0) process.on(signal, alone);
    else if (listeners.some((listener) => listener !== alone)) process.removeListener(signal, alone);
  }

  function onAdded(event: string | symbol, listener: unknown): void {
    // Later: Node listens for the signal only while a listener is there, and the new one is not yet.
    if (event === signal && listener !== alone) process.nextTick(settle);
  }

  function onRemoved(event: string | symbol, listener: unknown): void {
    // At once: whoever removes the last listener may raise the signal in the same breath.
    if (event === signal && listener !== alone) settle();
  }

  process.on('newListener', onAdded);
  process.on('removeListener', onRemoved);
  settle();
  return () => {
    active = false;
    process.removeListener('newListener', onAdded);
    process.removeListener('removeListener', onRemoved);
    process.removeListener(signal, alone);
  };
}
