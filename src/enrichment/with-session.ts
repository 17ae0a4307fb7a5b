import { context } from '@opentelemetry/api';
import { debug } from '../base/warn.js';
import { sessionIdOf } from '../session/scope.js';
import { activeCore } from '../tracing/active.js';
import { defaultCore, type SessionStartOptions, type TracerCore } from '../tracing/core.js';
import { withScope } from '../tracing/scope.js';
import { enrichSessionOf, type SessionEnrichment } from './enrich-session.js';
import { fieldsOf } from './fields.js';

/** The session that a callback of `withSession` runs in. */
export interface SessionHandle {
  readonly sessionId: string;
  /** The same as `enrichSession` with this session's id. */
  enrich(data?: SessionEnrichment | object): Promise<void>;
}

/**
 * Runs `work` in a session of its own, one per request or conversation; spans started inside belong to it, however
 * many such blocks run at once. Gives what `work` gives.
 *
 * @example
 * await withSession({ sessionName: 'support chat', userProperties: { user_id: 'u1' } }, () => desk.answer(question));
 */
export function withSession<T>(options: SessionStartOptions, work: (session: SessionHandle) => T): T {
  return withSessionOf(activeCore(context.active()) ?? defaultCore(), options, work);
}

/** The same, of one tracer. */
export function withSessionOf<T>(
  core: TracerCore | undefined,
  options: SessionStartOptions,
  work: (session: SessionHandle) => T,
): T {
  const given = fieldsOf(options) as SessionStartOptions;
  if (core?.recording !== true) {
    debug('withSession: there is no tracer that records');
    const sessionId = sessionIdOf(given.sessionId ?? given.session_id);
    return work({ sessionId, enrich: () => Promise.resolve() });
  }
  const session = core.events.startSession(given);
  const handle: SessionHandle = {
    sessionId: session.id,
    enrich: (data) => enrichSessionOf(core, session.id, data),
  };
  return context.with(withScope(context.active(), { core, session }), work, undefined, handle);
}
