import { randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import { deflateSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { parseJson } from '../dist/wire/json-text';
import { encodeTracesJson } from '../dist/wire/otlp-encode';
import { decodeTracesValue } from '../dist/wire/otlp-json';
import { decodeTracesProtobuf } from '../dist/wire/otlp-protobuf';
import type { SpanRecord } from '../dist/wire/span-record';
import { inSession, type Local, local, span, traces } from './support/local';
import { embed, request, tag, text, varint } from './support/protobuf';

let server: Local;
beforeAll(async () => {
  server = await local();
});

afterEach(async () => {
  expect((await server.call('GET', '/healthz')).status).toBe(200);
});

const proto = (body: Buffer) => server.call('POST', '/v1/traces', body, { 'content-type': 'application/x-protobuf' });
const nested = (depth: number, field: number): Buffer => {
  let inner = Buffer.alloc(0);
  for (let level = 0; level < depth; level++) {
    const length: number[] = [];
    for (let rest = inner.length; ; rest >>= 7) {
      if (rest < 128) {
        length.push(rest);
        break;
      }
      length.push((rest & 127) | 128);
    }
    inner = Buffer.concat([Buffer.from([(field << 3) | 2, ...length]), inner]);
  }
  return inner;
};

describe('bad protobuf', () => {
  const cases: [string, Buffer][] = [
    ['truncated inside a length', Buffer.from([0x0a, 0x80])],
    ['a length past the end', Buffer.from([0x0a, 0x05, 0x00])],
    ['a length of 2^31', Buffer.from([0x0a, 0x80, 0x80, 0x80, 0x80, 0x08])],
    ['a varint of 11 bytes', Buffer.from([0x78, ...Array(11).fill(0xff)])],
    ['field number 0', Buffer.from([0x02, 0x00])],
    ['a wrong wire type', Buffer.from([0x08, 0x01])],
    ['wire type 7', Buffer.from([0x7f, 0x01])],
    ['a group that never ends', Buffer.from([0x7b, 0x08, 0x01])],
    ['a group ended by another', Buffer.from([0x7b, 0x84, 0x01])],
    ['groups nested 10,000 deep', Buffer.alloc(10_000, 0x7b)],
    ['text', Buffer.from('{"resourceSpans":[]}')],
  ];
  test.each(cases)('%s: 400 with a Status in protobuf', async (_name, body) => {
    const answer = await proto(body);
    expect(answer.status).toBe(400);
    expect(answer.headers['content-type']).toBe('application/x-protobuf');
    expect(answer.text).toContain('protobuf');
  });

  test('attribute values nested 10,000 deep', async () => {
    // AnyValue.array_value = 5, ArrayValue.values = 1: alternating, inside resource attributes.
    let value = Buffer.alloc(0);
    const wrap = (field: number, inner: Buffer): Buffer =>
      Buffer.concat([nested(1, field).subarray(0, 1), varint(inner.length), inner]);
    for (let level = 0; level < 10_000; level++) value = wrap(level % 2 === 0 ? 1 : 5, value);
    const body = wrap(1, wrap(1, wrap(1, wrap(2, value))));
    const answer = await proto(body);
    expect(answer.status).toBe(400);
    expect(answer.text).toContain('nested deeper than 100');
  });

  test('unknown fields and groups are skipped', () => {
    const unknown = Buffer.from([
      0x7b, 0x08, 0x01, 0x7c, 0xfa, 0x3f, 0x02, 0x01, 0x02, 0x7d, 1, 2, 3, 4, 0x79, 1, 2, 3, 4, 5, 6, 7, 8,
    ]);
    expect(decodeTracesProtobuf(unknown)).toEqual({ spans: [], rejected: 0, message: '' });
  });

  test('any bytes: decoded or refused as malformed, never anything else', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          decodeTracesProtobuf(Buffer.from(bytes));
        } catch (error) {
          expect((error as Error).name).toBe('MalformedRequest');
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe('bad JSON', () => {
  const cases: [string, string | Buffer, RegExp][] = [
    ['a depth bomb', '['.repeat(100_000), /nested deeper/],
    ['cut short', '{"resourceSpans":[', /not valid JSON/],
    ['empty', ' ', /not valid JSON/],
    ['invalid UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]), /UTF-8/],
    ['a list at the top', '[]', /object with resourceSpans/],
    ['base64 ids', JSON.stringify(traces([span({ traceId: 'W47/95gDgQPSabYzgT/GDA==' })])), /hex/],
    [
      'an integer beyond 64 bits',
      '{"resourceSpans":[{"resource":{"attributes":[{"key":"a","value":{"intValue":"99999999999999999999"}}]}}]}',
      /64 bits/,
    ],
    ['spans that are no list', '{"resourceSpans":[{"scopeSpans":{"a":1}}]}', /not a list/],
  ];
  test.each(cases)('%s: 400 with a Status in JSON', async (_name, body, message) => {
    const answer = await server.call('POST', '/v1/traces', body);
    expect(answer.status).toBe(400);
    expect(answer.json.code).toBe(3);
    expect(answer.json.message).toMatch(message);
  });

  test('what was sent is not repeated in the answer', async () => {
    const answer = await server.call('POST', '/v1/traces', '{"secret-canary-123');
    expect(answer.text).not.toContain('canary');
  });

  test('enum names, snake_case, a byte order mark and null lists are understood', async () => {
    const one = span({});
    const text = JSON.stringify({
      resource_spans: [
        {
          resource: null,
          scope_spans: [
            {
              spans: [
                {
                  trace_id: one.traceId,
                  span_id: one.spanId,
                  name: 'snake',
                  kind: 'SPAN_KIND_CLIENT',
                  start_time_unix_nano: '5',
                  end_time_unix_nano: 6,
                  status: { code: 'STATUS_CODE_ERROR', message: 'm' },
                  attributes: null,
                },
              ],
            },
          ],
        },
      ],
    });
    expect(
      (await server.call('POST', '/v1/traces', Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from(text)])))
        .status,
    ).toBe(200);
    expect((await server.call('GET', `/api/spans/${one.traceId}/${one.spanId}`)).json).toMatchObject({
      name: 'snake',
      kind: 3,
      status: 'error',
      statusMessage: 'm',
    });
  });

  test('long integers are exact wherever they stand, strings untouched', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n - 1n }), fc.string(), (int, text) => {
        const parsed = parseJson(
          Buffer.from(
            `{"a":[${int},{"b": ${int} }],"s":${JSON.stringify(`${text}${int}`)},"f":1234567890.12345678901}`,
          ),
        ) as { a: [unknown, { b: unknown }]; s: string; f: number };
        expect(String(parsed.a[0])).toBe(String(int));
        expect(String(parsed.a[1].b)).toBe(String(int));
        expect(parsed.s).toBe(Buffer.from(`${text}${int}`).toString());
        expect(parsed.f).toBe(Number('1234567890.12345678901'));
      }),
    );
  });
});

