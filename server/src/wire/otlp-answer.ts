/** Answers of OTLP/HTTP, in the encoding of the request. */
export type OtlpEncoding = 'protobuf' | 'json';

export const OTLP_TYPES: Record<OtlpEncoding, string> = {
  protobuf: 'application/x-protobuf',
  json: 'application/json',
};

/** ExportTraceServiceResponse; empty when everything was taken. */
export function traceAnswer(encoding: OtlpEncoding, rejected: number, message: string): Buffer {
  if (encoding === 'json') {
    return Buffer.from(
      JSON.stringify(
        rejected === 0 ? {} : { partialSuccess: { rejectedSpans: String(rejected), errorMessage: message } },
      ),
    );
  }
  if (rejected === 0) return Buffer.alloc(0);
  return field(1, Buffer.concat([Buffer.from([0x08]), varint(rejected), field(2, Buffer.from(message))]));
}

/** google.rpc.Status, which OTLP asks for with every 4xx and 5xx. */
export function statusAnswer(encoding: OtlpEncoding, code: number, message: string): Buffer {
  if (encoding === 'json') return Buffer.from(JSON.stringify({ code, message }));
  return Buffer.concat([Buffer.from([0x08]), varint(code), field(2, Buffer.from(message))]);
}

function field(number: number, data: Buffer): Buffer {
  return Buffer.concat([Buffer.from([(number << 3) | 2]), varint(data.length), data]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  while (rest > 127) {
    bytes.push((rest & 127) | 128);
    rest = Math.floor(rest / 128);
  }
  bytes.push(rest);
  return Buffer.from(bytes);
}
