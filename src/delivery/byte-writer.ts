const FIRST_BYTES = 64 * 1024;
/** No batch comes near; a hostile attribute (a graph that unfolds without end) does. */
const MAX_BYTES = 256 * 1024 * 1024;
const MOST_KEPT_BYTES = 4 * 1024 * 1024;
const TWO_32 = 2 ** 32;
const DOUBLE = new Float64Array(1);
const HALVES = new Uint32Array(DOUBLE.buffer);
const LITTLE_ENDIAN = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

/** A growing buffer with the few moves that protobuf needs. Lengths are written minimal, in one pass. */
export class ByteWriter {
  buf: Buffer = Buffer.allocUnsafeSlow(FIRST_BYTES);
  pos = 0;

  /** Makes room for `bytes` more. */
  ensure(bytes: number): void {
    const need = this.pos + bytes;
    if (need <= this.buf.length) return;
    if (need > MAX_BYTES) throw new RangeError(`more than ${MAX_BYTES} bytes`);
    const grown = Buffer.allocUnsafeSlow(Math.max(need, Math.min(this.buf.length * 2, MAX_BYTES)));
    this.buf.copy(grown, 0, 0, this.pos);
    this.buf = grown;
  }

  /** Forgets the content; gives back what a huge batch had needed. */
  reset(): void {
    this.pos = 0;
    if (this.buf.length > MOST_KEPT_BYTES) this.buf = Buffer.allocUnsafeSlow(FIRST_BYTES);
  }

  byte(value: number): void {
    this.buf[this.pos++] = value;
  }

  /** A non-negative integer below 2^32. */
  varint(value: number): void {
    const { buf } = this;
    let rest = value >>> 0;
    while (rest > 0x7f) {
      buf[this.pos++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    buf[this.pos++] = rest;
  }

  /** An integer of the int64 range, in two's complement. */
  int64(value: number): void {
    if (value >= 0 && value < TWO_32) this.varint(value);
    else this.varint64(value >>> 0, Math.floor(value / TWO_32) >>> 0);
  }

  bigint64(value: bigint): void {
    const bits = BigInt.asUintN(64, value);
    this.varint64(Number(bits & 0xffffffffn), Number(bits >> 32n));
  }

  varint64(low: number, high: number): void {
    const { buf } = this;
    let lo = low;
    let hi = high;
    while (hi !== 0 || lo > 0x7f) {
      buf[this.pos++] = (lo & 0x7f) | 0x80;
      lo = ((lo >>> 7) | (hi << 25)) >>> 0;
      hi >>>= 7;
    }
    buf[this.pos++] = lo;
  }

  // Byte by byte: the methods of Buffer check what is known here.
  fixed32(value: number): void {
    const { buf, pos } = this;
    buf[pos] = value;
    buf[pos + 1] = value >>> 8;
    buf[pos + 2] = value >>> 16;
    buf[pos + 3] = value >>> 24;
    this.pos = pos + 4;
  }

  fixed64(low: number, high: number): void {
    this.fixed32(low);
    this.fixed32(high);
  }

  double(value: number): void {
    DOUBLE[0] = value;
    this.fixed32(HALVES[LITTLE_ENDIAN ? 0 : 1] as number);
    this.fixed32(HALVES[LITTLE_ENDIAN ? 1 : 0] as number);
  }

  /** The bytes that an even number of hexadecimal digits stand for; false where there are others among them. */
  hex(digits: string): boolean {
    const bytes = digits.length >> 1;
    const written = this.buf.write(digits, this.pos, 'hex');
    this.pos += written;
    return written === bytes && digits.length === bytes * 2;
  }

  raw(bytes: Uint8Array): void {
    const { buf, pos } = this;
    const { length } = bytes;
    if (length > 64) buf.set(bytes, pos);
    else for (let i = 0; i < length; i++) buf[pos + i] = bytes[i] as number;
    this.pos = pos + length;
  }

  /** UTF-8 of `text` at `at`, without moving; lone surrogates become U+FFFD. Returns the bytes written. */
  textAt(text: string, at: number): number {
    const { length } = text;
    if (length > 32) return this.buf.write(text, at, 'utf8');
    const { buf } = this;
    for (let i = 0; i < length; i++) {
      const unit = text.charCodeAt(i);
      if (unit > 0x7f) return this.buf.write(text, at, 'utf8');
      buf[at + i] = unit;
    }
    return length;
  }

  /** Makes room for the UTF-8 of `text`, and `more`. */
  ensureText(text: string, more: number): void {
    // Three bytes a unit at most; for a long text the exact number is worth asking for.
    this.ensure(more + (text.length < 4_096 ? text.length * 3 : Buffer.byteLength(text, 'utf8')));
  }

  /** Length and UTF-8 of `text`. */
  text(text: string): void {
    this.ensureText(text, 10);
    const guess = varintSize(text.length);
    const start = this.pos + guess;
    const bytes = this.textAt(text, start);
    const size = varintSize(bytes);
    if (size !== guess) this.buf.copyWithin(this.pos + size, start, start + bytes);
    this.varint(bytes);
    this.pos += bytes;
  }

  /** Starts a nested message whose length takes `reserve` bytes if the guess is right; returns the mark for `close`. */
  open(reserve: 1 | 2): number {
    const mark = this.pos;
    this.pos += reserve;
    return mark;
  }

  close(mark: number, reserve: 1 | 2): void {
    const start = mark + reserve;
    const length = this.pos - start;
    const size = varintSize(length);
    if (size !== reserve) {
      this.ensure(5);
      this.buf.copyWithin(mark + size, start, this.pos);
    }
    this.pos = mark;
    this.varint(length);
    this.pos += length;
  }
}

/** Bytes of `value` as a varint, for lengths (below 2^32). */
export function varintSize(value: number): number {
  if (value < 0x80) return 1;
  if (value < 0x4000) return 2;
  if (value < 0x200000) return 3;
  return value < 0x10000000 ? 4 : 5;
}
