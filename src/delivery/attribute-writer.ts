import { fitsInt64, isInt64, isSendable, MAX_VALUE_DEPTH } from './any-value.js';
import { ByteWriter, varintSize } from './byte-writer.js';

/** What is known of an attribute's name: its bytes, and the value that keeps coming back with it. */
interface KeyEntry {
  readonly field: Uint8Array;
  seen: string | undefined;
  repeated: string | undefined;
  /** The whole KeyValue, length first, for `repeated`. */
  bytes: Uint8Array | undefined;
}

const MAX_KEYS = 2_000;
const MAX_REPEATED = 96;
const TWO_32 = 2 ** 32;

export interface AttributeWriter {
  /** Writes the entries of an object as repeated `KeyValue` fields with that tag. */
  all(tag: number, values: object): void;
  /** Writes one such field. */
  one(tag: number, key: string, value: unknown): void;
}

/** Attributes are most of a span: names are encoded once, and so is a short value that keeps coming back. */
export function createAttributeWriter(writer: ByteWriter): AttributeWriter {
  const keys = new Map<string, KeyEntry>();

  function keyEntry(key: string): KeyEntry {
    let entry = keys.get(key);
    if (entry !== undefined) return entry;
    const text = Buffer.from(key, 'utf8');
    const field = Buffer.allocUnsafe(1 + varintSize(text.length) + text.length);
    const head = new ByteWriter();
    head.byte(0x0a);
    head.varint(text.length);
    head.buf.copy(field, 0, 0, head.pos);
    text.copy(field, head.pos);
    entry = { field, seen: undefined, repeated: undefined, bytes: undefined };
    if (keys.size >= MAX_KEYS) keys.clear();
    if (field.length <= 256) keys.set(key, entry);
    return entry;
  }

  function stringAttribute(tag: number, key: string, value: string): void {
    const entry = keyEntry(key);
    const w = writer;
    if (entry.repeated === value && entry.bytes !== undefined) {
      w.ensure(entry.bytes.length + 1);
      w.byte(tag);
      w.raw(entry.bytes);
      return;
    }
    const keyBytes = entry.field.length;
    w.ensureText(value, keyBytes + 24);
    const start = w.pos;
    // Written where it belongs if every character is one byte, which is nearly always so; moved otherwise.
    const guess = headSize(keyBytes, value.length);
    const bytes = w.textAt(value, start + guess);
    const size = bytes === value.length ? guess : headSize(keyBytes, bytes);
    if (size !== guess) w.buf.copyWithin(start + size, start + guess, start + guess + bytes);
    const anyLength = 1 + varintSize(bytes) + bytes;
    w.byte(tag);
    w.varint(keyBytes + 1 + varintSize(anyLength) + anyLength);
    w.raw(entry.field);
    w.byte(0x12);
    w.varint(anyLength);
    w.byte(0x0a);
    w.varint(bytes);
    w.pos += bytes;
    if (value.length > MAX_REPEATED) return;
    if (entry.seen === value) {
      entry.repeated = value;
      entry.bytes = Uint8Array.prototype.slice.call(w.buf, start + 1, w.pos);
    } else entry.seen = value;
  }

  /** A message all of whose lengths are known beforehand; false for the few numbers that are not like that. */
  function numberAttribute(tag: number, key: string, value: number): boolean {
    const isInt = isInt64(value);
    if (isInt ? value < 0 || value >= TWO_32 : !Number.isFinite(value)) return false;
    const { field } = keyEntry(key);
    const w = writer;
    const anyLength = isInt ? 1 + varintSize(value) : 9;
    w.ensure(field.length + 32);
    w.byte(tag);
    w.varint(field.length + 2 + anyLength);
    w.raw(field);
    w.byte(0x12);
    w.byte(anyLength);
    w.byte(isInt ? 0x18 : 0x21);
    if (isInt) w.varint(value);
    else w.double(value);
    return true;
  }

  function attribute(tag: number, key: string, value: unknown, depth: number): void {
    if (typeof value === 'string') {
      stringAttribute(tag, key, value);
      return;
    }
    if (typeof value === 'number' && numberAttribute(tag, key, value)) return;
    if (!isSendable(value)) return;
    const { field } = keyEntry(key);
    writer.ensure(field.length + 32);
    writer.byte(tag);
    const mark = writer.open(1);
    writer.raw(field);
    writer.byte(0x12);
    anyValue(value, depth);
    writer.close(mark, 1);
  }

  /** Length and content of an AnyValue. */
  function anyValue(value: unknown, depth: number): void {
    const w = writer;
    w.ensure(32);
    const mark = w.open(1);
    if (typeof value === 'string') stringValue(value);
    else if (typeof value === 'boolean') {
      w.byte(0x10);
      w.byte(value ? 1 : 0);
    } else if (typeof value === 'number') numberValue(value);
    else if (typeof value === 'bigint') {
      if (fitsInt64(value)) {
        w.byte(0x18);
        w.bigint64(value);
      } else stringValue(value.toString());
    } else if (value instanceof Uint8Array) {
      w.ensure(value.length + 16);
      w.byte(0x3a);
      w.varint(value.length);
      w.raw(value);
    } else if (typeof value === 'object' && value !== null) {
      if (depth >= MAX_VALUE_DEPTH) stringValue('[Too deep]');
      else if (Array.isArray(value)) arrayValue(value, depth + 1);
      else kvList(value as Record<string, unknown>, depth + 1);
    }
    w.close(mark, 1);
  }

  function stringValue(value: string): void {
    writer.ensure(8);
    writer.byte(0x0a);
    writer.text(value);
    writer.ensure(8);
  }

  function numberValue(value: number): void {
    if (isInt64(value)) {
      writer.byte(0x18);
      writer.int64(value);
    } else if (Number.isFinite(value)) {
      writer.byte(0x21);
      writer.double(value);
    } else stringValue(String(value));
  }

  function arrayValue(values: readonly unknown[], depth: number): void {
    writer.byte(0x2a);
    const mark = writer.open(2);
    for (let i = 0; i < values.length; i++) {
      writer.ensure(16);
      writer.byte(0x0a);
      anyValue(values[i], depth);
    }
    writer.close(mark, 2);
  }

  function kvList(value: Record<string, unknown>, depth: number): void {
    writer.byte(0x32);
    const mark = writer.open(2);
    for (const key of Object.keys(value)) attribute(0x0a, key, value[key], depth);
    writer.close(mark, 2);
  }

  function all(tag: number, values: object): void {
    const record = values as Record<string, unknown>;
    for (const key in record) if (Object.hasOwn(record, key)) attribute(tag, key, record[key], 0);
  }

  return { all, one: (tag, key, value) => attribute(tag, key, value, 0) };
}

/** Bytes from an attribute's tag to the first byte of its text. */
function headSize(keyBytes: number, bytes: number): number {
  const anyLength = 1 + varintSize(bytes) + bytes;
  const kvLength = keyBytes + 1 + varintSize(anyLength) + anyLength;
  return 1 + varintSize(kvLength) + (kvLength - bytes);
}
