import type { Context } from '@opentelemetry/api';
import { shared } from '../base/slot.js';
import type { ArgNames } from './arg-names.js';
import type { TracerCore } from './core.js';
import type { PlanParts, SpanPlan } from './plan.js';
import type { SpanCall } from './span-call.js';

/**
 * What turns a call into a span. The first tracer of a process brings it along: code that only carries decorators, and
 * may never run with a tracer, stays small.
 */
export interface Engine {
  argNamesOf(fn: (...args: never[]) => unknown): ArgNames;
  makePlan(parts: PlanParts): SpanPlan;
  runInSpan<T>(
    core: TracerCore,
    plan: SpanPlan,
    self: unknown,
    args: readonly unknown[],
    body: (call: SpanCall) => T,
    at: Context,
  ): T;
}

const holder = shared('engine', (): { engine: Engine | undefined } => ({ engine: undefined }));

export function installEngine(engine: Engine): void {
  holder.engine ??= engine;
}

/** Undefined until there was a tracer. */
export function currentEngine(): Engine | undefined {
  return holder.engine;
}
