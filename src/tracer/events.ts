import { ROOT_CONTEXT } from '@opentelemetry/api';
import { EVENT_NAME, EVENT_TYPE, NAMESPACES, type Namespace } from '../attributes/keys.js';
import { warn } from '../base/warn.js';
import { startBody, updateBody } from '../session/body.js';
import type { SessionQueue } from '../session/queue.js';
import { newSession } from '../session/scope.js';
import { asRecordedSpan } from '../tracing/as-recorded.js';
import type { EventUpdates, SessionRef, SessionStartOptions, TracerCore } from '../tracing/core.js';
import { withScope } from '../tracing/scope.js';
import { putFlat } from '../tracing/span-call.js';

/** Sessions and event updates over REST, through the queue. */
export function restEvents(queue: SessionQueue, core: () => TracerCore): EventUpdates {
  return {
    update: (id, data) => queue.update(id, updateBody([data], core().capture)),
    updateEvent: (id, layers) => queue.update(id, updateBody(layers, core().capture)),
    touch: (sessionId) => queue.touch(sessionId),
    startSession(options) {
      const { config, capture } = core();
      const start = newSession(options, config);
      void queue.start(start.sessionId, startBody(start, capture));
      return {
        id: start.sessionId,
        name: start.sessionName,
        autoCreate: () => queue.started(start.sessionId) === 'given_up',
      };
    },
  };
}

/**
 * Without the session API a back end learns of sessions by spans alone: every span asks it to make the session, and
 * what belongs to the session itself travels on a span of type `session`.
 */
export function spanEvents(core: () => TracerCore): EventUpdates {
  const names = new Map<string, string>();

  function report(session: SessionRef, data: Readonly<Record<string, unknown>>): void {
    const { recorder } = core();
    const span = asRecordedSpan(
      recorder.start(session.name ?? 'session', withScope(ROOT_CONTEXT, { core: core(), session })),
    );
    if (span === undefined) return;
    span.own = true;
    span.stamp(EVENT_TYPE, 'session');
    span.stamp(EVENT_NAME, span.name);
    for (const [key, value] of Object.entries(data)) {
      const namespace = key === 'user_properties' ? 'userProperties' : key;
      if (Object.hasOwn(NAMESPACES, namespace)) putFlat(span, NAMESPACES[namespace as Namespace], value);
      else putFlat(span, NAMESPACES.metadata, { [key]: value });
    }
    span.end();
  }

  const refOf = (id: string): SessionRef => {
    const name = names.get(id);
    return { id, ...(name === undefined ? {} : { name }), autoCreate: () => true };
  };
  return {
    update(eventId, data) {
      report(refOf(eventId), data);
      return Promise.resolve();
    },
    updateEvent(eventId) {
      const id = JSON.stringify(eventId.slice(0, 80));
      warn('event-update', `event ${id} is not the active span, and only the session API could update it: left out`);
      return Promise.resolve();
    },
    touch(sessionId) {
      report(refOf(sessionId), {});
      return Promise.resolve();
    },
    startSession(options: SessionStartOptions) {
      const start = newSession(options, core().config);
      const session: SessionRef = { id: start.sessionId, name: start.sessionName, autoCreate: () => true };
      if (names.size > 10_000) names.clear();
      names.set(session.id, start.sessionName);
      const data = {
        inputs: start.inputs,
        metadata: start.metadata,
        config: start.config,
        userProperties: start.userProperties,
      };
      if (Object.values(data).some((value) => value !== undefined)) report(session, data);
      return session;
    },
  };
}

/** For tracers that send nothing: switched off, or in test mode. */
export function silentEvents(core: () => TracerCore): EventUpdates {
  return {
    update: () => Promise.resolve(),
    updateEvent: () => Promise.resolve(),
    touch: () => Promise.resolve(),
    startSession(options) {
      const start = newSession(options, core().config);
      return { id: start.sessionId, name: start.sessionName, autoCreate: () => false };
    },
  };
}