test('a span survives decoding and encoding with every value and kind', () => {
  const value: fc.Arbitrary<any> = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      fc.string().map((stringValue) => ({ stringValue })),
      fc.boolean().map((boolValue) => ({ boolValue })),
      fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map((int) => ({ intValue: String(int) })),
      fc
        .double({ noNaN: true, noDefaultInfinity: true })
        .map((doubleValue) => ({ doubleValue: Object.is(doubleValue, -0) ? 0 : doubleValue })),
      fc.array(tie('value'), { maxLength: 4 }).map((values) => ({ arrayValue: { values } })),
      fc
        .uniqueArray(fc.tuple(fc.string(), tie('value')), { maxLength: 4, selector: (pair) => pair[0] })
        .map((pairs) => ({ kvlistValue: { values: pairs.map(([key, inner]) => ({ key, value: inner })) } })),
    ),
  })).value;
  const sorted = (list: { key: string }[]): unknown => normal([...list].sort((a, b) => (a.key < b.key ? -1 : 1)));
  const normal = (one: any): any => {
    if (Array.isArray(one)) return one.map(normal);
    if (one === null || typeof one !== 'object') return one;
    if (one.kvlistValue) return { kvlistValue: { values: sorted(one.kvlistValue.values) } };
    return Object.fromEntries(Object.entries(one).map(([key, inner]) => [key, normal(inner)]));
  };
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.tuple(fc.string(), value), { maxLength: 6, selector: (pair) => pair[0] }),
      (pairs) => {
        const sent = { ...span({}), attributes: pairs.map(([key, inner]) => ({ key, value: inner })) };
        const encoded = encodeTracesJson(decodeTracesValue(traces([sent])).spans) as any;
        expect(sorted(encoded.resourceSpans[0].scopeSpans[0].spans[0].attributes)).toEqual(sorted(sent.attributes));
      },
    ),
    { numRuns: 300 },
  );
});

