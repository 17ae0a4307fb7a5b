import { takeApart } from '../evaluators/apart.js';
import { captureValue } from '../src/attributes/capture.js';
import { unseen } from '../src/base/unseen.js';
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

/** What one evaluation keeps of the program's values. */
export class Copies {
  /** What all of them take, about. */
  bytes = 0;

  /** The value as it is now: what the program changes later in lists and plain objects does not reach the evaluator. */
  take(value: unknown): unknown {
    const taken = unseen(() => takeApart(value));
    this.bytes += taken.bytes;
    return taken.value;
  }
}
