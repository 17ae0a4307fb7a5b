import { MalformedRequest } from './span-record.js';

/** Messages may nest this deep; protobuf's own implementations stop at the same depth. */
export const MAX_DEPTH = 100;

export const VARINT = 0;
export const FIXED64 = 1;
export const BYTES = 2;
const GROUP = 3;
const GROUP_END = 4;
export const FIXED32 = 5;

/** Reads protobuf from a buffer and refuses everything that steps over a border. */
export class ProtobufReader {
  readonly #data: Buffer;
  #position: number;
  #end: number;
  field = 0;
  wireType = 0;

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

  fixed64(): string {
    this.expect(FIXED64);
    const at = this.#take(8);
    const high = this.#data.readUInt32LE(at + 4);
    const low = this.#data.readUInt32LE(at);
    return high < 0x200000 ? String(high * 4294967296 + low) : String((BigInt(high) << 32n) | BigInt(low));
  }

  #take(length: number): number {
    const at = this.#position;
    if (length > this.#end - at) throw new MalformedRequest('protobuf: a length runs past the end');
    this.#position = at + length;
    return at;
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
