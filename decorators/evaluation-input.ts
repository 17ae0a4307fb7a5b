import { captureValue } from '../src/attributes/capture.js';
import { snapshot } from '../src/attributes/snapshot.js';
import type { TracerCore } from '../src/tracing/core.js';
import type { Parameters } from './site.js';

/**
 * The only argument, or an object by parameter name where there are several. What a rest parameter takes is one
 * argument, a list, as the method itself and the span have it; alone it is a list also where it is empty. What is
 * sensitive is masked here too.
 */
export function inputOf(args: readonly unknown[], parameters: Parameters, core: TracerCore): unknown {
  const { names, rest } = parameters.argNames();
  const gathers = rest === 0 || (rest > 0 && args.length > rest);
  const given = gathers ? [...args.slice(0, rest), args.slice(rest)] : args;
  const nameOf = (index: number): string => names[index] ?? `arg${index}`;
  const visible = given.map((arg, index) => {
    const hidden = parameters.sensitive(nameOf(index), index);
    return hidden === undefined ? arg : masked(arg, hidden, core);
  });
  return visible.length <= 1 ? visible[0] : Object.fromEntries(visible.map((arg, index) => [nameOf(index), arg]));
}

function masked(arg: unknown, hidden: readonly string[] | true, core: TracerCore): unknown {
  if (hidden === true) return core.capture.redactor.replacement;
  const text = captureValue(arg, '', core.capture, hidden);
  if (typeof text !== 'string' || typeof arg !== 'object') return text;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // Cut at the limit, it is no JSON any more.
    return text;
  }
}

/** As it is now: what the program changes later does not reach the evaluator. Types such as Map and Date stay. */
export function copy(value: unknown, core: TracerCore): unknown {
  if (typeof value !== 'object' || value === null) return value;
  try {
    return structuredClone(value);
  } catch {
    return snapshot(value, core.capture);
  }
}
