import { MalformedRequest } from './span-record.js';

/** Messages may nest this deep; protobuf's own implementations stop at the same depth. */
export const MAX_DEPTH = 100;

export const VARINT = 0;
export const FIXED64 = 1;
export const BYTES = 2;
const TWO_32 = 2 ** 32;
const BILLION = 1e9;
const GROUP = 3;
const GROUP_END = 4;
export const FIXED32 = 5;

/** Names that keep coming back are read once: so many are remembered, up to so many bytes long. */
const NAMES = 2048;
const LONGEST_NAME = 96;
const names: ({ readonly bytes: Uint8Array; readonly text: string } | undefined)[] = new Array(NAMES).fill(undefined);

/** Reads protobuf from a buffer and refuses everything that steps over a border. */
export class ProtobufReader {
  readonly #data: Buffer;
  #position: number;
  #end: number;
  field = 0;
  wireType = 0;
  /** Where the content of the embedded message lies that was read last. */
  from = 0;
  to = 0;

  constructor(data: Buffer, start = 0, end = data.length) {
    this.#data = data;
    this.#position = start;
    this.#end = end;
  }

  /** Moves to the next field; false at the end of the message. */
  next(): boolean {
    if (this.#position >= this.#end) return false;
    const tag = this.#smallVarint();
    this.field = tag >>> 3;
    this.wireType = tag & 7;
    if (this.field === 0) throw new MalformedRequest('protobuf: field number 0');
    return true;
  }

  expect(wireType: number): void {
    if (this.wireType !== wireType) {
      throw new MalformedRequest(`protobuf: field ${this.field} has wire type ${this.wireType}, expected ${wireType}`);
    }
  }

  #byte(): number {
    if (this.#position >= this.#end) throw new MalformedRequest('protobuf: ends inside a field');
    return this.#data[this.#position++] as number;
  }

  /** A varint of at most 32 bits, as tags and lengths are. */
  #smallVarint(): number {
    let result = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.#byte();
      if (shift === 28 && byte > 15) throw new MalformedRequest('protobuf: length or tag beyond 32 bits');
      result |= (byte & 127) << shift;
      if (byte < 128) return result >>> 0;
    }
    throw new MalformedRequest('protobuf: varint too long');
  }

  /** A signed 64-bit varint as decimal text. */
  int64(): string {
    this.expect(VARINT);
    let low = 0;
    let value = 0n;
    for (let index = 0; index < 10; index++) {
      const byte = this.#byte();
      if (index < 4) low |= (byte & 127) << (7 * index);
      else value |= BigInt(byte & 127) << BigInt(7 * index);
      if (byte < 128) {
        if (index < 4) return String(low);
        if (index === 9 && byte > 1) throw new MalformedRequest('protobuf: varint beyond 64 bits');
        return String(BigInt.asIntN(64, value | BigInt(low)));
      }
    }
    throw new MalformedRequest('protobuf: varint longer than 10 bytes');
  }

  uint32(): number {
    // Nearly all are kinds, codes and small counts.
    const first = this.#position < this.#end ? (this.#data[this.#position] as number) : 128;
    if (first < 128 && this.wireType === VARINT) {
      this.#position++;
      return first;
    }
    return Number(BigInt.asUintN(32, BigInt(this.int64())));
  }

  bool(): boolean {
    return this.int64() !== '0';
  }

  double(): number {
    this.expect(FIXED64);
    const at = this.#take(8);
    return this.#data.readDoubleLE(at);
  }

  /** An unsigned 64-bit integer as decimal text. */
  fixed64(): string {
    this.expect(FIXED64);
    const at = this.#take(8);
    const high = this.#data.readUInt32LE(at + 4);
    const low = this.#data.readUInt32LE(at);
    if (high < 0x200000) return String(high * TWO_32 + low);
    // Long division by 10^9, sixteen bits at a time: no step leaves the integers that a number keeps.
    const first = (high % BILLION) * 65_536 + (low >>> 16);
    const second = (first % BILLION) * 65_536 + (low & 0xffff);
    const quotient =
      Math.floor(high / BILLION) * TWO_32 + Math.floor(first / BILLION) * 65_536 + Math.floor(second / BILLION);
    return `${quotient}${String((second % BILLION) + BILLION).slice(1)}`;
  }

  fixed32(): number {
    this.expect(FIXED32);
    return this.#data.readUInt32LE(this.#take(4));
  }

  #take(length: number): number {
    const at = this.#position;
    if (length > this.#end - at) throw new MalformedRequest('protobuf: a length runs past the end');
    this.#position = at + length;
    return at;
  }

  /** A text that is likely to have come before, as attributes' names have. */
  name(): string {
    this.expect(BYTES);
    const length = this.#smallVarint();
    const at = this.#take(length);
    const data = this.#data;
    if (length > LONGEST_NAME) return data.toString('utf8', at, at + length);
    let hash = length;
    for (let index = at; index < at + length; index++) hash = (Math.imul(hash, 31) + (data[index] as number)) | 0;
    const place = (hash ^ (hash >>> 15)) & (NAMES - 1);
    const known = names[place];
    if (known !== undefined && known.bytes.length === length) {
      const { bytes } = known;
      let index = 0;
      while (index < length && bytes[index] === data[at + index]) index++;
      if (index === length) return known.text;
    }
    const text = data.toString('utf8', at, at + length);
    names[place] = { bytes: Uint8Array.prototype.slice.call(data, at, at + length), text };
    return text;
  }

  string(): string {
    this.expect(BYTES);
    const length = this.#smallVarint();
    const at = this.#take(length);
    return this.#data.toString('utf8', at, at + length);
  }

  bytes(encoding: 'hex' | 'base64'): string {
    this.expect(BYTES);
    const length = this.#smallVarint();
    const at = this.#take(length);
    return this.#data.toString(encoding, at, at + length);
  }

  /** Runs `read` inside the embedded message and steps over it. */
  message<T>(depth: number, read: (reader: ProtobufReader, depth: number) => T): T {
    this.expect(BYTES);
    if (depth >= MAX_DEPTH) throw new MalformedRequest(`protobuf: nested deeper than ${MAX_DEPTH}`, 'too_deep');
    const length = this.#smallVarint();
    const at = this.#take(length);
    const outer = this.#end;
    const after = this.#position;
    this.#position = at;
    this.#end = at + length;
    const result = read(this, depth + 1);
    this.#end = outer;
    this.#position = after;
    this.from = at;
    this.to = after;
    return result;
  }

  skip(depth = 0): void {
    switch (this.wireType) {
      case VARINT:
        this.int64();
        return;
      case FIXED64:
        this.#take(8);
        return;
      case BYTES:
        this.#take(this.#smallVarint());
        return;
      case FIXED32:
        this.#take(4);
        return;
      case GROUP:
        this.#skipGroup(this.field, depth);
        return;
      default:
        throw new MalformedRequest(`protobuf: wire type ${this.wireType} is not known here`);
    }
  }

  #skipGroup(field: number, depth: number): void {
    if (depth >= MAX_DEPTH) throw new MalformedRequest(`protobuf: nested deeper than ${MAX_DEPTH}`, 'too_deep');
    while (this.next()) {
      if (this.wireType === GROUP_END) {
        if (this.field !== field) throw new MalformedRequest('protobuf: a group ends that was not begun');
        return;
      }
      this.skip(depth + 1);
    }
    throw new MalformedRequest('protobuf: ends inside a group');
  }
}
