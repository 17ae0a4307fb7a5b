import { NAMESPACES } from '../../src/attributes/keys.js';
import { putFlat } from '../../src/tracing/call-data.js';
import { makePlan } from '../../src/tracing/plan.js';
import { implicitCore } from '../../src/tracing/resolve.js';
import { runInSpan } from '../../src/tracing/run-in-span.js';

/**
 * Every request to a judge passes through here: the one place where it becomes a span of its own, of event type
 * `model`, with the inputs and outputs given, never itself evaluated. Gives what `call` gives and throws what it
 * throws; `outputs` is asked only after success.
 */
export function tracedJudgeCall<T>(
  name: string,
  inputs: Record<string, unknown>,
  call: () => Promise<T>,
  outputs: (reply: T) => Record<string, unknown>,
): Promise<T> {
  const core = implicitCore();
  if (core === undefined) return call();
  const plan = makePlan({
    options: { eventType: 'model', eventName: name, inputs, includeOutputs: false },
    name: () => name,
  });
  return runInSpan(core, plan, undefined, [], async ({ span }) => {
    const reply = await call();
    if (span !== undefined) putFlat(span, NAMESPACES.outputs, outputs(reply));
    return reply;
  });
}
