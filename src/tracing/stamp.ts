import type { Baggage } from '@opentelemetry/api';
import {
  ASSOCIATION_PREFIX,
  BAGGAGE_PREFIX,
  EVENT_TYPE,
  METADATA,
  PARENT_ID,
  PROJECT,
  SESSION_AUTO_CREATE,
  SESSION_ID,
  SESSION_NAME,
  SOURCE,
} from '../attributes/keys.js';
import type { TracerCore } from './core.js';
import { inferEventType } from './event-type.js';
import type { RecordedSpan } from './recorded-span.js';
import { type Scope, type ScopeAttribute, scopeSession, sessionOf } from './scope.js';

const TWIN_SESSION = `${ASSOCIATION_PREFIX}session_id`;
const TWIN_SOURCE = `${ASSOCIATION_PREFIX}source`;
const TWIN_PROJECT = `${ASSOCIATION_PREFIX}project`;
const TWIN_PARENT = `${ASSOCIATION_PREFIX}parent_id`;

/** Baggage that speaks of the protocol, in every spelling seen in the wild, and experiment ids. */
export const PROTOCOL_BAGGAGE: Readonly<Record<string, 'session' | 'project' | 'source' | 'parent' | 'experiment'>> = {
  session_id: 'session',
  honeyhive_session_id: 'session',
  'honeyhive.session_id': 'session',
  project: 'project',
  honeyhive_project: 'project',
  'honeyhive.project': 'project',
  source: 'source',
  honeyhive_source: 'source',
  'honeyhive.source': 'source',
  parent_id: 'parent',
  'honeyhive.parent_id': 'parent',
  run_id: 'experiment',
  dataset_id: 'experiment',
  datapoint_id: 'experiment',
};

/** What every span of a tracer says of where it belongs, unless its context says otherwise. */
export function tracerStamps(core: TracerCore): Record<string, string> {
  const { config } = core;
  const stamps: Record<string, string> = {
    [SESSION_ID]: core.session.id,
    [TWIN_SESSION]: core.session.id,
    [SOURCE]: config.source,
    [TWIN_SOURCE]: config.source,
  };
  if (config.project !== undefined) {
    stamps[PROJECT] = config.project;
    stamps[TWIN_PROJECT] = config.project;
  }
  if (config.runId !== undefined) stamps[`${METADATA}.run_id`] = config.runId;
  if (config.datasetId !== undefined) stamps[`${METADATA}.dataset_id`] = config.datasetId;
  if (config.datapointId !== undefined) stamps[`${METADATA}.datapoint_id`] = config.datapointId;
  return stamps;
}

/** Puts on a span that starts what its context adds to the tracer's own stamps, whoever started it. */
export function stampContext(
  span: RecordedSpan,
  core: TracerCore,
  scope: Scope | undefined,
  baggage: Baggage | undefined,
): void {
  const own = core.session.id;
  const scoped = scopeSession(core, scope)?.id;
  let session = scoped ?? own;
  if (baggage !== undefined) {
    for (const [key, entry] of baggage.getAllEntries()) {
      const { value } = entry;
      const role = Object.hasOwn(PROTOCOL_BAGGAGE, key) ? PROTOCOL_BAGGAGE[key] : undefined;
      if (role !== undefined && entry.value === '') continue;
      if (role === 'session') session = scoped ?? value;
      else if (role === 'project') stampTwice(span, PROJECT, TWIN_PROJECT, value);
      else if (role === 'source') stampTwice(span, SOURCE, TWIN_SOURCE, value);
      else if (role === 'parent') stampTwice(span, PARENT_ID, TWIN_PARENT, value);
      else if (role === 'experiment') stampExperiment(span, core, key, value);
      else span.setAttribute(BAGGAGE_PREFIX + key, value);
    }
  }
  if (session !== own) stampTwice(span, SESSION_ID, TWIN_SESSION, session);
  const attributes = scope?.attributes;
  for (const key in attributes) span.put(key, attributes[key] as ScopeAttribute);
}

function stampTwice(span: RecordedSpan, key: string, twin: string, value: string): void {
  span.stamp(key, value);
  span.stamp(twin, value);
}

/** The tracer's own experiment comes before one that a caller speaks of. */
function stampExperiment(span: RecordedSpan, core: TracerCore, key: string, value: string): void {
  const { runId, datasetId, datapointId } = core.config;
  const own = key === 'run_id' ? runId : key === 'dataset_id' ? datasetId : datapointId;
  if (own === undefined) span.stamp(`${METADATA}.${key}`, value);
}

/** What is only known when the span leaves: its type, and whether its session must be made by the back end. */
export function stampEnd(span: RecordedSpan): void {
  if (!span.has(EVENT_TYPE)) span.stamp(EVENT_TYPE, inferEventType(span.name, span.attributes));
  const session = span.scope === undefined ? span.core.session : sessionOf(span.core, span.scope);
  if (!session.autoCreate()) return;
  span.stamp(SESSION_AUTO_CREATE, true);
  // Baggage may have named another session than the one whose name is known here.
  if (session.name !== undefined && span.attributes[SESSION_ID] === session.id) {
    span.stamp(SESSION_NAME, span.core.capture.redactor.key(session.name).name);
  }
}
