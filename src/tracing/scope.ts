import { type Context, createContextKey, trace } from '@opentelemetry/api';
import type { AttributeScalar } from '../attributes/capture.js';
import type { SessionRef, TracerCore } from './core.js';
import { asRecordedSpan, type RecordedSpan } from './recorded-span.js';

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

const SCOPE = createContextKey('honeyhive scope');
const EVALUATING = createContextKey('honeyhive evaluating');

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

/** The tracer that a call without one of its own uses: the innermost of span and scope. */
export function activeCore(context: Context): TracerCore | undefined {
  const scope = scopeOf(context);
  const span = activeRecordedSpan(context);
  if (span !== undefined && (scope === undefined || scope === span.scope || scope.core === undefined)) return span.core;
  for (let at = scope; at !== undefined; at = at.outer) {
    if (at.core !== undefined) return at.core;
  }
  return undefined;
}

/** The session of a tracer's spans here: the innermost scope's that speaks of this tracer, else the tracer's own. */
export function sessionOf(core: TracerCore, scope: Scope | undefined): SessionRef {
  for (let at = scope; at !== undefined; at = at.outer) {
    if (at.session !== undefined && (at.core === undefined || at.core === core)) return at.session;
  }
  return core.session;
}

/** The active span if it is one of ours that still runs; one that ended stands for the span outside it. */
export function activeRecordedSpan(context: Context): RecordedSpan | undefined {
  let span = asRecordedSpan(trace.getSpan(context));
  while (span?.attached && span.ended) span = span.outer;
  return span;
}

/** The innermost span of `core` that still runs. */
export function activeSpanOf(core: TracerCore, context: Context): RecordedSpan | undefined {
  let span = asRecordedSpan(trace.getSpan(context));
  while (span !== undefined && (span.core !== core || span.ended)) span = span.outer;
  return span;
}
