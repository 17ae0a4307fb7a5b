import { context, type Span, type TracerProvider, trace } from '@opentelemetry/api';
import { messageOf } from '../base/errors.js';
import { now } from '../base/timers.js';
import { setVerbose, warn } from '../base/warn.js';
import { loadConfig } from '../config/load.js';
import type { ResolvedConfig, TracerOptions } from '../config/options.js';
import type { DeliveryReceipt, DeliveryStats, FlushOptions } from '../delivery/contract.js';
import { timeoutOf } from '../delivery/flush-timeout.js';
import { type enrichSession, enrichSessionOf } from '../enrichment/enrich-session.js';
import { type enrichSpan, enrichSpanOf } from '../enrichment/enrich-span.js';
import { type ContextAttributes, withAttributesOf } from '../enrichment/with-attributes.js';
import { type SessionHandle, withSessionOf } from '../enrichment/with-session.js';
import { ActiveSpan } from '../tracing/active-span.js';
import { ensureContextManager } from '../tracing/context-manager.js';
import {
  CORE,
  defaultCore,
  liveCores,
  registerCore,
  type SessionStartOptions,
  type TracerCore,
  unregisterCore,
} from '../tracing/core.js';
import { becomeGlobal, leaveGlobal } from '../tracing/global-provider.js';
import type { SpanOptionsBase } from '../tracing/options.js';
import { makePlan } from '../tracing/plan.js';
import { shutdownProcessors } from '../tracing/processors.js';
import { injectInto, remoteContext } from '../tracing/propagation/propagate.js';
import type { RecordedSpan } from '../tracing/recorded-span.js';
import { runInSpan } from '../tracing/run-in-span.js';
import { SpanCall } from '../tracing/span-call.js';
import { nameText } from '../tracing/span-input.js';
import { compose, endOpenSpans, type TracerParts } from './compose.js';

/**
 * The object users hold: spans, sessions and their delivery. Made by {@link HoneyHiveTracer.init}; several can live in
 * one process without mixing.
 *
 * @example
 * const tracer = HoneyHiveTracer.init({ sessionName: 'nightly' });
 * class Search {
 *   @Trace({ tracer }) find(query: string) { return index.search(query); }
 * }
 * await tracer.close();
 */
export class HoneyHiveTracer {
  readonly sessionId: string;
  readonly project?: string;
  readonly source: string;
  readonly serverUrl: string;
  /** Finished spans, in `testMode`. */
  readonly testSpans: readonly RecordedSpan[];
  /** @internal */
  readonly [CORE]: TracerCore;

  readonly #parts: TracerParts;
  #closing: Promise<DeliveryReceipt> | undefined;

  private constructor(config: ResolvedConfig) {
    const parts = compose(config, this);
    this.#parts = parts;
    this[CORE] = parts.core;
    this.sessionId = config.sessionId;
    if (config.project !== undefined) this.project = config.project;
    this.source = config.source;
    this.serverUrl = config.serverUrl;
    this.testSpans = parts.testSpans;
  }

  /**
   * Makes a tracer. Synchronous; never waits for the network. Throws one `ConfigError` that lists every wrong option,
   * and nothing else. Without a key it talks to the local server on `http://127.0.0.1:4318`.
   */
  static init(options?: TracerOptions): HoneyHiveTracer {
    const config = loadConfig(options);
    setVerbose(config.verbose);
    ensureContextManager();
    const tracer = new HoneyHiveTracer(config);
    registerCore(tracer[CORE]);
    if (isForLibraries(tracer[CORE])) becomeGlobal(tracer.provider, config.global === true);
    return tracer;
  }

  /** The first tracer of this process that is not closed. */
  static get default(): HoneyHiveTracer | undefined {
    return defaultCore()?.owner as HoneyHiveTracer | undefined;
  }

  /** Flushes every live tracer; the receipts are added up. */
  static async flushAll(options?: FlushOptions): Promise<DeliveryReceipt> {
    const receipts = await Promise.all(liveCores().map((core) => (core.owner as HoneyHiveTracer).flush(options)));
    return receipts.reduce(addReceipts, emptyReceipt());
  }

  /** For any OpenTelemetry instrumentation: its spans then belong to this tracer's sessions. */
  get provider(): TracerProvider {
    return this[CORE].recorder;
  }

  /** Resolves when the session's start was answered, or given up; never rejects. */
  ready(): Promise<void> {
    return this.#parts.started;
  }

  /** Runs `work` in a span and gives what it gives. */
  trace<T>(name: string, work: (span: Span) => T, options: SpanOptionsBase = {}): T {
    const core = this[CORE];
    if (!core.recording) return work(noSpan());
    const plan = planOf(name, options);
    return runInSpan(core, plan, undefined, [], (call) => work(spanOf(call)));
  }

  /** A span that is active until it is disposed: `using span = tracer.startSpan('load')`. */
  startSpan(name: string, options: SpanOptionsBase = {}): ActiveSpan {
    const core = this[CORE];
    if (!core.recording) return new ActiveSpan(noSpan());
    const at = context.active();
    const plan = planOf(name, options);
    const call = new SpanCall(core, plan, undefined, [], at);
    return new ActiveSpan(trace.getSpan(call.context) as Span, at);
  }

