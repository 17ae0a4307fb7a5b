import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';

/** Collects spans into the body of one OTLP request. */
export interface BatchEncoder {
  readonly contentType: string;
  /** Spans added since the last `finish`. */
  readonly count: number;
  /** Their encoded bytes so far. */
  readonly bytes: number;
  /** Throws what the span's own values throw; the batch is then as it was before. */
  add(span: ReadableSpan): void;
  /** The request's body; the encoder is empty again. */
  finish(): Uint8Array;
}
