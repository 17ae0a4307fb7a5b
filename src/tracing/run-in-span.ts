import { type Context, context } from '@opentelemetry/api';
import type { TracerCore } from './core.js';
import type { SpanPlan } from './plan.js';
import { settle } from './shapes/settle.js';
import { SpanCall } from './span-call.js';

/**
 * Runs `body` once, inside a span that ends when the work does. What `body` returns or throws reaches the caller as it
 * is. This is the only place where a traced call starts.
 */
export function runInSpan<T>(
  core: TracerCore,
  plan: SpanPlan,
  self: unknown,
  args: readonly unknown[],
  body: (call: SpanCall) => T,
  at: Context = context.active(),
): T {
  let call: SpanCall;
  try {
    call = new SpanCall(core, plan, self, args, at);
  } catch {
    return body(UNTRACED);
  }
  let entered = false;
  let result: T;
  try {
    result = context.with(call.context, () => {
      entered = true;
      return body(call);
    });
  } catch (thrown) {
    // Where the stack is nearly full, even this may overflow; the program's own error comes first.
    try {
      call.fail(thrown);
    } catch {}
    // A context manager that failed before it called us: the user's code has not run yet.
    if (!entered) return body(call);
    throw thrown;
  }
  try {
    // A fluent method's `this` was there before; whatever it is, it is not the work of the call.
    if (result === self) call.succeed(result);
    else settle(call, result, args);
  } catch {}
  return result;
}

/** Stands in where no span could be started. */
const UNTRACED = { span: undefined } as SpanCall;
