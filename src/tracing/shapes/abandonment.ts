import { ABANDONED } from '../../attributes/keys.js';
import type { SpanCall } from '../span-call.js';

const registry = new FinalizationRegistry<() => void>((tell) => tell());

/** Tells of something lazy that was thrown away before it was used up. */
export const abandonment = {
  /** Neither `call` nor `tell` may hold `object`, or it would never be thrown away. */
  watch(object: object, call: SpanCall, tell: () => void = () => abandon(call)): void {
    if (call.span !== undefined) call.span.waiting = true;
    registry.register(object, tell, call);
  },
  forget(call: SpanCall): void {
    registry.unregister(call);
  },
};

function abandon(call: SpanCall): void {
  call.end((span) => span.stamp(ABANDONED, true));
}
