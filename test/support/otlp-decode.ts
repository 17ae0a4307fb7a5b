/** A protobuf reader of OTLP traces for tests, written from the `.proto` files, independent of the encoder under test. */
export interface DecodedSpan {
  traceId: string;
  spanId: string;
  parentSpanId: string;
  name: string;
  kind: number;
  start: string;
  end: string;
  attributes: Record<string, unknown>;
  dropped: [number, number, number];
  events: unknown[];
  links: unknown[];
  status: { code: number; message: string };
  flags: number;
  resource: Record<string, unknown>;
  scope: { name: string; version: string };
}

type Raw = Map<number, (bigint | Uint8Array)[]>;

export function decodeTraces(body: Uint8Array): DecodedSpan[] {
  const spans: DecodedSpan[] = [];
  for (const resourceSpans of bytes(read(body), 1)) {
    const outer = read(resourceSpans);
    const resource = keyValues(read(bytes(outer, 1)[0] ?? new Uint8Array()), 1);
    for (const scopeSpans of bytes(outer, 2)) {
      const inner = read(scopeSpans);
      const scope = read(bytes(inner, 1)[0] ?? new Uint8Array());
      for (const span of bytes(inner, 2)) {
        spans.push({ ...decodeSpan(read(span)), resource, scope: { name: text(scope, 1), version: text(scope, 2) } });
      }
    }
  }
  return spans;
}

function decodeSpan(span: Raw): Omit<DecodedSpan, 'resource' | 'scope'> {
  const status = read(bytes(span, 15)[0] ?? new Uint8Array());
  return {
    traceId: hex(span, 1),
    spanId: hex(span, 2),
    parentSpanId: hex(span, 4),
    name: text(span, 5),
    kind: Number(number(span, 6)),
    start: String(number(span, 7)),
    end: String(number(span, 8)),
    attributes: keyValues(span, 9),
    dropped: [Number(number(span, 10)), Number(number(span, 12)), Number(number(span, 14))],
    events: bytes(span, 11).map((event) => {
      const fields = read(event);
      return {
        time: String(number(fields, 1)),
        name: text(fields, 2),
        attributes: keyValues(fields, 3),
        dropped: Number(number(fields, 4)),
      };
    }),
    links: bytes(span, 13).map((link) => {
      const fields = read(link);
      return {
        traceId: hex(fields, 1),
        spanId: hex(fields, 2),
        attributes: keyValues(fields, 4),
        dropped: Number(number(fields, 5)),
        flags: Number(number(fields, 6)),
      };
    }),
    status: { code: Number(number(status, 3)), message: text(status, 2) },
    flags: Number(number(span, 16)),
  };
}

function keyValues(message: Raw, field: number): Record<string, unknown> {
  const result: Record<string, unknown> = Object.create(null);
  for (const item of bytes(message, field)) {
    const fields = read(item);
    result[text(fields, 1)] = anyValue(read(bytes(fields, 2)[0] ?? new Uint8Array()));
  }
  return { ...result };
}

function anyValue(value: Raw): unknown {
  if (value.has(1)) return { string: text(value, 1) };
  if (value.has(2)) return { bool: number(value, 2) === 1n };
  if (value.has(3)) return { int: String(BigInt.asIntN(64, number(value, 3))) };
  if (value.has(4)) return { double: new Float64Array(new BigUint64Array([number(value, 4)]).buffer)[0] };
  if (value.has(5))
    return { array: bytes(read(bytes(value, 5)[0] as Uint8Array), 1).map((item) => anyValue(read(item))) };
  if (value.has(6)) return { map: keyValues(read(bytes(value, 6)[0] as Uint8Array), 1) };
  if (value.has(7)) return { bytes: Buffer.from(bytes(value, 7)[0] as Uint8Array).toString('hex') };
  return {};
}

function read(message: Uint8Array): Raw {
  const fields: Raw = new Map();
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = message[at++];
      if (byte === undefined) throw new Error('truncated protobuf message');
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asUintN(64, value);
    }
  };
  const fixed = (size: number): bigint => {
    let value = 0n;
    for (let i = size - 1; i >= 0; i--) value = (value << 8n) | BigInt(message[at + i] as number);
    at += size;
    return value;
  };
  while (at < message.length) {
    const tag = Number(varint());
    let value: bigint | Uint8Array;
    if ((tag & 7) === 0) value = varint();
    else if ((tag & 7) === 1) value = fixed(8);
    else if ((tag & 7) === 5) value = fixed(4);
    else if ((tag & 7) === 2) {
      const length = Number(varint());
      value = message.subarray(at, at + length);
      at += length;
    } else throw new Error(`unknown wire type ${tag & 7}`);
    if (at > message.length) throw new Error('truncated protobuf message');
    fields.set(tag >> 3, [...(fields.get(tag >> 3) ?? []), value]);
  }
  return fields;
}

function bytes(message: Raw, field: number): Uint8Array[] {
  return (message.get(field) ?? []).filter((value): value is Uint8Array => typeof value !== 'bigint');
}

function number(message: Raw, field: number): bigint {
  const value = message.get(field)?.at(-1);
  return typeof value === 'bigint' ? value : 0n;
}

function text(message: Raw, field: number): string {
  return Buffer.from(bytes(message, field).at(-1) ?? []).toString('utf8');
}

function hex(message: Raw, field: number): string {
  return Buffer.from(bytes(message, field).at(-1) ?? []).toString('hex');
}
