import { CHUNKS, OUTPUTS, RESULT, TIME_TO_FIRST_CHUNK } from '../../attributes/keys.js';
import { type JsonValue, snapshot } from '../../attributes/snapshot.js';
import type { RecordedSpan } from '../recorded-span.js';
import type { SpanCall } from '../span-call.js';
import { putFlat } from '../span-call.js';

const MAX_ITEMS = 1_000;

/** What a stream gave its consumer: how much, when the first of it came, and the content as far as the limits allow. */
export class Collector {
  readonly #call: SpanCall;
  readonly #keeps: boolean;
  readonly #items: JsonValue[] = [];
  readonly #decoder = new TextDecoder('utf-8', { fatal: true });
  #count = 0;
  #kept = 0;
  #bytes = 0;
  #firstMs: number | undefined;
  #allText = true;
  #binaryBytes = 0;
  #room: number;

  constructor(call: SpanCall) {
    this.#call = call;
    this.#keeps = call.includeOutputs || call.isEvaluated;
    this.#room = call.span?.core.capture.limits.valueLength ?? 0;
  }

  get count(): number {
    return this.#count;
  }

  add(chunk: unknown): void {
    this.#count++;
    this.#firstMs ??= this.#call.span?.elapsedMs();
    if (!this.#keeps) return;
    try {
      this.#keep(chunk);
    } catch {
      // A chunk that cannot be shown is still counted.
    }
  }

  #keep(chunk: unknown): void {
    const { span } = this.#call;
    if (span === undefined || this.#room <= 0 || this.#kept >= MAX_ITEMS) return;
    const item = chunk instanceof Uint8Array ? this.#text(chunk) : snapshot(chunk, span.core.capture);
    if (item === undefined) return;
    if (typeof item !== 'string') this.#allText = false;
    const size = typeof item === 'string' ? item.length : JSON.stringify(item).length;
    this.#bytes += size;
    this.#room -= size;
    this.#kept++;
    this.#items.push(item);
  }

  /** Bytes are shown as text where they are text. */
  #text(bytes: Uint8Array): string | undefined {
    try {
      return this.#decoder.decode(bytes, { stream: true });
    } catch {
      this.#binaryBytes += bytes.byteLength;
      return undefined;
    }
  }

  /** One text where every chunk was text, else the list of chunks. */
  output(): JsonValue | undefined {
    if (this.#binaryBytes > 0) return `<Buffer ${this.#binaryBytes + this.#bytes} bytes>`;
    if (this.#items.length === 0) return undefined;
    return this.#allText ? this.#items.join('') : this.#items;
  }

  describe(span: RecordedSpan, returned?: unknown): void {
    span.stamp(CHUNKS, this.#count);
    if (this.#firstMs !== undefined) span.stamp(TIME_TO_FIRST_CHUNK, this.#firstMs);
    const output = this.output();
    if (output !== undefined) this.#call.describeOutput(span, output);
    if (this.#keeps && this.#kept < this.#count && this.#binaryBytes === 0)
      span.stamp(`${OUTPUTS}.chunks_left_out`, this.#count - this.#kept);
    if (returned !== undefined && this.#call.includeOutputs)
      putFlat(span, output === undefined ? RESULT : `${OUTPUTS}.returned`, returned);
  }
}
