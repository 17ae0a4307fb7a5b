import { readSync } from 'node:fs';
import { platform } from '../base/platform.js';

/** A file of the spool is a row of records: a header, then requests and the notes that they were settled. */
export const HEADER = 0;
export const REQUEST = 1;
export const SETTLED = 2;

/** Magic 4, type 1, reserved 3, sequence number 4, length of meta 4, length of body 4, CRC-32 4; little-endian. */
const HEAD_BYTES = 24;
const MAGIC = Buffer.from('HHR1', 'latin1');
const MAX_PART_BYTES = 512 * 1024 * 1024;
const SCAN_BYTES = 64 * 1024;

/** Where a record is, without its content. */
export interface RecordPlace {
  readonly type: number;
  readonly sequence: number;
  readonly offset: number;
  readonly metaBytes: number;
  readonly bodyBytes: number;
}

export interface RecordContent {
  readonly meta: Record<string, unknown>;
  readonly body: Buffer;
}

/** The parts of a record, to be written in one go. */
export function frame(
  type: number,
  sequence: number,
  meta: object | undefined,
  body: Uint8Array | undefined,
): Uint8Array[] {
  const metaBytes = meta === undefined ? Buffer.alloc(0) : Buffer.from(JSON.stringify(meta), 'utf8');
  const content = body ?? Buffer.alloc(0);
  const head = Buffer.alloc(HEAD_BYTES);
  MAGIC.copy(head);
  head.writeUInt8(type, 4);
  head.writeUInt32LE(sequence, 8);
  head.writeUInt32LE(metaBytes.length, 12);
  head.writeUInt32LE(content.length, 16);
  head.writeUInt32LE(checksum(head, metaBytes, content), 20);
  return [head, metaBytes, content];
}

export function endOf(place: RecordPlace): number {
  return place.offset + HEAD_BYTES + place.metaBytes + place.bodyBytes;
}

/**
 * The records of a file from `from` on. A torn last record ends the list; damage in the middle is skipped up to the
 * next record. Contents are not read here.
 */
export function listRecords(fd: number, from: number, size: number): RecordPlace[] {
  const places: RecordPlace[] = [];
  let offset = from;
  while (offset + HEAD_BYTES <= size) {
    const place = placeAt(fd, offset, size);
    if (place === undefined) {
      const next = findMagic(fd, offset + 1, size);
      if (next === undefined) break;
      offset = next;
    } else {
      places.push(place);
      offset = endOf(place);
    }
  }
  return places;
}

/** The content of a record, or undefined where its checksum is wrong. */
export function readRecord(fd: number, place: RecordPlace): RecordContent | undefined {
  const head = readAt(fd, place.offset, HEAD_BYTES);
  const meta = readAt(fd, place.offset + HEAD_BYTES, place.metaBytes);
  const body = readAt(fd, place.offset + HEAD_BYTES + place.metaBytes, place.bodyBytes);
  if (body.length !== place.bodyBytes || checksum(head, meta, body) !== head.readUInt32LE(20)) return undefined;
  try {
    const parsed = (meta.length === 0 ? {} : JSON.parse(meta.toString('utf8'))) as unknown;
    return typeof parsed === 'object' && parsed !== null
      ? { meta: parsed as Record<string, unknown>, body }
      : undefined;
  } catch {
    return undefined;
  }
}

function placeAt(fd: number, offset: number, size: number): RecordPlace | undefined {
  const head = readAt(fd, offset, HEAD_BYTES);
  if (head.length < HEAD_BYTES || !head.subarray(0, 4).equals(MAGIC)) return undefined;
  const place = {
    type: head.readUInt8(4),
    sequence: head.readUInt32LE(8),
    offset,
    metaBytes: head.readUInt32LE(12),
    bodyBytes: head.readUInt32LE(16),
  };
  const sound = place.metaBytes <= MAX_PART_BYTES && place.bodyBytes <= MAX_PART_BYTES && endOf(place) <= size;
  return sound ? place : undefined;
}

function findMagic(fd: number, from: number, size: number): number | undefined {
  for (let at = from; at < size; at += SCAN_BYTES) {
    const found = readAt(fd, at, Math.min(SCAN_BYTES + MAGIC.length, size - at)).indexOf(MAGIC);
    if (found >= 0) return at + found;
  }
  return undefined;
}

function readAt(fd: number, offset: number, length: number): Buffer {
  const buffer = Buffer.allocUnsafe(length);
  let read = 0;
  while (read < length) {
    const bytes = readSync(fd, buffer, read, length - read, offset + read);
    if (bytes === 0) break;
    read += bytes;
  }
  return buffer.subarray(0, read);
}

/** Over everything but the checksum itself. */
function checksum(head: Buffer, meta: Uint8Array, body: Uint8Array): number {
  return crc32(body, crc32(meta, crc32(head.subarray(0, 20), 0)));
}

let table: Uint32Array | undefined;

function crc32(data: Uint8Array, start: number): number {
  // zlib takes "no data" for a wish to start anew.
  if (data.length === 0) return start;
  // It came with Node 20.15.
  const native = (platform('node:zlib') as { crc32?: (data: Uint8Array, value?: number) => number }).crc32;
  if (native !== undefined) return native(data, start);
  table ??= Uint32Array.from({ length: 256 }, (_, index) => {
    let value = index;
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
    return value;
  });
  let crc = ~start >>> 0;
  for (const byte of data) crc = ((table[(crc ^ byte) & 0xff] as number) ^ (crc >>> 8)) >>> 0;
  return ~crc >>> 0;
}
