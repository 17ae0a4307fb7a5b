import { ABANDONED } from '../../attributes/keys.js';
import { shared } from '../../base/slot.js';
import type { SpanCall } from '../span-call.js';

/** Closes the span of something lazy that was thrown away before it was used up. */
const registry = shared(
  'abandonment',
  () => new FinalizationRegistry<SpanCall>((call) => call.end((span) => span.stamp(ABANDONED, true))),
);

export const abandonment = {
  /** `call` must not hold `object`, or it would never be thrown away. */
  watch(object: object, call: SpanCall): void {
    if (call.span !== undefined) call.span.waiting = true;
    registry.register(object, call, call);
  },
  forget(call: SpanCall): void {
    registry.unregister(call);
  },
};
