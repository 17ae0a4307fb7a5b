import type { Context } from '@opentelemetry/api';
import { ABANDONED, OUTPUTS } from '../../attributes/keys.js';
import type { RecordedSpan } from '../recorded-span.js';
import type { SpanCall } from '../span-call.js';
import { abandonment } from './abandonment.js';
import { onAbort, signalAmong } from './abort.js';
import { Collector } from './collector.js';

/** What is being consumed now, by the object that the program holds. */
const running = new WeakMap<object, LazyEnd>();

/**
 * Watches something lazy until it ends. `patch` puts the watching on it and says whether that was possible. An object
 * is patched once: a call that passes on what a call inside it returned ends with it, and for any other call an object
 * that is watched already is a plain value, which was there before.
 */
export function watchLazily(
  call: SpanCall,
  watched: object,
  args: readonly unknown[],
  patch: (end: LazyEnd) => boolean,
): boolean {
  const before = running.get(watched);
  if (before !== undefined && !before.isOver) return before.join(call);
  const end = new LazyEnd(call);
  if (!patch(end)) return false;
  running.set(watched, end);
  end.begin(watched, args);
  return true;
}

/** Whether `inner` was started inside `outer`. */
export function isInside(inner: SpanCall, outer: SpanCall): boolean {
  if (outer.span === undefined) return false;
  for (let span = inner.outer; span !== undefined; span = span.outer) if (span === outer.span) return true;
  return false;
}

/** The end of something lazy: however many ways lead to it, each span ends once. */
export class LazyEnd {
  /** Steps of the work run in it. */
  readonly context: Context;
  readonly #parts: { call: SpanCall; chunks: Collector }[];
  #over = false;
  #stopListening: (() => void) | undefined;

  constructor(call: SpanCall) {
    this.context = call.context;
    this.#parts = [{ call, chunks: new Collector(call) }];
  }

  begin(watched: object, args: readonly unknown[]): void {
    abandonment.watch(watched, this.#first, () => this.abandoned());
    const signal = signalAmong(args);
    if (signal?.aborted === false) this.#stopListening = onAbort(signal, () => this.aborted());
  }

  /** The work goes on in another object: the one that was returned may be thrown away. */
  goesOnIn(object: object): void {
    if (this.#over) return;
    abandonment.forget(this.#first);
    abandonment.watch(object, this.#first, () => this.abandoned());
  }

  get isOver(): boolean {
    return this.#over;
  }

  join(call: SpanCall): boolean {
    if (!isInside(this.#first, call)) return false;
    if (call.span !== undefined) call.span.waiting = true;
    this.#parts.push({ call, chunks: new Collector(call) });
    return true;
  }

  /** The consumer got a chunk. */
  took(chunk: unknown): void {
    for (const { chunks } of this.#parts) chunks.add(chunk);
  }

  /** The consumer had all it wanted: the end was reached, or it stopped early. */
  done(returned?: unknown): void {
    this.#close();
    for (const { call, chunks } of this.#parts)
      call.end((span) => chunks.describe(span, returned), { output: chunks.output() ?? returned });
  }

  /** The producer failed. What came before is kept. */
  failed(thrown: unknown): void {
    this.#close();
    for (const { call, chunks } of this.#parts) {
      if (call.span !== undefined && !call.isDone) chunks.describe(call.span);
      call.fail(thrown);
    }
  }

  /** Cut off before the end without an error. */
  abandoned(): void {
    this.#cutOff((span) => span.stamp(ABANDONED, true));
  }

  aborted(): void {
    this.#cutOff((span) => span.stamp(`${OUTPUTS}.aborted`, true));
  }

  #cutOff(mark: (span: RecordedSpan) => void): void {
    this.#close();
    for (const { call, chunks } of this.#parts) {
      call.end((span) => {
        mark(span);
        chunks.describe(span);
      });
    }
  }

  #close(): void {
    this.#over = true;
    abandonment.forget(this.#first);
    this.#stopListening?.();
    this.#stopListening = undefined;
  }

  get #first(): SpanCall {
    return (this.#parts[0] as { call: SpanCall }).call;
  }
}
