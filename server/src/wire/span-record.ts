import type { Json, JsonObject } from './value.js';

/** The seven places where HoneyHive keeps what a program said about a span or a session. */
export const BUCKETS = ['inputs', 'outputs', 'config', 'metadata', 'metrics', 'feedback', 'user_properties'] as const;
export type Bucket = (typeof BUCKETS)[number];
export type Buckets = Partial<Record<Bucket, JsonObject>>;

export interface SpanEvent {
  name: string;
  /** Unix nanoseconds, decimal text: a number would lose the last digits. */
  timeNs: string;
  attributes: JsonObject;
  /** How many the sender left out, because of its limits; as everywhere here. */
  droppedAttributes?: number;
}

export interface SpanLink {
  traceId: string;
  spanId: string;
  attributes: JsonObject;
  traceState?: string;
  flags?: number;
  droppedAttributes?: number;
}

/** What made a span. */
export interface SpanScope {
  name: string;
  version: string;
  attributes: JsonObject;
  droppedAttributes?: number;
}

/** One span as it came over the wire, before anything is concluded from it. */
export interface SpanRecord {
  traceId: string;
  spanId: string;
  parentSpanId: string;
  name: string;
  kind: number;
  startNs: string;
  /** `'0'` while the span is still running. */
  endNs: string;
  attributes: JsonObject;
  events: SpanEvent[];
  links: SpanLink[];
  /** 0 unset, 1 ok, 2 error. */
  statusCode: number;
  statusMessage: string;
  traceState: string;
  /** Bits 0 to 7 are the W3C trace flags, 8 and 9 say whether the parent is of another process. Left out where 0. */
  flags?: number;
  droppedAttributes?: number;
  droppedEvents?: number;
  droppedLinks?: number;
  resource: JsonObject;
  scope: SpanScope;
  /** Events of HoneyHive's REST API bring their buckets nested, not as attributes. */
  buckets?: Buckets;
  eventId?: string;
  parentEventId?: string;
  sessionId?: string;
  /** Attributes among `attributes` that only versions of the span before its end had. */
  open?: JsonObject;
  /** Only while the body is at hand. */
  encoded?: EncodedSpan;
}

/** Where a span and its scope lie in the protobuf body they came in. */
export interface EncodedSpan {
  from: number;
  to: number;
  scopeFrom: number;
  scopeTo: number;
}

export interface DecodedTraces {
  spans: SpanRecord[];
  /** Spans left out because their ids are not valid. */
  rejected: number;
  message: string;
}

/** What was sent cannot be read: the sender's mistake, answered with 400. */
export class MalformedRequest extends Error {
  readonly code: string;
  constructor(message: string, code = 'malformed') {
    super(message);
    this.name = 'MalformedRequest';
    this.code = code;
  }
}

const TRACE_ID = /^[0-9a-f]{32}$/;
const SPAN_ID = /^[0-9a-f]{16}$/;
const ZERO_TRACE = '0'.repeat(32);
const ZERO_SPAN = '0'.repeat(16);

export function isTraceId(id: string): boolean {
  return TRACE_ID.test(id) && id !== ZERO_TRACE;
}

export function isSpanId(id: string): boolean {
  return SPAN_ID.test(id) && id !== ZERO_SPAN;
}

export type { Json, JsonObject };
