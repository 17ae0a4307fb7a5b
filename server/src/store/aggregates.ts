import type { Tokens } from '../wire/records.js';

export interface AggregateOptions {
  q?: string;
  /** A field of the query language to group by. */
  group?: string;
  /** Length of a time bucket. */
  bucketMs?: number;
  limit?: number;
}

export interface AggregateGroup {
  key: string | number | null;
  /** Start of the time bucket, Unix ms. */
  bucket: number | null;
  count: number;
  errors: number;
  errorRate: number;
  latencyMs: {
    mean: number | null;
    p50: number | null;
    p90: number | null;
    p95: number | null;
    p99: number | null;
    max: number | null;
  };
  tokens: Tokens;
  costUsd: number;
  scores: Record<string, { mean: number; count: number }>;
}

export interface AggregateResult {
  items: AggregateGroup[];
  /** There were more groups than are shown. */
  truncated: boolean;
}