describe('what a sender says besides: flags, trace states, how much it left out', () => {
  const count = fc.integer({ min: 1, max: 0xffff_ffff });
  const orZero = fc.oneof(fc.constant(0), count);
  const dropped = (kind: string) => fc.record({ [`dropped${kind}Count`]: count }, { requiredKeys: [] });
  const all = (...parts: fc.Arbitrary<object>[]) => fc.tuple(...parts).map((found) => Object.assign({}, ...found));
  const ids = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' };
  const flags = fc.record({ flags: count }, { requiredKeys: [] });
  const link = all(
    fc.constant(ids),
    flags,
    fc.record({ traceState: fc.constant('a=b') }, { requiredKeys: [] }),
    dropped('Attributes'),
  );
  const event = all(fc.constant({ name: 'e', timeUnixNano: '5' }), dropped('Attributes'));
  const sent = all(
    fc.constant({ ...span({}), ...ids }),
    flags,
    dropped('Attributes'),
    dropped('Events'),
    dropped('Links'),
    fc.record({ events: fc.array(event, { maxLength: 2 }), links: fc.array(link, { maxLength: 2 }) }),
  );
  const scope = all(fc.constant({ name: 'lib', version: '1' }), dropped('Attributes'));
  const body = fc
    .tuple(sent, scope)
    .map(([one, lib]) => ({ resourceSpans: [{ scopeSpans: [{ scope: lib, spans: [one] }] }] }));

  test('is kept in JSON', () => {
    fc.assert(
      fc.property(body, (given) => {
        const encoded = encodeTracesJson(decodeTracesValue(given).spans) as any;
        expect(encoded).toMatchObject(given);
      }),
    );
  });

  test('is the same in protobuf, left out where it is zero', () => {
    const counts = (field: number, value: number) => Buffer.concat([tag(field, 0), varint(value)]);
    const fixed32 = (field: number, value: number) => {
      const bytes = Buffer.alloc(4);
      bytes.writeUInt32LE(value);
      return Buffer.concat([tag(field, 5), bytes]);
    };
    fc.assert(
      fc.property(fc.tuple(orZero, orZero, orZero, orZero, orZero), ([flag, one, two, three, four]) => {
        const encodedLink = [embed(1, Buffer.from(ids.traceId, 'hex')), embed(2, Buffer.from(ids.spanId, 'hex'))];
        const [decoded] = decodeTracesProtobuf(
          request(
            ids,
            counts(10, one),
            embed(11, text(2, 'e'), counts(4, two)),
            counts(12, three),
            embed(13, ...encodedLink, text(3, 'a=b'), counts(5, four), fixed32(6, flag)),
            embed(13, ...encodedLink),
            counts(14, one),
            fixed32(16, flag),
          ),
        ).spans;
        const unlessZero = (counts: object) => Object.fromEntries(Object.entries(counts).filter(([, n]) => n !== 0));
        const { flags, droppedAttributes, droppedEvents, droppedLinks, events, links } = decoded as SpanRecord;
        expect({ flags, droppedAttributes, droppedEvents, droppedLinks }).toEqual(
          unlessZero({ flags: flag, droppedAttributes: one, droppedEvents: three, droppedLinks: one }),
        );
        expect(events).toEqual([{ name: 'e', timeNs: '0', attributes: {}, ...unlessZero({ droppedAttributes: two }) }]);
        expect(links).toEqual([
          { ...ids, attributes: {}, traceState: 'a=b', ...unlessZero({ droppedAttributes: four, flags: flag }) },
          { ...ids, attributes: {} },
        ]);
      }),
    );
  });

  test.each([
    ['a negative count', { droppedLinksCount: -1 }],
    ['flags beyond 32 bits', { flags: 2 ** 32 }],
    ['a count that is no number', { droppedEventsCount: 'many' }],
  ])('%s: 400', async (_name, wrong) => {
    const answer = await server.call('POST', '/v1/traces', traces([{ ...span({}), ...wrong }]));
    expect(answer.status).toBe(400);
    expect(answer.json.message).toContain(Object.keys(wrong)[0]);
  });
});

