import type {
  EventChange,
  IngestReceipt,
  Scope,
  SessionChange,
  SessionRecords,
  TraceStore,
} from '../store/trace-store.js';
import { canonicalId } from './ids.js';
import { MAX_JSON_DEPTH, parseJson } from './json-text.js';
import { encodeTracesJson, REST_FIELDS } from './otlp-encode.js';
import { decodeTracesJson } from './otlp-json.js';
import { bucketsIn, eventChange, sessionChange, textIn } from './rest-bodies.js';
import { BUCKETS, MalformedRequest, type SpanRecord } from './span-record.js';
import { copyUsage } from './usage.js';
import { emptyObject, isObject, type JsonObject } from './value.js';

/**
 * A session as lines of JSON: its own data, its spans as OTLP/JSON, and what was said about events later. A file with
 * nothing but OTLP/JSON, in one piece or in lines, can be read in too.
 */
export async function* sessionLines(
  store: Pick<TraceStore, 'exportSession'>,
  scope: Scope,
  sessionId: string,
): AsyncGenerator<string> {
  let cursor: string | undefined;
  let first = true;
  do {
    const page: SessionRecords | undefined = await store.exportSession(scope, sessionId, cursor);
    if (!page) return;
    if (first) yield `${JSON.stringify({ honeyhiveSession: sessionBody(page) })}\n`;
    first = false;
    if (page.spans.length > 0) yield `${JSON.stringify(encodeTracesJson(page.spans))}\n`;
    for (const patch of page.patches)
      yield `${JSON.stringify({ honeyhiveEvent: { ...patch.body, event_id: patch.eventId } })}\n`;
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
}

function sessionBody({ session, given }: SessionRecords): JsonObject {
  return {
    session_id: session.sessionId,
    session_name: session.sessionName,
    project: session.project,
    source: session.source,
    start_time: session.startTime,
    ...(given.endMs === undefined ? {} : { end_time: given.endMs }),
    ...(given.durationMs === undefined ? {} : { duration: given.durationMs }),
    inputs: session.inputs,
    outputs: session.outputs,
    config: session.config,
    metadata: session.metadata,
    metrics: session.metrics,
    feedback: session.feedback,
    user_properties: session.userProperties,
    ...(session.error === null ? {} : { error: session.error }),
  };
}

export type SessionFilePart =
  | { kind: 'session'; change: SessionChange }
  | { kind: 'event'; change: EventChange }
  | { kind: 'traces'; body: Buffer; deep: boolean };

/** As OTLP/JSON a level of a value takes four brackets, and around it are ten or so of the envelope. */
const MAX_FILE_DEPTH = 4 * MAX_JSON_DEPTH + 16;

/** What a file's text holds. Throws `MalformedRequest` with the number of the line that cannot be read. */
export function readSessionFile(text: string): SessionFilePart[] {
  const trimmed = text.trim();
  try {
    return [partOf(trimmed)];
  } catch {
    // Not one piece: lines.
  }
  return trimmed.split('\n').flatMap((line, index) => {
    if (line.trim() === '') return [];
    try {
      return [partOf(line)];
    } catch (error) {
      throw new MalformedRequest(`line ${index + 1}: ${error instanceof Error ? error.message : String(error)}`);
    }
  });
}

function partOf(text: string): SessionFilePart {
  const body = Buffer.from(text);
  const { value, deep } = parsedLine(body);
  if (!isObject(value)) throw new MalformedRequest('a line is an object');
  if (value.honeyhiveSession !== undefined) return { kind: 'session', change: sessionChange(value.honeyhiveSession) };
  if (value.honeyhiveEvent !== undefined) return { kind: 'event', change: eventChange(value.honeyhiveEvent) };
  if (value.resourceSpans !== undefined || value.resource_spans !== undefined) return { kind: 'traces', body, deep };
  throw new MalformedRequest('neither OTLP/JSON (resourceSpans) nor a line of an exported session');
}

/** `deep`: deeper than what a sender may send, since what one sends nested as deep as it may is written with more brackets. */
function parsedLine(body: Buffer): { value: unknown; deep: boolean } {
  try {
    return { value: parseJson(body), deep: false };
  } catch (error) {
    if (!(error instanceof MalformedRequest) || error.code !== 'too_deep') throw error;
    return { value: parseJson(body, MAX_FILE_DEPTH), deep: true };
  }
}

export async function importParts(
  store: TraceStore,
  scope: Scope,
  parts: SessionFilePart[],
): Promise<{ sessions: number; spans: number; duplicates: number; rejected: number }> {
  const report = { sessions: 0, spans: 0, duplicates: 0, rejected: 0 };
  for (const part of parts) {
    if (part.kind === 'session') {
      await store.startSession(scope, part.change);
      report.sessions++;
    } else if (part.kind === 'event') {
      await store.updateEvent(scope, part.change);
    } else {
      const receipt = await importTraces(store, scope, part);
      report.spans += receipt.stored;
      report.duplicates += receipt.duplicates;
      report.rejected += receipt.rejected;
    }
  }
  return report;
}

/** Where events of the REST API are among the spans, they become that again. */
async function importTraces(
  store: TraceStore,
  scope: Scope,
  { body, deep }: { body: Buffer; deep: boolean },
): Promise<IngestReceipt> {
  if (!deep && !body.includes(REST_FIELDS)) return store.ingest(scope, body, 'json');
  const { spans, rejected } = decodeTracesJson(body, MAX_FILE_DEPTH);
  const receipt = await store.writeSpans(scope, spans.map(withRestFields));
  return { ...receipt, rejected: receipt.rejected + rejected };
}

function withRestFields(span: SpanRecord): SpanRecord {
  const text = span.attributes[REST_FIELDS];
  const fields = typeof text === 'string' ? fieldsIn(text) : undefined;
  if (!isObject(fields)) return span;
  const buckets = isObject(fields.buckets) ? bucketsIn(fields.buckets) : {};
  const attributes = Object.assign(emptyObject(), span.attributes);
  delete attributes[REST_FIELDS];
  delete attributes['honeyhive.session_id'];
  delete attributes.honeyhive_event_id;
  for (const bucket of BUCKETS)
    for (const key of Object.keys(buckets[bucket] ?? {})) delete attributes[`honeyhive_${bucket}.${key}`];
  copyUsage(buckets, attributes);
  return { ...span, attributes, buckets, ...idsIn(fields) };
}

/** What a span says of REST that cannot be read makes it a span like any other. */
function fieldsIn(text: string): unknown {
  try {
    return parseJson(Buffer.from(text), MAX_FILE_DEPTH);
  } catch {
    return undefined;
  }
}

function idsIn(fields: Record<string, unknown>): Pick<SpanRecord, 'eventId' | 'parentEventId' | 'sessionId'> {
  const ids: Pick<SpanRecord, 'eventId' | 'parentEventId' | 'sessionId'> = {};
  for (const name of ['eventId', 'parentEventId', 'sessionId'] as const) {
    const id = textIn(fields, name);
    if (id !== undefined) ids[name] = canonicalId(id);
  }
  return ids;
}
