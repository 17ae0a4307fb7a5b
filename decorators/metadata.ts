import { siteOfMember } from './install.js';
import { type Site, siteOf } from './site.js';
import type { EvaluateOptions, TraceOptions } from './types.js';

/** What the decorators of a member said. */
export interface TraceMetadata {
  trace?: TraceOptions;
  evaluators: EvaluateOptions[];
}

/** The options that decorators attached to a member of a class, own or inherited; undefined where there are none. */
export function getTraceMetadata(
  owner: abstract new (...args: never[]) => unknown,
  member: PropertyKey,
): TraceMetadata | undefined {
  const site = siteIn(owner.prototype as object, member) ?? siteIn(owner, member);
  if (site === undefined) return undefined;
  return { ...(site.trace === undefined ? {} : { trace: { ...site.trace } }), evaluators: [...site.evaluators] };
}

function siteIn(start: object, member: PropertyKey): Site | undefined {
  for (let owner: object | null = start; owner !== null; owner = Object.getPrototypeOf(owner) as object | null) {
    const descriptor = Object.getOwnPropertyDescriptor(owner, member);
    if (descriptor === undefined) continue;
    return siteOf(descriptor.value) ?? siteOf(descriptor.get) ?? siteOf(descriptor.set) ?? siteOfMember(owner, member);
  }
  return undefined;
}
