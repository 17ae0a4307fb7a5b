import type { Context } from '@opentelemetry/api';
import type { AttributeScalar } from '../attributes/capture.js';
import type { SessionRef, TracerCore } from './core.js';

/** What `withSession`, `withAttributes` or a remote caller puts round a piece of work. */
export interface ScopeLayer {
  readonly core?: TracerCore;
  readonly session?: SessionRef;
  /** Attributes for every span started inside. */
  readonly attributes?: Readonly<Record<string, ScopeAttribute>>;
}

/**
 * All layers round a piece of work in one, so that tracers that share a process each find their own. Not a chain: work
 * that starts itself again from within, as a poller does, would make it grow for ever.
 */
export interface Scope {
  /** The innermost layer that names a tracer. */
  readonly named: ScopeLayer | undefined;
  /** Innermost first; one for each tracer, and one for all at most. */
  readonly sessions: readonly { readonly core: TracerCore | undefined; readonly session: SessionRef }[];
  readonly attributes: Readonly<Record<string, ScopeAttribute>> | undefined;
}

export type ScopeAttribute = AttributeScalar | readonly string[];

// What createContextKey makes. Asking it would load OpenTelemetry's API when this package is imported.
const SCOPE = Symbol.for('honeyhive scope');
const EVALUATING = Symbol.for('honeyhive evaluating');

export function scopeOf(context: Context): Scope | undefined {
  return context.getValue(SCOPE) as Scope | undefined;
}

export function withScope(context: Context, layer: ScopeLayer): Context {
  const outer = scopeOf(context);
  const scope: Scope = {
    named: layer.core === undefined ? outer?.named : layer,
    sessions: sessionsWith(layer, outer?.sessions ?? []),
    attributes: attributesWith(layer.attributes, outer?.attributes),
  };
  return context.setValue(SCOPE, scope);
}

function sessionsWith({ core, session }: ScopeLayer, outer: Scope['sessions']): Scope['sessions'] {
  if (session === undefined) return outer;
  const first = { core, session };
  // One for all tracers hides whatever is outside it.
  return core === undefined ? [first] : [first, ...outer.filter((other) => other.core !== core)];
}

function attributesWith(inner: Scope['attributes'], outer: Scope['attributes']): Scope['attributes'] {
  return inner === undefined || outer === undefined ? (inner ?? outer) : { ...outer, ...inner };
}

/** Marks work done for an evaluator: what it calls is not evaluated again. */
export function asEvaluation(context: Context): Context {
  return context.setValue(EVALUATING, true);
}

export function isEvaluating(context: Context): boolean {
  return context.getValue(EVALUATING) === true;
}

/** The session that the innermost layer which speaks of this tracer says its spans belong to. */
export function scopeSession(core: TracerCore, scope: Scope | undefined): SessionRef | undefined {
  return scope?.sessions.find((one) => one.core === undefined || one.core === core)?.session;
}

/** The session of a tracer's spans here: its scope's, else its own. */
export function sessionOf(core: TracerCore, scope: Scope | undefined): SessionRef {
  return scopeSession(core, scope) ?? core.session;
}
