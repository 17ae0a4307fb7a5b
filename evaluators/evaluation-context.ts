import type { TokenUsage } from './result.js';

/** What an evaluator knows besides input and output. Every evaluator gets an object of its own. */
export interface EvaluationContext<E = unknown> {
  /** The reference; several: an array, of which any may match. */
  expected?: E | readonly E[];
  references?: readonly E[];
  metadata?: Record<string, unknown>;
  usage?: TokenUsage;
  /** How long the evaluated call took, in ms. */
  latencyMs?: number;
  /** What the evaluated call cost, in US dollars. */
  costUsd?: number;
  trialIndex?: number;
  /** Aborted when the evaluator's time is over or the caller gives up. */
  signal: AbortSignal;
  [extra: string]: unknown;
}

/** What `run` takes. */
export interface EvaluateArgs<I = unknown, O = unknown, E = unknown> {
  input: I;
  output: O;
  /** The reference; several: an array. */
  expected?: E | readonly E[] | undefined;
  context?: Record<string, unknown> | undefined;
  signal?: AbortSignal | undefined;
  /** For evaluators that set no `timeoutMs` of their own. Default 10,000. */
  timeoutMs?: number | undefined;
  /** True: waiting for this evaluation does not keep the process alive. Default false. */
  background?: boolean | undefined;
}
