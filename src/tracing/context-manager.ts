import { type Context, type ContextManager, context } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { shared } from '../base/slot.js';

interface Attachable {
  attach?: (context: Context) => { dispose(): void };
}

/**
 * Makes sure that contexts follow asynchronous work: without a context manager every span would be a root. A manager
 * that the program installed stays; ours steps in only where there is none.
 */
export function ensureContextManager(): void {
  installed();
}

const installed = (): { manager: ContextManager | undefined } =>
  shared('context-manager', () => {
    // The probe key is carried by any real manager and lost by the stand-in.
    const probe = Symbol('probe');
    const carried = context.with(context.active().setValue(probe, true), () => context.active().getValue(probe));
    if (carried === true) return { manager: undefined };
    const manager = new AsyncLocalStorageContextManager().enable();
    return { manager: context.setGlobalContextManager(manager) ? manager : undefined };
  });

/**
 * Makes `to` the active context until disposed in the same turn, if our manager is the one in use. Without a callback a
 * traced call takes half as much of the stack.
 */
export function enterContext(to: Context): { dispose(): void } | undefined {
  const manager = installed().manager as (ContextManager & Attachable) | undefined;
  const token = manager?.attach?.(to);
  if (token === undefined || context.active() === to) return token;
  token.dispose();
  return undefined;
}

/** Makes `to` the active context from here on, until disposed; a no-op under a manager that cannot. */
export function attachContext(to: Context): { dispose(): void } {
  const manager = installed().manager as (ContextManager & Attachable) | undefined;
  return manager?.attach?.(to) ?? { dispose: () => undefined };
}
