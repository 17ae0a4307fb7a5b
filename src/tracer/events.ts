import { ROOT_CONTEXT } from '@opentelemetry/api';
import type { AttributeScalar } from '../attributes/capture.js';
import { flatten } from '../attributes/flatten.js';
import { EVENT_NAME, EVENT_TYPE, NAMESPACES, type Namespace } from '../attributes/keys.js';
import { INACTIVE } from '../attributes/redact.js';
import { PACKAGE } from '../base/version.js';
import { warn } from '../base/warn.js';
import type { Delivery } from '../delivery/delivery.js';
import { namespacesOf, startBody, updateBody } from '../session/body.js';
import type { JsonObject } from '../session/json.js';
import type { SessionQueue } from '../session/queue.js';
import { newSession } from '../session/scope.js';
import { asRecordedSpan } from '../tracing/as-recorded.js';
import type { EventUpdates, SessionRef, SessionStartOptions, TracerCore } from '../tracing/core.js';
import { Recorder, type RecorderOptions } from '../tracing/recorder.js';
import { withScope } from '../tracing/scope.js';

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

const MOST_NAMES = 10_000;

/** What spans of sessions need of the tracer. */
export interface SpanRoute {
  readonly wire: Pick<Delivery, 'enqueue' | 'ledger'>;
  readonly resource: RecorderOptions['resource'];
  readonly processors: RecorderOptions['processors'];
}

/**
 * Without the session API a back end learns of sessions by spans alone: every span asks it to make the session, and
 * what belongs to the session itself travels on a span of type `session`.
 */
export function spanEvents(core: () => TracerCore, { wire, resource, processors }: SpanRoute): EventUpdates {
  const names = new Map<string, string>();
  // A session is no trace: what the program leaves out of its traces says nothing of its sessions.
  const recorder = new Recorder({
    resource,
    processors,
    scopeName: { name: PACKAGE.name, version: PACKAGE.version },
    sampler: undefined,
    passes: () => true,
    deliver: (span) => wire.enqueue(span),
  });

  /** `fields` are masked and bounded already. */
  function report(session: SessionRef, fields: JsonObject): void {
    recorder.bind(core());
    const name = session.name ?? 'session';
    const span = asRecordedSpan(recorder.start(name, withScope(ROOT_CONTEXT, { core: core(), session })));
    if (span === undefined) return;
    span.stamp(EVENT_TYPE, 'session');
    span.stamp(EVENT_NAME, span.name);
    const capture = { limits: core().capture.limits, redactor: INACTIVE };
    for (const field of Object.keys(fields)) {
      const { written, leftOut } = flatten(prefixOf(field), fields[field], capture);
      span.droppedAttributesCount += leftOut;
      for (let i = 0; i < written.length; i += 2) span.put(written[i] as string, written[i + 1] as AttributeScalar);
    }
    span.end();
  }

  const refOf = (id: string): SessionRef => {
    const { config } = core();
    const name = id === config.sessionId ? config.sessionName : names.get(id);
    return { id, ...(name === undefined ? {} : { name }), autoCreate: () => true };
  };
  const update: EventUpdates['update'] = (sessionId, data) => {
    const fields = namespacesOf([data], core().capture);
    if (Object.keys(fields).length > 0) report(refOf(sessionId), fields);
    return Promise.resolve();
  };
  return {
    update,
    updateEvent(eventId) {
      const id = JSON.stringify(eventId.slice(0, 80));
      warn('event-update', `event ${id} is not the active span, and only the session API could update it: left out`);
      wire.ledger.made(1);
      wire.ledger.dropped('no_session_api', 1, [`event ${eventId}`]);
      return Promise.resolve();
    },
    touch(sessionId) {
      report(refOf(sessionId), {});
      return Promise.resolve();
    },
    startSession(options: SessionStartOptions) {
      const start = newSession(options, core().config);
      const session: SessionRef = { id: start.sessionId, name: start.sessionName, autoCreate: () => true };
      if (names.size >= MOST_NAMES) for (const oldest of names.keys()) if (names.delete(oldest)) break;
      names.set(session.id, start.sessionName);
      const { inputs, metadata, config, userProperties } = start;
      const data = { inputs, metadata, config, userProperties };
      if (Object.values(data).some((value) => value !== undefined)) void update(session.id, data);
      return session;
    },
  };
}

/** What is no namespace (a session's `duration`) is metadata. */
function prefixOf(field: string): string {
  const name = field === 'user_properties' ? 'userProperties' : field;
  return Object.hasOwn(NAMESPACES, name) ? NAMESPACES[name as Namespace] : `${NAMESPACES.metadata}.${field}`;
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
