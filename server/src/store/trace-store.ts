import type { Filter } from '../query/ast.js';
import type { Target } from '../query/fields.js';
import type { HoneyHiveEvent } from '../wire/honeyhive-event.js';
import type { Session, ThinSpan, WholeSpan } from '../wire/records.js';
import type { Buckets, SpanRecord } from '../wire/span-record.js';
import type { Json, JsonObject } from '../wire/value.js';
import type { AggregateOptions, AggregateResult } from './aggregates.js';

/** Whose data a call may see: one project, or all where no keys are in use. */
export interface Scope {
  project?: string;
}

export interface IngestReceipt {
  received: number;
  stored: number;
  duplicates: number;
  rejected: number;
  message: string;
  /** The ingest sequence that carries this change. */
  seq: number;
}

/** A session as a client of HoneyHive's REST API starts or updates it. */
export interface SessionChange {
  sessionId: string;
  project?: string;
  name?: string;
  source?: string;
  error?: string;
  startMs?: number;
  endMs?: number;
  durationMs?: number;
  buckets: Buckets;
}

/** An update of an event, which may be a session's. */
export interface EventChange {
  eventId: string;
  error?: string;
  endMs?: number;
  durationMs?: number;
  buckets: Buckets;
}

export interface StoreStats {
  sessions: number;
  spans: number;
  received: number;
  stored: number;
  duplicates: number;
  rejected: number;
  dbBytes: number;
  [more: string]: Json;
}

export interface Page<T> {
  items: T[];
  nextCursor: string | null;
}

export interface ListOptions {
  q?: string;
  limit?: number;
  cursor?: string;
  project?: string;
  run?: string;
}

export interface EventsAsked {
  filter: Filter;
  fromMs?: number;
  toMs?: number;
  run?: string;
}

export interface EventSearch extends EventsAsked {
  limit: number;
  /** From 1. */
  page: number;
}

export interface EventPage {
  events: HoneyHiveEvent[];
  /** About how many there are in them. */
  characters: number;
  /** Where the next page begins; null on the last. */
  next: string | null;
}

/** A page of what changed after a number of the ingest sequence. */
export interface Changes {
  /** Up to here everything is told, once there is no next page. */
  seq: number;
  sessions: Session[];
  /** Only where one session was asked for. */
  spans: ThinSpan[];
  /** Ids of sessions that are not there any more; on the last page. */
  removed: string[];
  /** What the asker knows is of another file, or too old to tell what went since: it has to read everything anew. */
  reset: boolean;
  /** Where the next page begins; null on the last. */
  next: string | null;
}

export interface ChangesOptions {
  /** Of this session only, with its spans. */
  session?: string | undefined;
  /** The `next` of the page before. */
  cursor?: string | undefined;
}

export interface SessionRecords {
  session: Session;
  /** What was said of the session itself, where its spans would say something else. */
  given: { endMs?: number; durationMs?: number };
  spans: SpanRecord[];
  /** Later updates of these spans' events. */
  patches: { eventId: string; body: JsonObject }[];
  nextCursor: string | null;
}

export type DocumentKind = 'dataset' | 'datapoint' | 'metric' | 'run' | 'configuration';

export interface StoredDocument {
  id: string;
  name: string | null;
  parent: string | null;
  createdMs: number;
  updatedMs: number;
  project: string;
  body: JsonObject;
}

export interface PruneReport {
  sessions: number;
  spans: number;
  dbBytes: number;
}

/**
 * Where traces live. Every write resolves only when it cannot be lost any more; every read sees all writes that
 * were answered before it began.
 */
export interface TraceStore {
  /** Why nothing can be written any more, however long one waits; undefined where it can. */
  readonly unwritable: string | undefined;

  /** An OTLP request as it came (unzipped). Rejects with `MalformedRequest`. */
  ingest(scope: Scope, body: Uint8Array, encoding: 'protobuf' | 'json'): Promise<IngestReceipt>;
  writeSpans(scope: Scope, spans: SpanRecord[]): Promise<IngestReceipt>;
  startSession(scope: Scope, change: SessionChange): Promise<{ sessionId: string; project: string; seq: number }>;
  updateEvent(scope: Scope, change: EventChange): Promise<{ found: boolean; seq: number }>;

  listSessions(scope: Scope, options: ListOptions, signal?: AbortSignal): Promise<Page<Session>>;
  getSession(
    scope: Scope,
    sessionId: string,
    options: { limit?: number; cursor?: string },
  ): Promise<{ session: Session; spans: ThinSpan[]; nextCursor: string | null } | undefined>;
  getSpan(scope: Scope, traceId: string, spanId: string): Promise<WholeSpan | undefined>;
  stats(scope: Scope): Promise<StoreStats>;

  listSpans(scope: Scope, options: ListOptions, signal?: AbortSignal): Promise<Page<ThinSpan>>;
  aggregate(scope: Scope, target: Target, options: AggregateOptions, signal?: AbortSignal): Promise<AggregateResult>;
  searchEvents(
    scope: Scope,
    search: EventSearch,
    signal?: AbortSignal,
  ): Promise<{ events: HoneyHiveEvent[]; total: number }>;
  /** All that is found, a page at a time: newest first, in pages that fit in memory however large the events are. */
  pageEvents(scope: Scope, asked: EventsAsked, cursor?: string, signal?: AbortSignal): Promise<EventPage>;
  getEvent(scope: Scope, eventId: string): Promise<HoneyHiveEvent | undefined>;
  /** What changed after a number of the ingest sequence. */
  changes(scope: Scope, after: number, options?: ChangesOptions): Promise<Changes>;
  /** Spans with all that was sent, in order of arrival. */
  exportSession(scope: Scope, sessionId: string, cursor?: string): Promise<SessionRecords | undefined>;
  deleteSession(scope: Scope, sessionId: string): Promise<{ spans: number }>;

  putDocument(
    scope: Scope,
    kind: DocumentKind,
    document: { id: string; name?: string; parent?: string; body: JsonObject; project?: string },
    mode: 'create' | 'merge',
  ): Promise<StoredDocument | undefined>;
  getDocument(scope: Scope, kind: DocumentKind, id: string): Promise<StoredDocument | undefined>;
  listDocuments(
    scope: Scope,
    kind: DocumentKind,
    filter: { parent?: string; name?: string; limit?: number; offset?: number },
  ): Promise<StoredDocument[]>;
  deleteDocument(scope: Scope, kind: DocumentKind, id: string): Promise<boolean>;

  /** Removes the oldest sessions until the file's content fits, or those that began before a time. */
  prune(limits: { maxBytes?: number; beforeMs?: number; sessions?: number }): Promise<PruneReport>;
  /** Gives free pages back to the file system. */
  compact(): Promise<{ dbBytes: number }>;
  close(): Promise<void>;
}
