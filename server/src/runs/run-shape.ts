import type { StoredDocument } from '../store/trace-store.js';
import { InvalidBody, kindOf, textIn } from '../wire/rest-bodies.js';
import { isObject, type JsonObject } from '../wire/value.js';

export const STATUSES = ['pending', 'running', 'completed', 'failed', 'cancelled'];

/** Refuses what a run could not be given out with again. */
export function checkRun(body: Record<string, unknown>): void {
  const status = textIn(body, 'status');
  if (status !== undefined && !STATUSES.includes(status))
    throw new InvalidBody('status', `status is '${status.slice(0, 40)}'`, STATUSES.join(', '));
  for (const field of ['metadata', 'results', 'configuration'])
    if (body[field] !== undefined && body[field] !== null && !isObject(body[field]))
      throw new InvalidBody(field, `${field} is ${kindOf(body[field])}`, 'an object');
  for (const field of ['event_ids', 'session_ids', 'datapoint_ids'])
    if (body[field] !== undefined && body[field] !== null && !isTexts(body[field]))
      throw new InvalidBody(field, `${field} is ${kindOf(body[field])}`, 'a list of ids');
  textIn(body, 'dataset_id');
}

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((one) => typeof one === 'string');
}

/** A run with every field that HoneyHive's clients demand; what is null is left out, as some of them take none. */
export function runOf(document: StoredDocument): JsonObject {
  return {
    event_ids: [],
    metadata: {},
    configuration: {},
    results: {},
    ...Object.fromEntries(Object.entries(document.body).filter(([, value]) => value !== null)),
    id: document.id,
    run_id: document.id,
    name: document.name ?? document.id,
    project: document.project,
    scope_type: 'project',
    scope_id: document.project,
    created_at: new Date(document.createdMs).toISOString(),
    updated_at: new Date(document.updatedMs).toISOString(),
    // It says whether a run was removed, and those are not given out.
    is_active: true,
  };
}
