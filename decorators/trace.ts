import { decorate } from './install.js';
import type { AsyncSpanDecorator, SpanDecorator, TraceOptions } from './types.js';

/** `@Trace`, `@Trace()` and `@Trace({ ... })`. */
export interface TraceDecorator extends SpanDecorator {
  (): SpanDecorator;
  // biome-ignore lint/suspicious/noExplicitAny: without a type argument `(self) => self.tracer` compiles for every class
  <Self = any>(options: TraceOptions<Self>): SpanDecorator;
}

/** `@ATrace`, `@ATrace()` and `@ATrace({ ... })`. */
export interface AsyncTraceDecorator extends AsyncSpanDecorator {
  (): AsyncSpanDecorator;
  // biome-ignore lint/suspicious/noExplicitAny: as above
  <Self = any>(options: TraceOptions<Self>): AsyncSpanDecorator;
}

/**
 * Makes every call of a method, accessor or function field a span with its inputs, its output or error, and its
 * duration. The method itself stays as it is: sync stays sync, `this`, returned objects and thrown errors are the same.
 * Works in legacy (`experimentalDecorators`) and in standard code. Throws a `HoneyHiveError` of code `decorator` on
 * what cannot be traced.
 *
 * @example
 * class Search {
 *   @Trace({ eventType: 'tool' })
 *   find(query: string) { return index.search(query); }
 * }
 */
export const Trace = tracing('@Trace') as TraceDecorator;

/** The same for methods that return a promise or an async iterable; on a sync method it is a type error. */
export const ATrace = tracing('@ATrace') as AsyncTraceDecorator;

function tracing(decorator: string): unknown {
  return (...args: unknown[]): unknown => {
    if (args.length === 0) return (...member: unknown[]) => decorate({ decorator, trace: {} }, member);
    if (args.length === 1 && isOptions(args[0])) {
      const trace = args[0];
      return (...member: unknown[]) => decorate({ decorator, trace }, member);
    }
    return decorate({ decorator, trace: {} }, args);
  };
}

function isOptions(value: unknown): value is TraceOptions {
  return typeof value === 'object' && value !== null;
}
