/** Protobuf by hand, for messages no library would write. */
export function varint(value: number | bigint): Buffer {
  const bytes: number[] = [];
  let rest = BigInt(value);
  while (rest > 127n) {
    bytes.push(Number(rest & 127n) | 128);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
  return Buffer.from(bytes);
}

export const tag = (field: number, wireType: number): Buffer => varint((field << 3) | wireType);
export const embed = (field: number, ...parts: Buffer[]): Buffer => {
  const inner = Buffer.concat(parts);
  return Buffer.concat([tag(field, 2), varint(inner.length), inner]);
};
export const text = (field: number, value: string): Buffer => embed(field, Buffer.from(value));
export const fixed64 = (field: number, value: bigint): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(value);
  return Buffer.concat([tag(field, 1), bytes]);
};

/** ExportTraceServiceRequest with one span that holds these fields. */
export function request(ids: { traceId: string; spanId: string }, ...fields: Buffer[]): Buffer {
  const span = embed(
    2,
    embed(1, Buffer.from(ids.traceId, 'hex')),
    embed(2, Buffer.from(ids.spanId, 'hex')),
    fixed64(7, 1_767_600_000_000_000_000n),
    fixed64(8, 1_767_600_000_010_000_000n),
    ...fields,
  );
  return embed(1, embed(2, span));
}

/** KeyValue. */
export const attribute = (field: number, key: string, value: Buffer): Buffer =>
  embed(field, text(1, key), embed(2, value));
