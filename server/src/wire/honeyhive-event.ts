import { roleOf } from './key-role.js';
import type { Session, WholeSpan } from './records.js';
import { emptyObject, type Json, type JsonObject } from './value.js';

/** HoneyHive's clients demand that answers say whose they are; here nobody shares a server. */
export const ORGANISATION = { org_id: 'local', workspace_id: 'local' };

/**
 * An event as HoneyHive's API gives it out. Times are whole Unix milliseconds: clients of HoneyHive refuse fractions.
 * What is still running has no end: HoneyHive's TypeScript client refuses a list with one null among its times.
 */
export interface HoneyHiveEvent {
  event_id: string;
  session_id: string;
  project: string;
  project_id: string;
  source: string;
  event_type: string;
  event_name: string;
  error: string | null;
  parent_id: string | null;
  children_ids: string[];
  start_time: number;
  end_time?: number;
  duration?: number;
  inputs: JsonObject;
  outputs: JsonObject;
  config: JsonObject;
  metadata: JsonObject;
  metrics: JsonObject;
  feedback: JsonObject;
  user_properties: JsonObject;
}

export function eventOfSpan(span: WholeSpan, parentId: string, childrenIds: string[]): HoneyHiveEvent {
  const metadata = Object.assign(emptyObject(), foreignAttributes(span.attributes), span.metadata);
  if (span.tokens)
    Object.assign(metadata, {
      prompt_tokens: span.tokens.prompt,
      completion_tokens: span.tokens.completion,
      total_tokens: span.tokens.total,
    });
  if (span.costUsd !== undefined) metadata.cost = span.costUsd;
  return {
    event_id: span.eventId,
    session_id: span.sessionId,
    project: span.project,
    project_id: span.project,
    source: span.source ?? 'unknown',
    event_type: span.eventType,
    event_name: span.name,
    error: span.error?.message ?? (span.error ? (span.error.type ?? 'error') : null),
    parent_id: parentId,
    children_ids: childrenIds,
    start_time: Math.round(span.startTime),
    ...(span.endTime === null ? {} : { end_time: Math.round(span.endTime) }),
    ...(span.durationMs === null ? {} : { duration: span.durationMs }),
    inputs: span.inputs,
    outputs: span.outputs,
    config: span.config,
    metadata,
    metrics: span.metrics,
    feedback: span.feedback,
    user_properties: span.userProperties,
  };
}

/** Attributes that no bucket takes belong to the metadata. */
function foreignAttributes(attributes: JsonObject): JsonObject {
  const result = emptyObject();
  for (const key of Object.keys(attributes)) if (roleOf(key).loose !== undefined) result[key] = attributes[key] as Json;
  return result;
}

/** A session is the event at the root of its tree; the reserved metadata are its running totals. */
export function eventOfSession(session: Session, childrenIds: string[]): HoneyHiveEvent {
  const reserved: JsonObject = {
    num_events: session.spanCount,
    num_model_events: session.modelCount,
    has_feedback: session.hasFeedback,
    cost: session.costUsd,
    total_tokens: session.tokens.total,
    prompt_tokens: session.tokens.prompt,
    completion_tokens: session.tokens.completion,
  };
  return {
    event_id: session.sessionId,
    session_id: session.sessionId,
    project: session.project,
    project_id: session.project,
    source: session.source,
    event_type: 'session',
    event_name: session.sessionName,
    error: session.error,
    parent_id: null,
    children_ids: childrenIds,
    start_time: Math.round(session.startTime),
    ...(session.endTime === null ? {} : { end_time: Math.round(session.endTime) }),
    duration: session.durationMs,
    inputs: session.inputs,
    outputs: session.outputs,
    config: session.config,
    metadata: Object.assign(emptyObject(), session.metadata, reserved),
    metrics: session.metrics,
    feedback: session.feedback,
    user_properties: session.userProperties,
  };
}
