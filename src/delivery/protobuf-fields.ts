/** One field of an encoded message. */
export interface Field {
  readonly number: number;
  /** From the tag to the end of the value. */
  readonly whole: Uint8Array;
  /** The content of a length-delimited field; otherwise empty. */
  readonly value: Uint8Array;
  /** The value of a varint field; otherwise 0. Exact up to 2^53. */
  readonly varint: number;
}

const NOTHING = new Uint8Array(0);

/** The fields of a protobuf message, in order. Throws a `RangeError` where it is malformed. */
export function fieldsOf(message: Uint8Array): Field[] {
  const fields: Field[] = [];
  let at = 0;

  function readVarint(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = message[at++];
      if (byte === undefined) throw new RangeError('truncated message');
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
  }

  while (at < message.length) {
    const start = at;
    const tag = readVarint();
    const wire = tag & 7;
    let value: Uint8Array = NOTHING;
    let varint = 0;
    if (wire === 0) varint = readVarint();
    else if (wire === 1) at += 8;
    else if (wire === 5) at += 4;
    else if (wire === 2) {
      const length = readVarint();
      value = message.subarray(at, at + length);
      at += length;
    } else throw new RangeError(`unknown wire type ${wire}`);
    if (at > message.length) throw new RangeError('truncated message');
    fields.push({ number: Math.floor(tag / 8), whole: message.subarray(start, at), value, varint });
  }
  return fields;
}