  /** `enrichSpan` for the spans of this tracer. */
  readonly enrichSpan: typeof enrichSpan = (data, more) => enrichSpanOf(this[CORE], data, more);

  /** `enrichSession` for this tracer's sessions. */
  readonly enrichSession: typeof enrichSession = (first?: unknown, second?: unknown) =>
    enrichSessionOf(this[CORE], first as string, second as Record<string, unknown>);

  /** `withSession` of this tracer. */
  readonly withSession = <T>(options: SessionStartOptions, work: (session: SessionHandle) => T): T =>
    withSessionOf(this[CORE], options, work);

  /** `withAttributes`, masked and cut as this tracer wants it. */
  readonly withAttributes = <T>(attributes: ContextAttributes, work: () => T): T =>
    withAttributesOf(this[CORE], attributes, work);

  /**
   * Adds the active trace and session to the headers of an outgoing request: W3C `traceparent`, `tracestate` and
   * `baggage` (session, project, source). Gives the carrier back.
   */
  inject(carrier: Record<string, string> = {}): Record<string, string> {
    try {
      return this[CORE].recording ? injectInto(this[CORE], carrier) : carrier;
    } catch {
      // A carrier that takes nothing: the request goes out without its trace.
      return carrier;
    }
  }

  /** Runs `work` in the trace and session that the headers of an incoming request name. Gives what `work` gives. */
  withRemoteContext<T>(headers: object, work: () => T): T {
    let remote = context.active();
    try {
      if (this[CORE].recording) remote = remoteContext(this[CORE], headers ?? {}, remote);
    } catch {
      // Headers that cannot be read start a trace of their own.
    }
    return context.with(remote, work);
  }

  /** Delivers what is waiting. Never rejects, keeps its deadline (default 5,000 ms), and says what became of everything. */
  flush(options?: FlushOptions): Promise<DeliveryReceipt> {
    return this.#parts.delivery.flush(options);
  }

  /** Flushes, after which this tracer's spans are no-ops. Calling it again gives the same receipt. */
  close(options?: FlushOptions): Promise<DeliveryReceipt> {
    this.#closing ??= this.#close(options);
    return this.#closing;
  }

  async #close(options: FlushOptions | undefined): Promise<DeliveryReceipt> {
    const { announcer, held, recorder, processors, delivery } = this.#parts;
    const timeoutMs = timeoutOf(options);
    const deadline = now() + timeoutMs;
    unregisterCore(this[CORE]);
    leaveGlobal(recorder, liveCores().find(isForLibraries)?.recorder);
    // A score that comes too late costs itself, not its span: time is left to send what waits for it.
    await held.drain(deadline - Math.min(1_000, timeoutMs * 0.3));
    endOpenSpans(recorder, held, 'tracer closed');
    this[CORE].recording = false;
    announcer?.close();
    const receipt = await delivery.close({ timeoutMs: Math.max(0, deadline - now()) });
    await shutdownProcessors(processors, deadline);
    return receipt;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close().then(() => undefined);
  }

  /** What became of everything since the start. */
  stats(): DeliveryStats {
    return this.#parts.delivery.stats();
  }
}

/** The span of a call; where none could be started, the work gets one that takes everything and keeps nothing. */
function spanOf(call: SpanCall): Span {
  return (call.context === undefined ? undefined : trace.getSpan(call.context)) ?? noSpan();
}

function noSpan(): Span {
  return trace.wrapSpanContext({ traceId: '0'.repeat(32), spanId: '0'.repeat(16), traceFlags: 0 });
}

/** Whether the tracer may be the one that libraries use. */
const isForLibraries = ({ config }: TracerCore): boolean => !config.disabled && config.global !== false;

function emptyReceipt(): DeliveryReceipt {
  return { delivered: 0, pending: 0, spooled: 0, dropped: { count: 0, reasons: {} }, timedOut: false };
}

function addReceipts(sum: DeliveryReceipt, one: DeliveryReceipt): DeliveryReceipt {
  const reasons = { ...sum.dropped.reasons };
  for (const [reason, count] of Object.entries(one.dropped.reasons)) reasons[reason] = (reasons[reason] ?? 0) + count;
  return {
    delivered: sum.delivered + one.delivered,
    pending: sum.pending + one.pending,
    spooled: sum.spooled + one.spooled,
    dropped: { count: sum.dropped.count + one.dropped.count, reasons },
    timedOut: sum.timedOut || one.timedOut,
  };
}

/** Never throws: name and options may be any value, a getter of one may fail. */
function planOf(given: string, options: SpanOptionsBase): ReturnType<typeof makePlan> {
  const name = typeof given === 'string' ? given : nameText(given);
  try {
    return makePlan({ options: { ...options, eventName: options?.eventName ?? name }, name: () => name });
  } catch (error) {
    warn('tracing:options', `The options of span ${name} could not be read: ${messageOf(error)}. They are left out.`);
    return makePlan({ options: { eventName: name }, name: () => name });
  }
}
