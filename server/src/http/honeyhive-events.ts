import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { eventSchema, fieldsOnly } from '../runs/event-schema.js';
import type { EventSearch, Scope, TraceStore } from '../store/trace-store.js';
import { eventFilter } from '../wire/event-filters.js';
import type { HoneyHiveEvent } from '../wire/honeyhive-event.js';
import { InvalidBody, kindOf, numberIn, objectBody, sessionChange, textIn, timeIn } from '../wire/rest-bodies.js';
import { eventRecord, sessionOfEvent } from '../wire/rest-events.js';
import { isObject, type JsonObject } from '../wire/value.js';
import { abortSignal } from './abort-signal.js';
import { readJson } from './body.js';
import { latestEvents } from './event-pages.js';
import { HttpError } from './http-error.js';
import { jsonOf, pageOf, type Query, rangeOf, scopeIn, textOf } from './query-values.js';
import type { ScopeOf } from './scope.js';
import { sendTree, sessionTree } from './session-tree.js';

const MAX_BATCH = 10_000;
/** Which fields there are is told by the latest events. */
const SAMPLE = 5000;
/** Far beyond what a file can hold. */
const MAX_PAGE = 1_000_000_000;

/** HoneyHive's REST API: making, reading and finding events. */
export function honeyhiveEventRoutes(app: FastifyInstance, store: TraceStore, scopeOf: ScopeOf): void {
  for (const { path, strict, type } of [
    { path: '/events', strict: false, type: undefined },
    { path: '/v1/events', strict: true, type: undefined },
    { path: '/events/model', strict: false, type: 'model' },
  ]) {
    app.post(path, async (request) => {
      const scope = scopeOf(request, 'ingest');
      const [id] = await createEvents(store, scope, [await readJson(request)], {
        strict,
        ...(type === undefined ? {} : { eventType: type }),
      });
      return { success: true, event_id: id };
    });
  }
  for (const { path, strict, type } of [
    { path: '/events/batch', strict: false, type: undefined },
    { path: '/v1/events/batch', strict: true, type: undefined },
    { path: '/events/model/batch', strict: false, type: 'model' },
    { path: '/v1/sessions/:id/events/batch', strict: true, type: undefined },
    { path: '/session/:id/traces', strict: false, type: undefined },
  ]) {
    app.post<{ Params: { id?: string } }>(path, async (request) => {
      const scope = scopeOf(request, 'ingest');
      const body = await readJson(request);
      const outer = Array.isArray(body) ? { events: body } : objectBody(body);
      const events = outer.events ?? outer.model_events ?? outer.logs;
      if (!Array.isArray(events))
        throw new InvalidBody('events', `events is ${kindOf(events)}, not a list`, 'a list of events');
      if (events.length > MAX_BATCH)
        throw new InvalidBody('events', `${events.length} events at once`, `at most ${MAX_BATCH}`);
      let sessionId = request.params.id;
      const properties = isObject(outer.session_properties) ? outer.session_properties : outer.session;
      if (
        sessionId === undefined &&
        (outer.is_single_session === true || outer.single_session === true || isObject(properties))
      ) {
        const change = sessionChange({ session_id: sessionIn(events), ...(isObject(properties) ? properties : {}) });
        change.startMs ??= Date.now();
        await store.startSession(scope, change);
        sessionId = change.sessionId;
      }
      const ids = await createEvents(store, scope, events, {
        strict,
        ...(type === undefined ? {} : { eventType: type }),
        ...(sessionId === undefined ? {} : { sessionId }),
      });
      return { success: true, event_ids: ids, ...(sessionId === undefined ? {} : { session_id: sessionId }) };
    });
  }

  const search = async (request: FastifyRequest, reply: FastifyReply, body: Record<string, unknown>, most: number) => {
    const scope = scopeOf(request, 'read');
    const found = await store.searchEvents(scope, searchIn(body, most), abortSignal(reply));
    const projections = Array.isArray(body.projections)
      ? body.projections.filter((one): one is string => typeof one === 'string')
      : undefined;
    return {
      events: projections === undefined ? found.events : found.events.map((event) => project(event, projections)),
      totalEvents: found.total,
      count: found.events.length,
    };
  };
  for (const { path, most } of [
    { path: '/events/export', most: 7500 },
    { path: '/v1/events/export', most: 7500 },
    { path: '/v1/events/search', most: 1000 },
  ])
    app.post(path, async (request, reply) => search(request, reply, objectBody(await readJson(request)), most));
  for (const path of ['/events', '/v1/events'])
    app.get<{ Querystring: Query }>(path, async (request, reply) => {
      const { query } = request;
      const asked: Record<string, unknown> = { ...query, ...pageOf(query, 7500, 1000) };
      for (const field of ['filters', 'dateRange', 'projections']) asked[field] = jsonOf(query, field);
      return search(request, reply, asked, 7500);
    });

  for (const path of ['/events/schema', '/v1/events/schema', '/runs/schema', '/v1/runs/schema']) {
    app.get<{ Querystring: Query }>(path, async (request, reply) => {
      const scope = scopeIn(request.query, scopeOf(request, 'read'));
      const run = textOf(request.query, 'evaluation_id');
      const { from, to } = rangeOf(request.query);
      const asked = {
        filter: eventFilter(undefined),
        ...(run === undefined ? {} : { run }),
        ...(from > -Infinity ? { fromMs: from } : {}),
        ...(to < Infinity ? { toMs: to } : {}),
      };
      return eventSchema(await latestEvents(store, scope, asked, SAMPLE, fieldsOnly, abortSignal(reply)));
    });
  }
  for (const path of ['/events/:id', '/v1/events/:id']) {
    app.get<{ Params: { id: string } }>(path, async (request, reply) => {
      const scope = scopeOf(request, 'read');
      const event = await store.getEvent(scope, request.params.id);
      if (!event) throw new HttpError(404, 'not_found', 'there is no event with this id');
      // Clients before 2026 read the bare event, and a session's tree; later ones what stands under `event`.
      return event.event_type === 'session'
        ? sendTree(reply, await sessionTree(store, scope, event), { event: event as unknown as JsonObject })
        : { ...event, event };
    });
  }
  for (const path of ['/session/:id', '/v1/sessions/:id', '/sessions/:id/tree']) {
    app.get<{ Params: { id: string } }>(path, async (request, reply) => {
      const scope = scopeOf(request, 'read');
      const event = await store.getEvent(scope, request.params.id);
      if (event?.event_type !== 'session') throw new HttpError(404, 'not_found', 'there is no session with this id');
      return sendTree(reply, await sessionTree(store, scope, event));
    });
  }
  for (const path of ['/session/:id', '/v1/sessions/:id', '/api/sessions/:id']) {
    app.delete<{ Params: { id: string } }>(path, async (request) => {
      const scope = scopeOf(request, 'ingest');
      const event = await store.getEvent(scope, request.params.id);
      if (event?.event_type !== 'session') throw new HttpError(404, 'not_found', 'there is no session with this id');
      const removed = await store.deleteSession(scope, request.params.id);
      return { success: true, deleted: removed.spans };
    });
  }
}

