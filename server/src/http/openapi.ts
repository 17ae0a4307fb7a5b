import { packageVersion } from '../package-version.js';
import type { JsonObject } from '../wire/value.js';

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
const AGGREGATE_FUNCTION = 'average, min, max, sum, median or count';

/** What each route is for; `openApi` pairs it with the routes that really exist. */
const DESCRIBED: Record<string, Described> = {
  'GET /healthz': { summary: 'Is the server ready?' },
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
  'POST /api/login': { summary: 'Exchanges a key for the cookie that the page uses.' },
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
  'GET /v1/events/:id': { summary: "HoneyHive: an event; a session's with its tree of children." },
  'POST /events/export': { summary: 'HoneyHive: finds events by filters, date range and page; at most 7500 a page.' },
  'POST /v1/events/export': { summary: 'HoneyHive: the same.' },
  'POST /v1/events/search': { summary: 'HoneyHive: the same, at most 1000 a page.' },
  'POST /v1/runs': { summary: 'HoneyHive: creates an experiment run.' },
  'GET /v1/runs': { summary: 'HoneyHive: experiment runs, newest first.' },
  'GET /v1/runs/:id': { summary: 'HoneyHive: an experiment run.' },
  'PUT /v1/runs/:id': { summary: 'HoneyHive: updates an experiment run.' },
  'GET /v1/runs/:id/result': {
    summary: 'HoneyHive: metrics of a run, aggregated and by datapoint.',
    query: { aggregate_function: AGGREGATE_FUNCTION },
  },
  'GET /v1/runs/:id/compare-with/:old': {
    summary: 'HoneyHive: a run against an older one, paired by datapoint.',
    query: { aggregate_function: AGGREGATE_FUNCTION },
  },
};

export interface Route {
  method: string;
  url: string;
}

/** The document for the routes that exist; those of HoneyHive's older paths are listed without words of their own. */
export function openApi(routes: readonly Route[]): JsonObject {
  const paths: Record<string, JsonObject> = {};
  for (const { method, url } of routes) {
    if (method === 'HEAD' || url.includes('*') || isPage(url)) continue;
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

/** Addresses of the page, not of the API. */
function isPage(url: string): boolean {
  return !/^\/(api|v1|healthz|opentelemetry|session\/|sessions\/:id|events|runs\/|datasets|datapoints|metrics|configurations)/.test(
    url,
  );
}
