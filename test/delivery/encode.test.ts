import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import { JsonTraceSerializer, ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import { resourceFromAttributes } from '@opentelemetry/resources';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';
import fc from 'fast-check';
import { createJsonEncoder } from '../../src/delivery/encode-json.js';
import { createProtobufEncoder } from '../../src/delivery/encode-protobuf.js';
import type { BatchEncoder } from '../../src/delivery/encoder.js';
import { decodeTraces } from '../support/otlp-decode.js';
import { RESOURCE, SCOPE, spanOf } from '../support/spans.js';

function encode(encoder: BatchEncoder, spans: readonly ReadableSpan[]): Buffer {
  for (const span of spans) encoder.add(span);
  return Buffer.from(encoder.finish());
}

const text = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.constantFrom('same', 'ä'.repeat(200)),
);
const scalar = fc.oneof(
  text,
  fc.boolean(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.integer(),
  fc.maxSafeInteger(),
  fc.constant(2 ** 60),
);
const value = fc.oneof(scalar, fc.array(text), fc.array(fc.integer()), fc.array(fc.boolean()), fc.uint8Array());
const attributes = fc.dictionary(
  fc.oneof(fc.constantFrom('a', 'honeyhive.session_id', 'long.'.repeat(60)), text),
  value as fc.Arbitrary<never>,
  { maxKeys: 12 },
);
const hex = (bytes: number) =>
  fc.uint8Array({ minLength: bytes, maxLength: bytes }).map((b) => Buffer.from(b).toString('hex'));
const context = fc.record({
  traceId: hex(16),
  spanId: hex(8),
  traceFlags: fc.constantFrom(0, 1),
  isRemote: fc.boolean(),
});
const time = fc.tuple(fc.integer({ min: 0, max: 18_446_744_072 }), fc.integer({ min: 0, max: 999_999_999 }));
const count = fc.integer({ min: 0, max: 2 ** 31 - 1 });

const anySpan = fc
  .record({
    name: text,
    kind: fc.constantFrom(SpanKind.INTERNAL, SpanKind.SERVER, SpanKind.CLIENT),
    context,
    parent: fc.option(context, { nil: undefined }),
    startTime: time,
    endTime: time,
    status: fc.record({
      code: fc.constantFrom(SpanStatusCode.UNSET, SpanStatusCode.OK, SpanStatusCode.ERROR),
      message: text,
    }),
    attributes,
    events: fc.array(fc.record({ time, name: text, attributes, droppedAttributesCount: count }), { maxLength: 4 }),
    links: fc.array(fc.record({ context, attributes, droppedAttributesCount: count }), { maxLength: 3 }),
    counts: fc.tuple(count, count, count),
    resource: fc.constantFrom(RESOURCE, resourceFromAttributes({ other: true })),
    instrumentationScope: fc.constantFrom(SCOPE, { name: 'b', schemaUrl: 'https://example.org/schema' }),
  })
  .map(({ context, parent, counts, ...rest }) =>
    spanOf(
      rest.name,
      {},
      {
        ...rest,
        spanContext: () => context,
        ...(parent === undefined ? {} : { parentSpanContext: parent }),
        droppedAttributesCount: counts[0],
        droppedEventsCount: counts[1],
        droppedLinksCount: counts[2],
      },
    ),
  );

describe('the protobuf encoder', () => {
  it('says what the OpenTelemetry serializer says, for any spans', () => {
    const encoder = createProtobufEncoder();
    fc.assert(
      fc.property(fc.array(anySpan, { minLength: 1, maxLength: 6 }), (spans) => {
        const theirs = ProtobufTraceSerializer.serializeRequest([...spans]) as Uint8Array;
        expect(decodeTraces(encode(encoder, spans))).toEqual(decodeTraces(theirs));
      }),
      { numRuns: 150 },
    );
  });

  it('carries 64-bit integers, and as text what is larger or no number', () => {
    const span = spanOf('numbers', {
      max: 9223372036854775807n,
      min: -9223372036854775808n,
      larger: 9223372036854775808n,
      nan: Number.NaN,
      infinity: -Infinity,
    } as never);
    const [decoded] = decodeTraces(encode(createProtobufEncoder(), [span]));
    expect(decoded?.attributes).toEqual({
      max: { int: '9223372036854775807' },
      min: { int: '-9223372036854775808' },
      larger: { string: '9223372036854775808' },
      nan: { string: 'NaN' },
      infinity: { string: '-Infinity' },
    });
  });

  it('leaves the batch as it was when a span throws', () => {
    const encoder = createProtobufEncoder();
    const poison = spanOf(
      'poison',
      new Proxy(
        { a: 1 },
        {
          get: () => {
            throw new Error('no');
          },
        },
      ),
    );
    encoder.add(spanOf('before'));
    expect(() => encoder.add(poison)).toThrow('no');
    encoder.add(spanOf('after'));
    expect(decodeTraces(encoder.finish()).map((span) => span.name)).toEqual(['before', 'after']);
  });

  it('survives a value without end', () => {
    const loop: Record<string, unknown> = { name: 'loop' };
    loop.self = loop;
    const [decoded] = decodeTraces(encode(createProtobufEncoder(), [spanOf('deep', { loop } as never)]));
    expect(decoded?.name).toBe('deep');
  });
});

describe('the JSON encoder', () => {
  it('says what the OpenTelemetry serializer says, but for 64-bit integers as text', () => {
    const encoder = createJsonEncoder();
    fc.assert(
      fc.property(fc.array(anySpan, { minLength: 1, maxLength: 4 }), (spans) => {
        const theirs = JSON.parse(
          Buffer.from(JsonTraceSerializer.serializeRequest([...spans]) as Uint8Array).toString('utf8'),
        );
        expect(comparable(JSON.parse(encode(encoder, spans).toString('utf8')))).toEqual(comparable(theirs));
      }),
      { numRuns: 80 },
    );
  });

  it('writes 64-bit integers as decimal text', () => {
    const span = spanOf('numbers', { max: 9223372036854775807n, one: 1 } as never);
    const body = encode(createJsonEncoder(), [span]).toString('utf8');
    expect(body).toContain('{"key":"max","value":{"intValue":"9223372036854775807"}}');
    expect(body).toContain('{"key":"one","value":{"intValue":"1"}}');
  });
});

/** Without what the protocol defines as equal: defaults left out, integers as text or number, lone surrogates. */
function comparable(item: unknown): unknown {
  if (Array.isArray(item)) return item.map(comparable);
  if (typeof item === 'string') return (item as string & { toWellFormed(): string }).toWellFormed();
  if (typeof item !== 'object' || item === null) return item;
  const entries = Object.entries(item)
    .filter(([key, entry]) => !(/^(dropped|traceState$|schemaUrl$)/.test(key) && !entry))
    .filter(([key, entry]) => !((key === 'attributes' || key === 'message') && entry.length === 0))
    .map(([key, entry]) =>
      /^(int|double)Value$/.test(key) ? ['number', Number(entry) + 0] : [key, comparable(entry)],
    );
  return Object.fromEntries(entries);
}
