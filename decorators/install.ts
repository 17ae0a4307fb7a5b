import { shared } from '../src/base/slot.js';
import { memberText, wrongTarget } from './errors.js';
import { addToSite, type HookMaker, makeSite, type Site, type SiteKind, siteOf } from './site.js';
import type { AnyMethod, EvaluateOptions, TraceOptions } from './types.js';

/** What a decorator wants to add to a member. */
export interface Addition {
  readonly decorator: string;
  readonly trace?: TraceOptions;
  readonly evaluate?: EvaluateOptions;
  readonly hookMaker?: HookMaker;
}

interface StandardContext {
  readonly kind: string;
  readonly name: PropertyKey;
}

const ALTERNATIVE =
  'Decorate a method, an accessor or (in standard decorators) a field that holds a function; or wrap a function with trace(fn).';

/** Sites by class and member, for legacy code where another decorator may stand between two of ours. */
const byMember = shared('sites-by-member', () => new WeakMap<object, Map<PropertyKey, Site>>());
/** Positions marked with `@Sensitive`, by class and member. */
const sensitive = shared('sensitive-args', () => new WeakMap<object, Map<PropertyKey, Set<number>>>());

/** Applies a decorator to whatever the language handed it, in either world. */
export function decorate(addition: Addition, args: readonly unknown[]): unknown {
  const [first, second, third] = args;
  if (isStandardContext(second)) return decorateStandard(addition, first, second);
  if (args.length === 1)
    throw misplaced(addition, typeof first === 'function' ? `class ${first.name}` : String(first), 'this is a class');
  return decorateLegacy(addition, first as object, second as PropertyKey, third);
}

export function isStandardContext(value: unknown): value is StandardContext {
  return typeof value === 'object' && value !== null && typeof (value as Partial<StandardContext>).kind === 'string';
}

function decorateStandard(addition: Addition, value: unknown, context: StandardContext): unknown {
  const { kind, name } = context;
  switch (kind) {
    case 'method':
    case 'getter':
    case 'setter':
      return install(addition, value as AnyMethod, kind, name);
    case 'accessor': {
      const { get, set } = value as { get: AnyMethod; set: AnyMethod };
      return { get: install(addition, get, 'getter', name), set: install(addition, set, 'setter', name) };
    }
    case 'field':
      return function (this: unknown, initial: unknown) {
        if (typeof initial !== 'function')
          throw misplaced(addition, memberText(name), `this field holds ${describe(initial)}, not a function`);
        return install(addition, initial as AnyMethod, 'field', name, { instance: this });
      };
    default:
      throw misplaced(addition, memberText(name), `this is a ${kind}`);
  }
}

function decorateLegacy(addition: Addition, target: object, key: PropertyKey, third: unknown): unknown {
  const place = `${classNameOf(target)}.${memberText(key)}`;
  if (typeof third === 'number') throw misplaced(addition, place, 'this is a parameter');
  const descriptor = third as (PropertyDescriptor & { initializer?: (() => unknown) | null }) | undefined;
  if (descriptor === undefined || descriptor === null) {
    throw misplaced(addition, place, 'this is a field, which a legacy decorator never gets to see');
  }
  if (typeof descriptor.initializer === 'function') {
    // Babel's legacy mode hands over a field's initializer.
    const { initializer } = descriptor;
    descriptor.initializer = function (this: unknown) {
      const initial = initializer.call(this);
      if (typeof initial !== 'function')
        throw misplaced(addition, place, `this field holds ${describe(initial)}, not a function`);
      return install(addition, initial as AnyMethod, 'field', key, { instance: this });
    };
    return descriptor;
  }
  const legacy = { target, key };
  if (typeof descriptor.value === 'function')
    descriptor.value = install(addition, descriptor.value as AnyMethod, 'method', key, { legacy });
  else if (descriptor.get !== undefined || descriptor.set !== undefined) {
    if (descriptor.get !== undefined)
      descriptor.get = install(addition, descriptor.get, 'getter', key) as () => unknown;
    if (descriptor.set !== undefined) {
      const set = install(addition, descriptor.set, 'setter', key);
      maskMarked(set, target, key);
      descriptor.set = set as (value: unknown) => void;
    }
  } else throw misplaced(addition, place, `this is ${describe(descriptor.value)}, not a method`);
  return descriptor;
}

/** Adds to the wrapper that is there, or wraps. However many of our decorators a member has, one wrapper works. */
export function install(
  addition: Addition,
  fn: AnyMethod,
  kind: SiteKind,
  member: PropertyKey,
  at: { legacy?: { target: object; key: PropertyKey }; instance?: unknown; source?: AnyMethod } = {},
): AnyMethod {
  const existing = siteOf(fn);
  if (existing !== undefined) {
    if (kind === 'function' || existing.instance !== at.instance) return anew(existing, addition, fn, at.instance);
    addToSite(existing, addition);
    return fn;
  }
  const { site, wrapper } = makeSite(fn, kind, member, at.instance);
  site.source = at.source;
  const { legacy } = at;
  if (legacy !== undefined) {
    const inner = memberSites(legacy.target).get(legacy.key);
    if (inner !== undefined) {
      // Somebody else's decorator stands between: the outer wrapper sees everything, so it takes over.
      inner.passive = true;
      if (inner.trace !== undefined) addToSite(site, { trace: inner.trace });
      site.evaluators.push(...inner.evaluators);
      site.hookMaker = inner.hookMaker;
    }
    memberSites(legacy.target).set(legacy.key, site);
    maskMarked(wrapper, legacy.target, legacy.key);
  }
  addToSite(site, addition);
  return wrapper;
}

/** A traced function that comes from elsewhere is wrapped once more, by itself: what is said here must not show there. */
function anew(existing: Site, addition: Addition, fn: AnyMethod, instance: unknown): AnyMethod {
  const { site, wrapper } = makeSite(existing.original, existing.kind, existing.member, instance, fn);
  site.source = existing.source;
  site.trace = existing.trace;
  site.hookMaker = existing.hookMaker;
  site.evaluators.push(...existing.evaluators);
  for (const index of existing.sensitiveArgs) site.sensitiveArgs.add(index);
  addToSite(site, addition);
  return wrapper;
}

export function markSensitive(target: object, key: PropertyKey, index: number): void {
  const members = inserted(sensitive, target, () => new Map<PropertyKey, Set<number>>());
  inserted(members, key, () => new Set<number>()).add(index);
}

/** Masks in the spans of a traced function what `@Sensitive` marked on that member of that very class. */
export function maskMarked(fn: AnyMethod, target: object, key: PropertyKey): void {
  for (const index of sensitive.get(target)?.get(key) ?? []) siteOf(fn)?.sensitiveArgs.add(index);
}

function memberSites(target: object): Map<PropertyKey, Site> {
  return inserted(byMember, target, () => new Map<PropertyKey, Site>());
}

/** The site of a member in legacy code, where its function alone does not lead there. */
export function siteOfMember(target: object, key: PropertyKey): Site | undefined {
  return byMember.get(target)?.get(key);
}

function misplaced(addition: Addition, place: string, found: string): Error {
  return wrongTarget(addition.decorator, place, found, ALTERNATIVE);
}

function classNameOf(target: object): string {
  const owner: unknown = typeof target === 'function' ? target : target.constructor;
  return typeof owner === 'function' && owner.name !== '' ? owner.name : 'a class';
}

function describe(value: unknown): string {
  if (value === undefined || value === null) return String(value);
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

function inserted<K, V>(map: { get(key: K): V | undefined; set(key: K, value: V): unknown }, key: K, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) {
    value = make();
    map.set(key, value);
  }
  return value;
}
