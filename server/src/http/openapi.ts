import { packageVersion } from '../package-version.js';
import { AGGREGATE_FUNCTIONS } from '../runs/measured.js';
import type { JsonObject } from '../wire/value.js';
import { PAGES } from './pages.js';

interface Described {
  summary: string;
  query?: Record<string, string>;
  answer?: string;
}

const LIST = {
  q: 'A filter: words, "phrases", field:value, field>5, field:a..b, field~part, field:*, AND, OR, NOT, brackets.',
  limit: 'How many, at most 1000.',
  cursor: 'nextCursor of the page before.',
  project: 'Only this project.',
};
const OF_RUN = {
  aggregate_function: AGGREGATE_FUNCTIONS.join(', '),
  filters: 'Count only events that these filters find: JSON, as in /v1/events/export.',
  dateRange: 'Count only events of this time: {"$gte": .., "$lte": ..}.',
};

/** What each route is for; `openApi` pairs it with the routes that really exist. */
const DESCRIBED: Record<string, Described> = {
  'GET /healthz': {
    summary: 'Is the server ready? 503 once it can store nothing more before it is restarted.',
    answer: "{ status: 'ok', service, version, db }; with 503 status is 'failing', and `reason` says why.",
  },
  'POST /v1/traces': {
    summary: 'OTLP over HTTP: protobuf or JSON, plain or gzip. 200 once committed.',
    answer: 'ExportTraceServiceResponse; header x-honeyhive-duplicates counts spans that were there already.',
  },
  'POST /opentelemetry/v1/traces': { summary: "The same on HoneyHive's path." },
  'POST /api/public/otel/v1/traces': { summary: "The same on Langfuse's path." },
  'GET /api/sessions': {
    summary: 'Sessions, newest first.',
    query: { ...LIST, run: 'Only sessions of this experiment run.' },
    answer: '{ items: Session[], nextCursor }',
  },
  'GET /api/sessions/:id': {
    summary: 'A session and its spans in the order they began.',
    query: { limit: 'Spans a page, at most 10,000.', cursor: LIST.cursor },
    answer: '{ session, spans, nextCursor }',
  },
  'DELETE /api/sessions/:id': { summary: 'Removes a session with its spans.' },
  'GET /api/sessions/:id/export': { summary: 'A session as NDJSON: its own data, then its spans as OTLP/JSON.' },
  'GET /api/spans': {
    summary: 'Spans, newest first.',
    query: LIST,
    answer: '{ items: ThinSpan[], nextCursor }',
  },
  'GET /api/spans/:traceId/:spanId': { summary: 'All that is known about one span.' },
  'GET /api/aggregate': {
    summary: 'Counts, error rate, latency percentiles, tokens, cost and score means with counts.',
    query: {
      of: 'spans (default) or sessions.',
      q: LIST.q,
      group: 'A field to group by, such as name or metadata.customer.',
      bucket: 'minute, hour, day or week.',
      limit: 'Groups, at most 10,000.',
    },
    answer: '{ items: Group[], truncated }',
  },
  'GET /api/fields': { summary: 'Names that a filter may use.' },
  'GET /api/stats': { summary: 'What was received, stored, found twice, refused; size of the file.' },
  'GET /api/live': {
    summary: 'Server-sent events of what was committed: sessions, or with a session its spans.',
    query: { after: 'A number of the ingest sequence to go on from.', session: 'Only this session, with its spans.' },
  },
  'GET /api/doctor': { summary: 'The last requests, how they were answered, and why nothing may show up.' },
  'GET /api/openapi.json': { summary: 'This document.' },
  'POST /api/import': { summary: 'Takes an exported session, or OTLP/JSON in one piece or in lines.' },
  'POST /api/prune': { summary: 'Removes the oldest sessions: { maxBytes?, beforeMs?, sessions? }.' },
  'POST /api/compact': { summary: 'Gives free pages back to the file system.' },
  'POST /session/start': { summary: 'HoneyHive: begins a session, or merges into one that is there.' },
  'POST /v1/sessions': { summary: 'HoneyHive: the same with a bare object.' },
  'PUT /events': { summary: 'HoneyHive: updates an event or a session; merges by key.' },
  'PUT /v1/events/:id': { summary: 'HoneyHive: the same with the id in the path.' },
  'POST /events': { summary: 'HoneyHive: makes an event.' },
  'POST /v1/events': { summary: 'HoneyHive: makes an event; event_type and inputs are required.' },
  'POST /events/batch': { summary: 'HoneyHive: makes several events.' },
  'POST /v1/events/batch': { summary: 'HoneyHive: makes several events.' },
  'GET /v1/events/:id': {
    summary: "HoneyHive: an event, bare and under `event`; a session's with its tree of children.",
  },
  'GET /v1/events/schema': {
    summary: 'HoneyHive: which fields events have, by type of event.',
    query: { evaluation_id: 'Only of this run.', dateRange: OF_RUN.dateRange },
    answer: '{ fields: { name, event_type }[], datasets, mappings }, with mappings by bucket',
  },
  'POST /events/export': { summary: 'HoneyHive: finds events by filters, date range and page; at most 7500 a page.' },
  'POST /v1/events/export': { summary: 'HoneyHive: the same.' },
  'POST /v1/events/search': { summary: 'HoneyHive: the same, at most 1000 a page.' },
  'POST /v1/runs': { summary: 'HoneyHive: creates an experiment run.' },
  'GET /v1/runs': {
    summary: 'HoneyHive: experiment runs, in pages.',
    query: {
      'run_ids[]': 'Only these.',
      dataset_id: 'Only on this dataset, kept here or not.',
      name: 'Only with this name.',
      status: 'Only in this state.',
      dateRange: 'Only made in this time: {"$gte": .., "$lte": ..}.',
      sort_by: 'created_at, updated_at, name or status.',
      sort_order: 'asc or desc.',
      limit: 'Runs a page, 100 if not said, at most 1000.',
      page: 'From 1.',
    },
    answer: '{ evaluations, pagination, metrics }',
  },
  'GET /v1/runs/:id': { summary: 'HoneyHive: an experiment run.' },
  'PUT /v1/runs/:id': { summary: 'HoneyHive: updates an experiment run; metadata are merged by key.' },
  'DELETE /v1/runs/:id': { summary: 'HoneyHive: removes an experiment run; its sessions stay.' },
  'GET /v1/runs/:id/result': {
    summary: 'HoneyHive: metrics of a run, aggregated and by datapoint.',
    query: OF_RUN,
  },
  'GET /v1/runs/:id/summary': { summary: 'HoneyHive: the same.', query: OF_RUN },
  'GET /v1/runs/:id/metrics': { summary: 'HoneyHive: metrics of a run, event by event.', query: OF_RUN },
  'GET /v1/runs/:id/schema': { summary: "HoneyHive: which fields a run's events have." },
  'GET /v1/runs/:id/compare/:old': {
    summary: 'HoneyHive: a run against an older one, paired by datapoint.',
    query: OF_RUN,
  },
  'GET /v1/runs/:id/compare-with/:old': { summary: 'HoneyHive: the same.', query: OF_RUN },
  'GET /v1/runs/:id/compare/:old/events': {
    summary: 'HoneyHive: events of two runs, paired by datapoint.',
    query: {
      event_name: 'Pair events of this name.',
      event_type: 'Pair events of this type; sessions if neither is said.',
      filter: 'Pair only what this filter finds.',
      limit: 'Pairs a page, at most 1000.',
      page: 'From 1.',
    },
    answer: '{ events: { datapoint_id, event_1, event_2 }[], totalEvents, pagination }',
  },
  'GET /v1/datasets': {
    summary: 'HoneyHive: datasets with the ids of their datapoints.',
    query: { dataset_id: 'Only this one.', name: 'Only with this name.' },
  },
  'POST /v1/datasets/:id/datapoints': {
    summary:
      'HoneyHive: adds rows; a mapping says which keys are inputs, ground_truth and history, others are metadata.',
  },
  'DELETE /v1/datasets/:id/datapoints/:point': { summary: 'HoneyHive: takes a datapoint out of a dataset.' },
  'GET /v1/datapoints': {
    summary: 'HoneyHive: datapoints.',
    query: {
      'datapoint_ids[]': 'Only these.',
      dataset_id: 'Only of this dataset.',
      dataset_name: 'Only of the dataset with this name.',
    },
  },
  'POST /v1/datapoints/batch': { summary: 'HoneyHive: makes datapoints of events.' },
};

