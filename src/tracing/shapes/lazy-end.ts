import { ABANDONED, OUTPUTS } from '../../attributes/keys.js';
import type { SpanCall } from '../span-call.js';
import { abandonment } from './abandonment.js';
import { Collector } from './collector.js';

/** The end of something lazy: however many ways lead to it, the span ends once. */
export class LazyEnd {
  readonly chunks: Collector;
  readonly call: SpanCall;
  #stopListening: (() => void) | undefined;

  constructor(call: SpanCall, watched: object, args: readonly unknown[]) {
    this.call = call;
    this.chunks = new Collector(call);
    abandonment.watch(watched, call);
    this.#stopListening = onAbort(args, () => this.aborted());
  }

  /** The consumer had all it wanted: the end was reached, or it stopped early. */
  done(returned?: unknown): void {
    this.#close();
    this.call.end((span) => this.chunks.describe(span, returned), { output: this.chunks.output() ?? returned });
  }

  /** The producer failed. What came before is kept. */
  failed(thrown: unknown): void {
    this.#close();
    if (this.call.span !== undefined && !this.call.isDone) this.chunks.describe(this.call.span);
    this.call.fail(thrown);
  }

  /** Cut off before the end without an error. */
  abandoned(): void {
    this.#close();
    this.call.end((span) => {
      this.chunks.describe(span);
      span.stamp(ABANDONED, true);
    });
  }

  aborted(): void {
    this.#close();
    this.call.end((span) => {
      this.chunks.describe(span);
      span.stamp(`${OUTPUTS}.aborted`, true);
    });
  }

  #close(): void {
    abandonment.forget(this.call);
    this.#stopListening?.();
    this.#stopListening = undefined;
  }
}

/** Listens to the abort signal that the call was given, if any: as an argument, or as `signal` of one. */
function onAbort(args: readonly unknown[], aborted: () => void): (() => void) | undefined {
  const signal = args.map(signalOf).find((found) => found !== undefined);
  if (signal === undefined || signal.aborted) return undefined;
  // The stream's own error, if it has one, says more: it comes first.
  const listener = (): void => void setImmediate(aborted).unref();
  signal.addEventListener('abort', listener, { once: true });
  return () => signal.removeEventListener('abort', listener);
}

function signalOf(arg: unknown): AbortSignal | undefined {
  if (arg instanceof AbortSignal) return arg;
  if (typeof arg !== 'object' || arg === null) return undefined;
  const signal = Object.getOwnPropertyDescriptor(arg, 'signal')?.value;
  return signal instanceof AbortSignal ? signal : undefined;
}
