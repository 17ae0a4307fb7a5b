import { context } from '@opentelemetry/api';
import type { NamespaceData } from '../attributes/keys.js';
import { messageOf } from '../base/errors.js';
import { sessionUuid } from '../base/ids.js';
import { debug } from '../base/warn.js';
import { idText } from '../session/scope.js';
import { activeCore } from '../tracing/active.js';
import { defaultCore, type TracerCore } from '../tracing/core.js';
import { activeSessionId } from '../tracing/propagation/propagate.js';
import { eachField, idIn } from './fields.js';

/** What `enrichSession` takes: namespaces by name, and anything else as metadata. */
export interface SessionEnrichment extends NamespaceData {
  /** Another session than the active one. */
  sessionId?: string;
  session_id?: string;
  [other: string]: unknown;
}

/**
 * Puts data on a session: the given one, else the active one, else the tracer's. Without data it makes sure that the
 * session exists. Resolves when the back end has it or it was given up; never rejects, and need not be awaited.
 *
 * @example
 * await enrichSession({ feedback: { rating: 5 } });
 * await enrichSession('7af94e2b-4dd9-50f0-9c9a-8a48519bdef0', { metrics: { turns: 3 } });
 */
export function enrichSession(data?: SessionEnrichment | object): Promise<void>;
export function enrichSession(sessionId: string | undefined, data?: SessionEnrichment | object): Promise<void>;
export function enrichSession(first?: string | object, second?: object): Promise<void> {
  return enrich(activeCore(context.active()) ?? defaultCore(), first, second);
}

/** The same, of one tracer. */
export function enrichSessionOf(core: TracerCore, first?: string | object, second?: object): Promise<void> {
  return enrich(core, first, second);
}

function enrich(core: TracerCore | undefined, first: unknown, second: unknown): Promise<void> {
  try {
    if (core?.recording !== true) {
      debug('enrichSession: there is no tracer that records, the data went nowhere');
      return Promise.resolve();
    }
    const { sessionId, data } = read(first, second);
    const id = sessionUuid(sessionId ?? activeSessionId(core, context.active()));
    return data === undefined ? core.events.touch(id) : core.events.update(id, data);
  } catch (thrown) {
    debug(`enrichSession: the data could not be read (${messageOf(thrown)}), it went nowhere`);
    return Promise.resolve();
  }
}

function read(first: unknown, second: unknown): { sessionId?: string; data?: Record<string, unknown> } {
  // An object that comes before the data is an id, if it can be one.
  const positional = typeof first === 'object' && (second ?? undefined) === undefined ? undefined : idText(first);
  const given = positional !== undefined || first === '' ? [second] : [first, second];
  let named = '';
  const data = Object.create(null) as Record<string, unknown>;
  for (const one of given) {
    eachField(one, (key, value) => {
      const id = key === 'sessionId' || key === 'session_id' ? idIn(value) : undefined;
      if (id === undefined) data[key] = value;
      else named ||= id;
    });
  }
  const sessionId = positional ?? named;
  return {
    ...(sessionId === '' ? {} : { sessionId }),
    ...(Object.keys(data).length === 0 ? {} : { data }),
  };
}
