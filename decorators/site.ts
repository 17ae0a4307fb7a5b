import { context } from '@opentelemetry/api';
import { shared } from '../src/base/slot.js';
import { isUnseen, unseen } from '../src/base/unseen.js';
import type { TracerCore } from '../src/tracing/core.js';
import { currentEngine, type Engine } from '../src/tracing/engine.js';
import type { EvaluationHook } from '../src/tracing/options.js';
import type { SpanPlan } from '../src/tracing/plan.js';
import { anyTracer, coreFrom, implicitCore, noTracerYet } from '../src/tracing/resolve.js';
import { carryOver } from './carry-over.js';
import { nameMaker, nameOf } from './span-name.js';
import type { AnyMethod, EvaluateOptions, TraceOptions } from './types.js';

export type SiteKind = 'method' | 'getter' | 'setter' | 'field' | 'function';

/** What an evaluation has to know of the method's parameters. */
export interface Parameters {
  readonly argNames: SpanPlan['argNames'];
  readonly sensitive: SpanPlan['sensitive'];
}

/** Makes the part of a plan that evaluates. `@Evaluate` brings it along, so that `@Trace` alone stays small. */
export type HookMaker = (evaluators: readonly EvaluateOptions[], parameters: Parameters) => EvaluationHook;

/** One traced place: what its decorators said of it. All decorators of a member share one. */
export interface Site {
  readonly original: AnyMethod;
  /** The function whose source tells the parameters' names, where that is not `original`. */
  source: AnyMethod | undefined;
  readonly kind: SiteKind;
  readonly member: PropertyKey;
  /** The instance that a function field belongs to: an arrow function is called without it. */
  readonly instance: unknown;
  trace: TraceOptions | undefined;
  readonly evaluators: EvaluateOptions[];
  hookMaker: HookMaker | undefined;
  readonly sensitiveArgs: Set<number>;
  /** Set where another wrapper of the same member, further out, does the work. */
  passive: boolean;
  plan: SpanPlan | undefined;
}

/** By wrapper. Shared, so that both copies of the package see that a method is wrapped already. */
const sites = shared('sites', () => new WeakMap<object, Site>());

export function siteOf(fn: unknown): Site | undefined {
  return typeof fn === 'function' ? sites.get(fn) : undefined;
}

/** A site without decorators yet, and the function that takes the member's place. */
export function makeSite(
  original: AnyMethod,
  kind: SiteKind,
  member: PropertyKey,
  instance?: unknown,
  looksLike: AnyMethod = original,
): { site: Site; wrapper: AnyMethod } {
  const site: Site = {
    original,
    source: undefined,
    kind,
    member,
    instance,
    trace: undefined,
    evaluators: [],
    hookMaker: undefined,
    sensitiveArgs: new Set(),
    passive: false,
    plan: undefined,
  };
  const traced = function (this: unknown, ...args: unknown[]): unknown {
    return callTraced(site, this, args);
  };
  const target = (): AnyMethod => (site.passive || (!anyTracer() && !asks(site)) ? original : traced);
  const wrapper = isConstructor(original) ? constructible(original, target) : callable(target);
  carryOver(looksLike, wrapper);
  sites.set(wrapper, site);
  return { site, wrapper };
}

/**
 * A method of an object literal: it takes `this` as it comes and, like a class's method, cannot be constructed. The
 * arguments are only passed on, so that the engine makes no array of them where nothing is traced.
 */
function callable(target: () => AnyMethod): AnyMethod {
  return {
    wrapper(this: unknown, ...args: unknown[]): unknown {
      return Reflect.apply(target(), this, args);
    },
  }.wrapper;
}

/** An old-style constructor can still be called with `new`; making an object is no call to trace. */
function constructible(original: AnyMethod, target: () => AnyMethod): AnyMethod {
  const wrapper = function (this: unknown, ...args: unknown[]): unknown {
    if (new.target === undefined) return Reflect.apply(target(), this, args);
    return Reflect.construct(original, args, new.target === wrapper ? original : new.target) as unknown;
  };
  // A bound function has none; any other's is carried over.
  wrapper.prototype = undefined;
  return wrapper;
}

export function isConstructor(fn: AnyMethod): boolean {
  if (!Object.hasOwn(fn, 'prototype') && !nameOf(fn).startsWith('bound ')) return false;
  try {
    Reflect.construct(Object, [], fn);
    return true;
  } catch {
    return false;
  }
}

/** Adds what one more decorator says. */
export function addToSite(
  site: Site,
  options: { trace?: TraceOptions; evaluate?: EvaluateOptions; hookMaker?: HookMaker | undefined },
): void {
  if (options.trace !== undefined) site.trace = { ...site.trace, ...options.trace };
  // Decorators run from the inside out; the outer one is read first.
  if (options.evaluate !== undefined) site.evaluators.unshift(options.evaluate);
  site.hookMaker ??= options.hookMaker;
  site.plan = undefined;
}

function refOf(site: Site): TraceOptions['tracer'] {
  const ref = site.trace?.tracer;
  if (ref !== undefined || site.evaluators.length === 0) return ref;
  return site.evaluators.find((one) => one.tracer !== undefined)?.tracer;
}

/** A function may make the first tracer of the process when it is asked. */
function asks(site: Site): boolean {
  return noTracerYet() && typeof refOf(site) === 'function';
}

function callTraced(site: Site, self: unknown, args: unknown[]): unknown {
  const ref = refOf(site);
  const at = context.active();
  const core = ref === undefined ? implicitCore(at) : namedCore(ref, site, self);
  const engine = currentEngine();
  if (core === undefined || engine === undefined) return Reflect.apply(site.original, self, args);
  site.plan ??= planOf(site, engine);
  return engine.runInSpan(core, site.plan, self, args, () => Reflect.apply(site.original, self, args), at);
}

/** A function that uses what is traced, such as `(self) => self.getTracer()`, would ask itself without end. */
function namedCore(ref: TraceOptions['tracer'], site: Site, self: unknown): TracerCore | undefined {
  return isUnseen() ? undefined : unseen(() => coreFrom(ref, self, () => nameMaker(site)(self)));
}

function planOf(site: Site, engine: Engine): SpanPlan {
  const hidesInputs = site.evaluators.some((one) => one.includeInputs === false);
  const hidesOutputs = site.evaluators.some((one) => one.includeOutputs === false);
  const options: TraceOptions = {
    ...site.trace,
    ...(hidesInputs ? { includeInputs: false } : {}),
    ...(hidesOutputs ? { includeOutputs: false } : {}),
  };
  const plan: SpanPlan = engine.makePlan({
    options,
    name: nameMaker(site),
    argNames: () =>
      site.kind === 'setter'
        ? { names: ['value'], rest: -1, defaults: new Map() }
        : engine.argNamesOf(site.source ?? site.original),
    sensitiveArgs: site.sensitiveArgs,
    evaluation: site.hookMaker?.(site.evaluators, {
      argNames: () => plan.argNames(),
      sensitive: (name, index) => plan.sensitive(name, index),
    }),
  });
  return plan;
}