/** The session of a batch: the one that an event names, else the one that its first event would have alone. */
function sessionIn(events: unknown[]): string | undefined {
  for (const event of events) if (isObject(event) && typeof event.session_id === 'string') return event.session_id;
  const [first] = events;
  return isObject(first) && typeof first.event_id === 'string' ? sessionOfEvent(first.event_id) : undefined;
}

async function createEvents(
  store: TraceStore,
  scope: Scope,
  bodies: unknown[],
  defaults: { strict: boolean; eventType?: string; sessionId?: string },
): Promise<string[]> {
  const records = bodies.map((body, index) =>
    eventRecord(body, { ...defaults, where: bodies.length === 1 ? 'event' : `events[${index}]` }),
  );
  const spans = records.filter((record) => record.attributes.honeyhive_event_type !== 'session');
  for (const [index, record] of records.entries()) {
    if (record.attributes.honeyhive_event_type !== 'session') continue;
    const body = bodies[index] as Record<string, unknown>;
    const change = sessionChange({
      ...((isObject(body.event) ? body.event : body) as object),
      session_id: record.eventId,
    });
    change.startMs ??= Date.now();
    await store.startSession(scope, change);
  }
  if (spans.length > 0) await store.writeSpans(scope, spans);
  return records.map((record) => record.eventId as string);
}

function searchIn(body: Record<string, unknown>, most: number): EventSearch {
  const limit = numberIn(body, 'limit') ?? Math.min(1000, most);
  if (!Number.isInteger(limit) || limit < 1 || limit > most)
    throw new InvalidBody('limit', `limit is ${limit}`, `a whole number from 1 to ${most}`);
  const page = numberIn(body, 'page') ?? 1;
  if (!Number.isInteger(page) || page < 1 || page > MAX_PAGE)
    throw new InvalidBody('page', `page is ${page}`, `a whole number from 1 to ${MAX_PAGE}`);
  const range = isObject(body.dateRange) ? body.dateRange : isObject(body.date_range) ? body.date_range : {};
  const from = timeIn(range, '$gte') ?? timeIn(range, 'start_time');
  const to = timeIn(range, '$lte') ?? timeIn(range, 'end_time');
  const run = textIn(body, 'evaluation_id', 'run_id');
  return {
    filter: withProject(eventFilter(body.filters), textIn(body, 'project')),
    limit,
    page,
    ...(from === undefined ? {} : { fromMs: from }),
    ...(to === undefined ? {} : { toMs: to }),
    ...(run === undefined ? {} : { run }),
  };
}

function withProject(filter: EventSearch['filter'], project: string | undefined): EventSearch['filter'] {
  return project === undefined
    ? filter
    : { kind: 'all', items: [filter, { kind: 'compare', field: 'project', operator: '=', value: project }] };
}

function project(event: HoneyHiveEvent, fields: string[]): JsonObject {
  const all = event as unknown as JsonObject;
  return Object.fromEntries(
    fields.filter((field) => Object.hasOwn(all, field)).map((field) => [field, all[field] as JsonObject[string]]),
  );
}
