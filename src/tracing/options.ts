import type { Context } from '@opentelemetry/api';
import type { TracerCore } from './core.js';

/** HoneyHive's event types; any other text is the user's own. */
export type EventType = 'model' | 'tool' | 'chain' | 'session';

/** What a span shows of the call it stands for. Every field can be omitted. */
export interface SpanOptionsBase {
  /** Default `tool`. */
  eventType?: EventType | (string & {});
  /** Span name. Default: `Class.method`, or the function's name. */
  eventName?: string;
  /** Whether arguments are captured. Default true. */
  includeInputs?: boolean;
  /** Whether the returned value is captured. Default true. */
  includeOutputs?: boolean;
  /** Parameter names, where the source is minified. */
  argNames?: readonly string[];
  /** Parameters, or paths into them such as `user.ssn`, whose values are masked. */
  sensitive?: readonly string[];
  /** Share of calls recorded, 0 to 1; what runs inside a call that is not recorded is not either. Default 1. */
  sampleRate?: number;
  /** Raw span attributes. */
  attributes?: object;
  metadata?: object;
  metrics?: object;
  feedback?: object;
  /** Instead of the captured arguments. */
  inputs?: object;
  /** Instead of the captured value. */
  outputs?: object;
  config?: object;
  userProperties?: object;
  user_properties?: object;
  /** The event's id in the back end. */
  eventId?: string;
  event_id?: string;
  /** The user's own summary of the arguments; synchronous. */
  captureInputs?: (args: unknown[]) => unknown;
  /** The user's own summary of the returned value; synchronous. */
  captureOutput?: (output: never) => unknown;
}

/** What an evaluation adds to a span after its method has returned. */
export interface LateRecord {
  readonly attributes: Readonly<Record<string, string | number | boolean>>;
  readonly events: readonly {
    readonly name: string;
    readonly attributes: Readonly<Record<string, string | number | boolean>>;
  }[];
}

/** One call that will be evaluated. */
export interface PendingEvaluation {
  /** Scores the final output. Never rejects. */
  score(output: unknown, facts: { latencyMs: number }): Promise<LateRecord>;
  /** There was no room for it. */
  skipped(reason: string): LateRecord;
}

/** Decides at each call whether it will be evaluated, and remembers its input as it is then. */
export type EvaluationHook = (call: {
  readonly core: TracerCore;
  readonly traceId: string;
  readonly self: unknown;
  readonly args: readonly unknown[];
  /** The context of the evaluated span. */
  readonly at: Context;
}) => PendingEvaluation | undefined;
