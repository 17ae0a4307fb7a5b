import { type Context, context } from '@opentelemetry/api';
import { messageOf } from '../base/errors.js';
import { isThenable } from '../base/thenable.js';
import { warn } from '../base/warn.js';
import { activeCore } from './active.js';
import { coreOf, defaultCore, liveCores, type TracerCore } from './core.js';

/** Whether any tracer could take a span; where not, traced code takes the shortest way. */
export function anyTracer(): boolean {
  const cores = liveCores();
  for (let i = 0; i < cores.length; i++) if (cores[i]?.recording === true) return true;
  return false;
}

/** Whether this process has none at all; one that is switched off is one, too. */
export function noTracerYet(): boolean {
  return liveCores().length === 0;
}

/** The tracer of a call that names none: the active one, else the first live one of the process. */
export function implicitCore(at: Context = context.active()): TracerCore | undefined {
  const core = activeCore(at) ?? defaultCore();
  return core?.recording === true ? core : undefined;
}

/**
 * The tracer that a decorator's option names, asked at every call. What gives no tracer leaves the call untraced,
 * with one warning per place: never an error, and no fall-back to a tracer of somebody else.
 */
export function coreFrom(ref: unknown, self: unknown, place: () => string): TracerCore | undefined {
  let tracer = ref;
  if (typeof ref === 'function') {
    try {
      tracer = (ref as (self: unknown) => unknown)(self);
    } catch (thrown) {
      return untraced(place, `its tracer function threw "${messageOf(thrown)}"`);
    }
    if (isThenable(tracer)) {
      tracer.then(undefined, () => undefined);
      return untraced(
        place,
        'its tracer function returned a promise; HoneyHiveTracer.init is synchronous, store its result',
      );
    }
  }
  const core = coreOf(tracer);
  if (core === undefined) {
    return untraced(
      place,
      tracer === undefined || tracer === null ? 'its tracer is not set (yet)' : 'what it names is no HoneyHiveTracer',
    );
  }
  return core.recording ? core : undefined;
}

function untraced(place: () => string, reason: string): undefined {
  const name = place();
  warn(`tracer:${name}`, `${name} runs untraced: ${reason}`);
  return undefined;
}
