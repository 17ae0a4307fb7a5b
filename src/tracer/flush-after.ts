import type { FlushOptions } from '../delivery/contract.js';
import { HoneyHiveTracer } from './tracer.js';

/**
 * Wraps a handler of a platform that freezes the process between invocations (AWS Lambda and its like): what the
 * invocation recorded is delivered before its answer is given, within `timeoutMs` (default 2,000). The handler's value
 * and errors pass as they are.
 *
 * @example
 * export const handler = flushAfter(async (event: Order) => desk.handle(event));
 */
export function flushAfter<A extends unknown[], R>(
  handler: (...args: A) => R | PromiseLike<R>,
  options: FlushOptions = {},
): (...args: A) => Promise<R> {
  return async (...args) => {
    try {
      return await handler(...args);
    } finally {
      await HoneyHiveTracer.flushAll({ timeoutMs: 2_000, ...options });
    }
  };
}
