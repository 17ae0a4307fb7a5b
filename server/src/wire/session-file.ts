import type { EventChange, Scope, SessionChange, SessionRecords, TraceStore } from '../store/trace-store.js';
import { parseJson } from './json-text.js';
import { encodeTracesJson } from './otlp-encode.js';
import type { Session } from './records.js';
import { eventChange, sessionChange } from './rest-bodies.js';
import { MalformedRequest } from './span-record.js';
import { isObject, type JsonObject } from './value.js';

/**
 * A session as lines of JSON: its own data, its spans as OTLP/JSON, and what was said about events later. A file with
 * nothing but OTLP/JSON, in one piece or in lines, can be read in too.
 */
export async function* sessionLines(store: TraceStore, scope: Scope, sessionId: string): AsyncGenerator<string> {
  let cursor: string | undefined;
  let first = true;
  do {
    const page: SessionRecords | undefined = await store.exportSession(scope, sessionId, cursor);
    if (!page) return;
    if (first) yield `${JSON.stringify({ honeyhiveSession: sessionBody(page.session) })}\n`;
    first = false;
    if (page.spans.length > 0) yield `${JSON.stringify(encodeTracesJson(page.spans))}\n`;
    for (const patch of page.patches)
      yield `${JSON.stringify({ honeyhiveEvent: { ...patch.body, event_id: patch.eventId } })}\n`;
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
}

function sessionBody(session: Session): JsonObject {
  return {
    session_id: session.sessionId,
    session_name: session.sessionName,
    project: session.project,
    source: session.source,
    start_time: session.startTime,
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
  | { kind: 'traces'; body: Buffer };

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
  const value = parseJson(body);
  if (!isObject(value)) throw new MalformedRequest('a line is an object');
  if (value.honeyhiveSession !== undefined) return { kind: 'session', change: sessionChange(value.honeyhiveSession) };
  if (value.honeyhiveEvent !== undefined) return { kind: 'event', change: eventChange(value.honeyhiveEvent) };
  if (value.resourceSpans !== undefined || value.resource_spans !== undefined) return { kind: 'traces', body };
  throw new MalformedRequest('neither OTLP/JSON (resourceSpans) nor a line of an exported session');
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
      const receipt = await store.ingest(scope, part.body, 'json');
      report.spans += receipt.stored;
      report.duplicates += receipt.duplicates;
      report.rejected += receipt.rejected;
    }
  }
  return report;
}
