import { type Context, context } from '@opentelemetry/api';
import { isUnseen } from '../base/unseen.js';
import { enterContext } from './context-manager.js';
import type { TracerCore } from './core.js';
import type { SpanPlan } from './plan.js';
import { settle } from './shapes/settle.js';
import { SpanCall } from './span-call.js';

/** Traced calls inside one another, in this turn. */
let nested = 0;
/** From here on a call goes easy on the stack, which costs it a little time. */
const DEEP = 32;

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
  if (isUnseen()) return body(UNTRACED);
  let call: SpanCall;
  try {
    call = new SpanCall(core, plan, self, args, at);
  } catch {
    return body(UNTRACED);
  }
  let result: T;
  let entered: { dispose(): void } | undefined;
  let started = false;
  try {
    nested += 1;
    if (nested > DEEP) entered = enterContext(call.context);
    if (entered === undefined) {
      result = context.with(call.context, () => {
        started = true;
        return body(call);
      });
    } else {
      started = true;
      result = body(call);
    }
  } catch (thrown) {
    nested -= 1;
    entered?.dispose();
    // Where the stack is nearly full, even this may overflow; the program's own error comes first.
    try {
      call.fail(thrown);
    } catch {}
    // A context manager that failed before it called us: the user's code has not run yet.
    if (!started) return body(call);
    throw thrown;
  }
  nested -= 1;
  entered?.dispose();
  try {
    // A fluent method's `this` was there before; whatever it is, it is not the work of the call.
    if (result === self) call.succeed(result);
    else settle(call, result, args);
  } catch {}
  return result;
}

/** Stands in where no span could be started. */
const UNTRACED = { span: undefined } as SpanCall;
