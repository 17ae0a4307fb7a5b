import { HoneyHiveError } from '../src/base/errors.js';
import { install } from './install.js';
import { nameOf } from './span-name.js';
import type { AnyMethod, TraceOptions } from './types.js';

/**
 * Traces a plain function, or a method that is decorated late: `Service.prototype.run = trace(Service.prototype.run)`.
 * Gives a function of the same type.
 *
 * @example
 * const load = trace({ eventType: 'tool' })(async (id: string) => db.get(id));
 */
export function trace<F extends AnyMethod>(fn: F): F;
// biome-ignore lint/suspicious/noExplicitAny: without a type argument `(self) => self.tracer` compiles for every class
export function trace<Self = any>(options: TraceOptions<Self>): <F extends AnyMethod>(fn: F) => F;
export function trace(what: AnyMethod | TraceOptions): unknown {
  if (typeof what === 'function') return wrap(what, {});
  if (typeof what !== 'object' || what === null) throw notAFunction(what);
  return (fn: AnyMethod) => wrap(fn, what);
}

function wrap(fn: unknown, options: TraceOptions): AnyMethod {
  if (typeof fn !== 'function') throw notAFunction(fn);
  if (/^class\b/.test(Function.prototype.toString.call(fn))) {
    throw new HoneyHiveError(
      'decorator',
      `trace() on class ${nameOf(fn)}: a class is not a function to call. Use @TraceClass.`,
    );
  }
  return install({ decorator: 'trace()', trace: options }, fn as AnyMethod, 'function', nameOf(fn) || 'anonymous');
}

function notAFunction(value: unknown): HoneyHiveError {
  return new HoneyHiveError(
    'decorator',
    `trace() needs a function or options, got ${value === null ? 'null' : typeof value}.`,
  );
}