export interface Route {
  method: string;
  url: string;
}

/** The document for the routes that exist; those of HoneyHive's older paths are listed without words of their own. */
export function openApi(routes: readonly Route[]): JsonObject {
  const paths: Record<string, JsonObject> = {};
  for (const { method, url } of routes) {
    if (method === 'HEAD' || (method === 'GET' && PAGES.includes(url))) continue;
    const described = DESCRIBED[`${method} ${url}`];
    const parameters = [
      ...[...url.matchAll(/:(\w+)/g)].map((match) => parameter(match[1] as string, 'path', '')),
      ...Object.entries(described?.query ?? {}).map(([name, text]) => parameter(name, 'query', text)),
    ];
    const path = url.replace(/:(\w+)/g, '{$1}');
    paths[path] ??= {};
    paths[path][method.toLowerCase()] = {
      summary: described?.summary ?? `HoneyHive's API: ${method} ${url}`,
      ...(parameters.length > 0 ? { parameters } : {}),
      responses: {
        200: { description: described?.answer ?? 'OK' },
        default: { description: '{ error: { code, message, field?, allowed? } }' },
      },
    };
  }
  return {
    openapi: '3.1.0',
    info: { title: 'honeyhive-local', version: packageVersion(), description: 'A local server for traces.' },
    components: { securitySchemes: { key: { type: 'http', scheme: 'bearer' } } },
    paths,
  };
}

/** Routes with words of their own, as `METHOD path`. */
export const DESCRIBED_ROUTES: readonly string[] = Object.keys(DESCRIBED);

function parameter(name: string, where: 'path' | 'query', description: string): JsonObject {
  return { name, in: where, required: where === 'path', description, schema: { type: 'string' } };
}
