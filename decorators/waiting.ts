import type { TracerCore } from '../src/tracing/core.js';

const waiting = new WeakMap<TracerCore, number>();

/** Whether evaluations that wait for their turn or their judge hold as much data as spans that wait for delivery may. */
export function isFull(core: TracerCore): boolean {
  return (waiting.get(core) ?? 0) >= core.capture.limits.queueBytes;
}

/** Counts `bytes` among what waits until `work` is over. */
export function whileWaiting<T>(core: TracerCore, bytes: number, work: Promise<T>): Promise<T> {
  waiting.set(core, (waiting.get(core) ?? 0) + bytes);
  return work.finally(() => waiting.set(core, (waiting.get(core) ?? 0) - bytes));
}