describe('compression', () => {
  const gz = (body: Buffer, coding = 'gzip') => server.call('POST', '/v1/traces', body, { 'content-encoding': coding });
  const good = () => Buffer.from(JSON.stringify(traces([span({ attributes: inSession(randomUUID()) })])));

  test('a bomb: 413, and the server keeps its memory', async () => {
    const bomb = gzipSync(Buffer.alloc(256 * 1024 * 1024), { level: 9 });
    const before = process.memoryUsage().rss;
    const answers = await Promise.all(Array.from({ length: 6 }, () => gz(bomb)));
    expect(answers.map((answer) => answer.status)).toEqual([413, 413, 413, 413, 413, 413]);
    expect(process.memoryUsage().rss - before).toBeLessThan(300 * 1024 * 1024);
  });
  test('zipped twice, cut short, garbage behind, not zipped at all: 400', async () => {
    const zipped = gzipSync(good());
    for (const body of [
      gzipSync(zipped),
      zipped.subarray(0, zipped.length - 12),
      Buffer.concat([zipped, Buffer.from('trailing')]),
      good(),
    ])
      expect((await gz(body)).status).toBe(400);
  });
  test('several members are one body', async () => {
    const body = good();
    for (const at of [50, body.length - 1, body.length])
      expect((await gz(Buffer.concat([gzipSync(body.subarray(0, at)), gzipSync(body.subarray(at))]))).status).toBe(200);
  });
  test('a body that says it is a single byte long: what it really is', async () => {
    const zipped = gzipSync(good());
    zipped.writeUInt32LE(1, zipped.length - 4);
    expect((await gz(zipped)).status).toBe(400);
    const bomb = gzipSync(Buffer.alloc(256 * 1024 * 1024), { level: 9 });
    bomb.writeUInt32LE(1, bomb.length - 4);
    expect((await gz(bomb)).status).toBe(413);
  });
  test('deflate: as gzip', async () => {
    expect((await gz(deflateSync(good()), 'deflate')).status).toBe(200);
    expect((await gz(deflateSync(Buffer.alloc(256 * 1024 * 1024), { level: 9 }), 'deflate')).status).toBe(413);
    expect((await gz(good(), 'deflate')).status).toBe(400);
  });
  test('another coding: 415', async () => {
    expect((await gz(good(), 'br')).status).toBe(415);
    expect((await gz(good(), 'gzip, gzip')).status).toBe(415);
  });
});

describe('requests that are too large or malformed', () => {
  const raw = (text: string, more?: (write: (chunk: Buffer) => boolean) => void): Promise<string> =>
    new Promise((resolve, reject) => {
      const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
      let answer = '';
      socket.on('data', (chunk) => {
        answer += chunk.toString();
      });
      socket.on('close', () => resolve(answer));
      socket.on('error', (error: Error & { code?: string }) =>
        answer !== '' || error.code === 'EPIPE' || error.code === 'ECONNRESET' ? resolve(answer) : reject(error),
      );
      socket.write(text);
      more?.((chunk) => !socket.destroyed && socket.write(chunk));
      setTimeout(() => socket.end(), 3000).unref();
    });

  test('64 MiB and one byte: 413 before the body, connection closed', async () => {
    const answer = await raw(
      `POST /v1/traces HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: ${64 * 1024 * 1024 + 1}\r\n\r\n`,
    );
    expect(answer).toMatch(/^HTTP\/1.1 413/);
    expect(answer.toLowerCase()).toContain('connection: close');
  });
  test('chunks without end: 413', async () => {
    const chunk = Buffer.concat([Buffer.from('100000\r\n'), Buffer.alloc(0x100000, 0x20), Buffer.from('\r\n')]);
    const answer = await raw(
      'POST /v1/traces HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n',
      (write) => {
        for (let n = 0; n < 66; n++) write(chunk);
      },
    );
    expect(answer).toMatch(/^HTTP\/1.1 413/);
  });
  test('two Host headers, a length and chunks at once, 17 KB of headers', async () => {
    expect(
      await raw('GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n'),
    ).toMatch(/^HTTP\/1.1 400/);
    expect(
      await raw(
        'POST /v1/traces HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      ),
    ).toMatch(/^HTTP\/1.1 400/);
    expect(await raw(`GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nX: ${'a'.repeat(17_000)}\r\n\r\n`)).toMatch(
      /^HTTP\/1.1 431/,
    );
  });
  test('content types OTLP does not know: 415 and what it does know', async () => {
    for (const type of ['text/plain', 'application/grpc', 'application/x-www-form-urlencoded']) {
      const answer = await server.call('POST', '/v1/traces', '{}', { 'content-type': type });
      expect(answer.status).toBe(415);
    }
  });
});
