import { carryOver } from './carry-over.js';
import { isConstructor, siteOf } from './site.js';
import type { AnyMethod } from './types.js';

/**
 * A function that calls what `target` inherits under `key`, looked up at each call as `super.key` does: what somebody
 * puts in its place later, as a spy or a patch, is what runs. It looks like `found`, the member of now.
 */
export function inheritedCall(target: object, key: PropertyKey, found: AnyMethod): AnyMethod {
  const lookUp = (self: unknown): AnyMethod => {
    const now = Reflect.get(Object.getPrototypeOf(target) as object, key, self) as AnyMethod;
    // Traced meanwhile: this call has its span already. What evaluates it must still be called.
    const site = siteOf(now);
    return site === undefined || site.evaluators.length > 0 ? now : site.original;
  };
  const call = isConstructor(found) ? constructing(lookUp) : calling(lookUp);
  carryOver(found, call);
  return call;
}

function calling(lookUp: (self: unknown) => AnyMethod): AnyMethod {
  return {
    inherited(this: unknown, ...args: unknown[]): unknown {
      return Reflect.apply(lookUp(this), this, args);
    },
  }.inherited;
}

/** For an old-style constructor, which is called with `new` too. */
function constructing(lookUp: (self: unknown) => AnyMethod): AnyMethod {
  const call = function (this: unknown, ...args: unknown[]): unknown {
    const now = lookUp(this);
    if (new.target === undefined) return Reflect.apply(now, this, args);
    return Reflect.construct(now, args, new.target === call ? now : new.target) as unknown;
  };
  return call;
}
