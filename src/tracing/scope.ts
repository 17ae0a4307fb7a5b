import type { Context } from '@opentelemetry/api';
import type { AttributeScalar } from '../attributes/capture.js';
import type { SessionRef, TracerCore } from './core.js';

/**
 * What `withSession`, `withAttributes` and a remote caller put round a piece of work. Scopes are linked to the one
 * outside them, so that tracers that share a process each find their own.
 */
export interface Scope {
  readonly outer?: Scope;
  readonly core?: TracerCore;
  readonly session?: SessionRef;
  /** Attributes for every span started inside. */
  readonly attributes?: Readonly<Record<string, ScopeAttribute>>;
}

export type ScopeAttribute = AttributeScalar | readonly string[];

// What createContextKey makes. Asking it would load OpenTelemetry's API when this package is imported.
const SCOPE = Symbol.for('honeyhive scope');
const EVALUATING = Symbol.for('honeyhive evaluating');

export function scopeOf(context: Context): Scope | undefined {
  return context.getValue(SCOPE) as Scope | undefined;
}

export function withScope(context: Context, scope: Omit<Scope, 'outer'>): Context {
  const outer = scopeOf(context);
  return context.setValue(SCOPE, outer === undefined ? scope : { ...scope, outer });
}

/** Marks work done for an evaluator: what it calls is not evaluated again. */
export function asEvaluation(context: Context): Context {
  return context.setValue(EVALUATING, true);
}

export function isEvaluating(context: Context): boolean {
  return context.getValue(EVALUATING) === true;
}

/** The session of a tracer's spans here: the innermost scope's that speaks of this tracer, else the tracer's own. */
export function sessionOf(core: TracerCore, scope: Scope | undefined): SessionRef {
  for (let at = scope; at !== undefined; at = at.outer) {
    if (at.session !== undefined && (at.core === undefined || at.core === core)) return at.session;
  }
  return core.session;
}
