import { type BaggageEntry, type Context, propagation } from '@opentelemetry/api';
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
import { type Scope, type ScopeAttribute, sessionOf } from './scope.js';

const TWIN_SESSION = `${ASSOCIATION_PREFIX}session_id`;
const TWIN_SOURCE = `${ASSOCIATION_PREFIX}source`;
const TWIN_PROJECT = `${ASSOCIATION_PREFIX}project`;
const TWIN_PARENT = `${ASSOCIATION_PREFIX}parent_id`;

/** Baggage that speaks of the protocol, in every spelling seen in the wild, and experiment ids. */
const PROTOCOL_BAGGAGE: Readonly<Record<string, 'session' | 'project' | 'source' | 'parent' | 'experiment'>> = {
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

/** Puts session and source on a span as it starts, whoever started it. */
export function stampStart(span: RecordedSpan, core: TracerCore, context: Context, scope: Scope | undefined): void {
  const { config } = core;
  const baggage = propagation.getBaggage(context);
  let session = sessionOf(core, scope).id;
  let source = config.source;
  let project = config.project;
  let parent: string | undefined;

  if (baggage !== undefined) {
    const fromScope = session !== core.session.id;
    for (const [key, entry] of baggage.getAllEntries()) {
      const role = PROTOCOL_BAGGAGE[key];
      if (role === 'session') session = fromScope ? session : entry.value;
      else if (role === 'project') project = entry.value;
      else if (role === 'source') source = entry.value;
      else if (role === 'parent') parent = entry.value;
      else if (role === 'experiment') span.stamp(`${METADATA}.${key}`, entry.value);
      else stampBaggage(span, key, entry);
    }
  }

  span.stamp(SESSION_ID, session);
  span.stamp(TWIN_SESSION, session);
  span.stamp(SOURCE, source);
  span.stamp(TWIN_SOURCE, source);
  if (project !== undefined) {
    span.stamp(PROJECT, project);
    span.stamp(TWIN_PROJECT, project);
  }
  if (parent !== undefined) {
    span.stamp(PARENT_ID, parent);
    span.stamp(TWIN_PARENT, parent);
  }
  if (config.runId !== undefined) span.stamp(`${METADATA}.run_id`, config.runId);
  if (config.datasetId !== undefined) span.stamp(`${METADATA}.dataset_id`, config.datasetId);
  if (config.datapointId !== undefined) span.stamp(`${METADATA}.datapoint_id`, config.datapointId);
  if (scope !== undefined) stampScope(span, scope);
}

/** What is only known when the span leaves: its type, and whether its session must be made by the back end. */
export function stampEnd(span: RecordedSpan): void {
  if (span.attributes[EVENT_TYPE] === undefined) span.stamp(EVENT_TYPE, inferEventType(span.name, span.attributes));
  const session = sessionOf(span.core, span.scope);
  if (!session.autoCreate()) return;
  span.stamp(SESSION_AUTO_CREATE, true);
  if (session.name !== undefined) span.stamp(SESSION_NAME, session.name);
}

/** Attributes of `withAttributes`, outermost first, so that the inner one wins. */
function stampScope(span: RecordedSpan, scope: Scope): void {
  if (scope.outer !== undefined) stampScope(span, scope.outer);
  if (scope.attributes === undefined) return;
  for (const key of Object.keys(scope.attributes)) span.put(key, scope.attributes[key] as ScopeAttribute);
}

function stampBaggage(span: RecordedSpan, key: string, entry: BaggageEntry): void {
  span.setAttribute(BAGGAGE_PREFIX + key, entry.value);
}
