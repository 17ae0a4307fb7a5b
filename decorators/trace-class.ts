import { shared } from '../src/base/slot.js';
import { memberText, wrongTarget } from './errors.js';
import { inheritedCall } from './inherited.js';
import { install, isStandardContext, maskMarked, siteOfMember } from './install.js';
import { siteOf } from './site.js';
import type { AnyMethod, TraceOptions } from './types.js';

/** Options of `@TraceClass`: those of `@Trace` for every method, and names to leave out. */
// biome-ignore lint/suspicious/noExplicitAny: see TracerRef
export interface TraceClassOptions<Self = any> extends TraceOptions<Self> {
  exclude?: readonly string[];
}

// biome-ignore lint/suspicious/noExplicitAny: any class
type AnyClass = abstract new (...args: any[]) => unknown;

/** Leaves a class as it is, with its public methods traced. */
export interface ClassDecorator {
  <C extends AnyClass>(target: C): void;
  <C extends AnyClass>(target: C, context: ClassDecoratorContext<C>): void;
}

/** `@TraceClass`, `@TraceClass()` and `@TraceClass({ ... })`. */
export interface TraceClassDecorator extends ClassDecorator {
  (): ClassDecorator;
  // biome-ignore lint/suspicious/noExplicitAny: see TracerRef
  <Self = any>(options: TraceClassOptions<Self>): ClassDecorator;
}

/** Functions marked with `@NoTrace`. */
const untraced = shared('no-trace', () => new WeakSet<object>());
/** The members they are in legacy code, where somebody else's decorator may have put another function round them. */
const untracedMembers = shared('no-trace-members', () => new WeakMap<object, Set<PropertyKey>>());

/**
 * Traces every public method of a class, static and inherited ones too; accessors and names that begin with `_` are
 * left alone, and so are base classes themselves. What a decorator on a member says, wins.
 *
 * @example
 * @TraceClass({ exclude: ['toString'] })
 * class Inventory { find(id: string) { return this.items.get(id); } }
 */
export const TraceClass = ((...args: unknown[]): unknown => {
  if (args.length === 0) return (target: unknown) => traceClass(target, {});
  if (args.length === 1 && typeof args[0] === 'object' && args[0] !== null) {
    const options = args[0] as TraceClassOptions;
    return (target: unknown) => traceClass(target, options);
  }
  return traceClass(args[0], {}, args);
}) as TraceClassDecorator;

/** Leaves one method out of `@TraceClass`. */
export const NoTrace = ((...args: unknown[]): unknown => {
  if (args.length === 0) return markUntraced;
  return markUntraced(...args);
}) as {
  <F extends AnyMethod>(value: F, context: ClassMethodDecoratorContext<unknown, F>): void;
  <T>(target: object, key: string | symbol, descriptor: TypedPropertyDescriptor<T>): void;
  (): {
    <F extends AnyMethod>(value: F, context: ClassMethodDecoratorContext<unknown, F>): void;
    <T>(target: object, key: string | symbol, descriptor: TypedPropertyDescriptor<T>): void;
  };
};

function markUntraced(...args: unknown[]): void {
  const [first, second, third] = args;
  const fn = isStandardContext(second) ? first : (third as PropertyDescriptor | undefined)?.value;
  if (typeof fn !== 'function')
    throw wrongTarget(
      '@NoTrace',
      String(second),
      'this is no method',
      'It belongs on a method of a class with @TraceClass.',
    );
  untraced.add(fn);
  if (isStandardContext(second)) return;
  const members = untracedMembers.get(first as object) ?? new Set();
  untracedMembers.set(first as object, members.add(second as PropertyKey));
}

function traceClass(target: unknown, options: TraceClassOptions, args: readonly unknown[] = [target]): void {
  if (typeof target !== 'function' || typeof target.prototype !== 'object') {
    const place = args.length > 1 ? memberText(args[1] as PropertyKey) : String(target);
    throw wrongTarget('@TraceClass', place, 'this is no class', 'Put it on the class, or use @Trace on the member.');
  }
  const { exclude = [], ...trace } = options;
  const left = new Set<PropertyKey>(['constructor', ...exclude]);
  traceMembers(target.prototype as object, left, trace, target.name);
  traceMembers(target, new Set([...left, 'length', 'name', 'prototype', 'arguments', 'caller']), trace, target.name);
}

function traceMembers(target: object, left: ReadonlySet<PropertyKey>, trace: TraceOptions, className: string): void {
  const seen = new Set<PropertyKey>(left);
  for (
    let owner: object | null = target;
    owner !== null && isOfClass(owner);
    owner = Object.getPrototypeOf(owner) as object | null
  ) {
    for (const key of Reflect.ownKeys(owner)) {
      if (seen.has(key) || isPrivateByName(key)) continue;
      seen.add(key);
      const descriptor = Object.getOwnPropertyDescriptor(owner, key) as PropertyDescriptor;
      if (isTraceable(descriptor.value, owner, key)) traceMember(target, key, owner, descriptor, trace, className);
    }
  }
}

function traceMember(
  target: object,
  key: PropertyKey,
  owner: object,
  found: PropertyDescriptor,
  trace: TraceOptions,
  className: string,
): void {
  const isOwn = owner === target;
  // In legacy code somebody else's decorator may stand round ours, which makes the span all the same.
  const site = siteOf(found.value) ?? siteOfMember(owner, key);
  if (site !== undefined) {
    // Only an own member can be told more; an inherited one belongs to the base class.
    if (isOwn) {
      site.trace = { ...trace, ...site.trace };
      site.plan = undefined;
    }
    return;
  }
  const source = found.value as AnyMethod;
  const wrapper = isOwn
    ? install({ decorator: '@TraceClass', trace }, source, 'method', key)
    : install({ decorator: '@TraceClass', trace }, inheritedCall(target, key, source), 'method', key, { source });
  maskMarked(wrapper, owner, key);
  const { enumerable = false, writable = true } = found;
  if (!Reflect.defineProperty(target, key, { value: wrapper, enumerable, writable, configurable: true })) {
    throw wrongTarget(
      '@TraceClass',
      `${className}.${memberText(key)}`,
      'the class is frozen or the member cannot be configured',
      'Decorate before freezing, or exclude the member.',
    );
  }
}

function isTraceable(value: unknown, owner: object, key: PropertyKey): value is AnyMethod {
  return (
    typeof value === 'function' &&
    !untraced.has(value) &&
    untracedMembers.get(owner)?.has(key) !== true &&
    siteOfMember(owner, key)?.passive !== true &&
    !isClass(value)
  );
}

/** Whether an object is a class or its prototype, as opposed to what comes with the runtime. */
function isOfClass(owner: object): boolean {
  const maker: unknown =
    typeof owner === 'function' ? owner : Object.getOwnPropertyDescriptor(owner, 'constructor')?.value;
  return typeof maker === 'function' && isClass(maker);
}

function isClass(value: unknown): boolean {
  return /^class\b/.test(Function.prototype.toString.call(value));
}

/** By convention not public; a well-known symbol belongs to the language. */
function isPrivateByName(key: PropertyKey): boolean {
  return typeof key === 'symbol' ? WELL_KNOWN.has(key) : String(key).startsWith('_');
}

const WELL_KNOWN: ReadonlySet<symbol> = new Set(
  Reflect.ownKeys(Symbol)
    .map((key) => (Symbol as unknown as Record<PropertyKey, unknown>)[key])
    .filter((value): value is symbol => typeof value === 'symbol'),
);
