import type { SpanLink, SpanScope } from './span-record.js';
import type { JsonObject } from './value.js';

/** A session with its running totals, as it is given out. */
export interface Session {
  sessionId: string;
  sessionName: string;
  project: string;
  source: string;
  startTime: number;
  endTime: number | null;
  durationMs: number;
  spanCount: number;
  modelCount: number;
  errorCount: number;
  tokens: Tokens;
  costUsd: number;
  metadata: JsonObject;
  metrics: JsonObject;
  feedback: JsonObject;
  inputs: JsonObject;
  outputs: JsonObject;
  config: JsonObject;
  userProperties: JsonObject;
  scores: Record<string, { mean: number; count: number }>;
  firstInput: string;
  lastOutput: string;
  error: string | null;
  hasFeedback: boolean;
  runId: string | null;
  seq: number;
}

export interface Tokens {
  prompt: number;
  completion: number;
  total: number;
}

/** What lists show of a span. */
export interface ThinSpan {
  traceId: string;
  spanId: string;
  parentSpanId: string | null;
  eventId: string;
  eventType: string;
  name: string;
  startTime: number;
  endTime: number | null;
  durationMs: number | null;
  status: 'ok' | 'error' | 'unset';
  running: boolean;
  preview: string;
  sessionId: string;
  errorMessage?: string;
  model?: string;
  tokens?: Tokens;
  costUsd?: number;
  scores?: Record<string, number>;
  seq: number;
}

export interface Evaluation {
  name: string;
  score: number | null;
  label: string | null;
  explanation: string | null;
  passed: boolean | null;
  status: string;
  errorType: string | null;
}

/** All that is known of a span. */
export interface WholeSpan extends ThinSpan {
  project: string;
  source: string | null;
  kind: number;
  statusMessage: string;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  inputs: JsonObject;
  outputs: JsonObject;
  config: JsonObject;
  metadata: JsonObject;
  metrics: JsonObject;
  feedback: JsonObject;
  userProperties: JsonObject;
  error: { type?: string; message?: string; stack?: string } | null;
  evaluations: Evaluation[];
  events: { name: string; time: number; attributes: JsonObject; droppedAttributes?: number }[];
  attributes: JsonObject;
  resource: JsonObject;
  scope: SpanScope;
  links: SpanLink[];
  traceState: string;
  /** The W3C trace flags in bits 0 to 7; 8 and 9 say whether the parent is of another process. */
  traceFlags: number;
  /** How many the sender left out, because of its limits. */
  dropped: { attributes: number; events: number; links: number };
  /** What cannot be right about the span's times, and what the sender left out, in words. */
  flags: string[];
}
