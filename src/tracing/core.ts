import type { Context, Span, SpanContext, TracerProvider } from '@opentelemetry/api';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';
import type { AttributeScalar, CaptureContext } from '../attributes/capture.js';
import { shared } from '../base/slot.js';
import type { ResolvedConfig } from '../config/options.js';

/** A session as spans see it. */
export interface SessionRef {
  readonly id: string;
  readonly name?: string;
  /** Whether nobody told the back end of it, so that spans must ask for it (`session_auto_create`). Asked when a span ends. */
  autoCreate(): boolean;
}

/** What the floors below the tracer know of it. */
export interface TracerCore {
  readonly config: ResolvedConfig;
  readonly capture: CaptureContext;
  readonly session: SessionRef;
  readonly recorder: SpanSource;
  /** False where tracing is switched off or the tracer is closed: decorated code then runs as if undecorated. */
  recording: boolean;
  /** Evaluations that still run on spans whose method has returned. */
  readonly held: HeldSpans;
  readonly events: EventUpdates;
  /** Shows a span that has just begun, where somebody looks on. */
  readonly announce?: (span: ReadableSpan) => void;
  /** The object that users hold. */
  readonly owner: object;
}

/** What the floors below the tracer may tell the back end about events, sessions among them. */
export interface EventUpdates {
  /** Puts data on a session. Resolves when the back end has it or it was given up; never rejects. */
  update(sessionId: string, data: Readonly<Record<string, unknown>>): Promise<void>;
  /** The same for an event that is no session; the later of several layers wins, leaf by leaf. */
  updateEvent(eventId: string, layers: readonly Readonly<Record<string, unknown>>[]): Promise<void>;
  /** Makes sure that the session exists. */
  touch(sessionId: string): Promise<void>;
  /** Starts a session in the background. */
  startSession(session: SessionStartOptions): SessionRef;
}

/** A session that a program opens beside the tracer's own. */
export interface SessionStartOptions {
  readonly sessionName?: string | undefined;
  readonly sessionId?: string | undefined;
  readonly session_name?: string | undefined;
  readonly session_id?: string | undefined;
  readonly inputs?: unknown;
  readonly metadata?: unknown;
  readonly config?: unknown;
  readonly userProperties?: unknown;
  readonly user_properties?: unknown;
}

/** What the spans of one traced place start with under one tracer. */
export interface SpanBeginning {
  /** The tracer's stamps and what the place's options fix. */
  readonly attributes: Readonly<Record<string, unknown>>;
  /** Their names: asking an object with ever other keys takes much longer. */
  readonly names: ReadonlySet<string>;
  /** Whether the event's name is fixed, or not wanted; else it is the span's. */
  readonly named: boolean;
  /** What the options fix, alone: it wins over what the context says. */
  readonly fixed: Readonly<Record<string, AttributeScalar>>;
  /** How much of that counts against the limits, and how many attributes a limit left out. */
  readonly counted: { readonly attributes: number; readonly bytes: number; readonly dropped: number };
}

/** Starts the spans of a tracer. */
export interface SpanSource extends TracerProvider {
  /** A span, or a stand-in that only carries ids where the trace is not sampled. `begin` is what a traced place fixes. */
  start(name: string, at: Context, begin?: SpanBeginning): Span;
  /** Ids for a trace that is not recorded. */
  freshIds(): SpanContext;
}

/** Spans that wait for their scores after their method returned. */
export interface HeldSpans {
  /** Whether there is room for one more. */
  admit(): boolean;
  hold(span: { release(): void }, work: Promise<void>): void;
}

/** Under this key a tracer carries its core; a registered symbol, so that every copy of the package finds it. */
export const CORE = Symbol.for('honeyhive-decorators.core');

interface LiveCores {
  /** In the order they were made; the first is the default. */
  readonly list: TracerCore[];
}

const live = (): LiveCores => shared('cores', () => ({ list: [] as TracerCore[] }));
const cores = live();

export function registerCore(core: TracerCore): void {
  cores.list.push(core);
}

export function unregisterCore(core: TracerCore): void {
  const at = cores.list.indexOf(core);
  if (at >= 0) cores.list.splice(at, 1);
}

export function defaultCore(): TracerCore | undefined {
  return cores.list[0];
}

export function liveCores(): readonly TracerCore[] {
  return cores.list;
}

/** The core of whatever a user gave as a tracer; undefined if it is none. */
export function coreOf(tracer: unknown): TracerCore | undefined {
  if (typeof tracer !== 'object' || tracer === null) return undefined;
  return (tracer as { [CORE]?: TracerCore })[CORE];
}
