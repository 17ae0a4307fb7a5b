import { CHUNKS, OUTPUTS, RESULT, TIME_TO_FIRST_CHUNK } from '../../attributes/keys.js';
import type { Redactor } from '../../attributes/redact.js';
import { type JsonValue, snapshot } from '../../attributes/snapshot.js';
import { head } from '../../attributes/text.js';
import { putFlat } from '../call-data.js';
import type { RecordedSpan } from '../recorded-span.js';
import type { SpanCall } from '../span-call.js';

const MAX_ITEMS = 1_000;
/** How much more text is kept than is shown, so that a secret across the border is still recognised. */
const MARGIN = 4_096;

/** The shortest that is masked wherever it stands: it may be the first letters of a longer one. */
const SECRET = 4;

/** What a stream gave its consumer: how much, when the first of it came, and the content as far as the limits allow. */
export class Collector {
  readonly #call: SpanCall;
  readonly #keeps: boolean;
  /** Texts as they came: a secret may stand in two of them, so they are masked when they are joined. */
  readonly #items: JsonValue[] = [];
  readonly #decoder = new TextDecoder('utf-8', { fatal: true });
  #count = 0;
  #kept = 0;
  #bytes = 0;
  #firstMs: number | undefined;
  #allText = true;
  #binaryBytes = 0;
  #room: number;
  #output: JsonValue | undefined;

  constructor(call: SpanCall) {
    this.#call = call;
    this.#keeps = call.includeOutputs || call.isEvaluated;
    this.#room = (call.span?.core.capture.limits.valueLength ?? -MARGIN) + MARGIN;
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
    const given = chunk instanceof Uint8Array ? this.#text(chunk) : chunk;
    const item = typeof given === 'string' ? this.#part(given) : snapshot(given, span.core.capture);
    if (item === undefined) return;
    if (typeof item !== 'string') this.#allText = false;
    const size = typeof item === 'string' ? item.length : JSON.stringify(item).length;
    this.#output = undefined;
    this.#bytes += size;
    this.#room -= size;
    this.#kept++;
    this.#items.push(item);
  }

  /** One text alone is kept whole: it is cut where it is shown, and what is left out is counted. */
  #part(text: string): string {
    return this.#items.length === 0 ? text : head(text, this.#room);
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
    this.#output ??= this.#allText
      ? this.#clean(this.#withoutSecrets(this.#items as string[]))
      : this.#items.map((item) => (typeof item === 'string' ? this.#clean(item) : item));
    return this.#output;
  }

  /** The parts joined. What is a secret in a part looks like none where the part before it ends in a letter. */
  #withoutSecrets(parts: readonly string[]): string {
    const redactor = this.#call.span?.core.capture.redactor;
    if (redactor === undefined || !redactor.active || parts.length === 1) return parts.join('');
    let joined = redactor.text(parts.join(''));
    const hide = (secret: string): void => {
      joined = joined.replaceAll(secret, () => redactor.replacement);
    };
    for (const [index, part] of parts.entries()) {
      const shown = secretsIn(part, redactor).filter((secret) => joined.includes(secret));
      if (shown.length === 0) continue;
      // It may go on in the parts that follow.
      for (const secret of secretsIn(parts.slice(index).join(''), redactor)) hide(secret);
      for (const secret of shown) hide(secret);
    }
    return joined;
  }

  #clean(text: string): JsonValue {
    const { span } = this.#call;
    return (span === undefined ? undefined : snapshot(text, span.core.capture)) ?? null;
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

/** What is masked in `text`: the pieces in whose place the masked one has something else. */
function secretsIn(text: string, redactor: Redactor): string[] {
  const { replacement } = redactor;
  const masked = redactor.text(text);
  if (masked === text || replacement === '') return [];
  const secrets: string[] = [];
  const [first = '', ...others] = masked.split(replacement);
  let from = first.length;
  for (const kept of others) {
    const to = kept === '' ? text.length : text.indexOf(kept, from);
    if (to < from) break;
    if (to - from >= SECRET) secrets.push(text.slice(from, to));
    from = to + kept.length;
  }
  return secrets;
}
