/** The cases of protobuf's own conformance tests (binary: early ends, tags, lengths, groups, depth, merging), on OTLP's messages. */
import { decodeTracesProtobuf } from '../../dist/wire/otlp-protobuf';
import { hex, type Local, local } from '../support/local';
import { expectWithin } from '../support/measure';
import { attribute, embed, request, tag, text, varint } from '../support/protobuf';

let server: Local;
beforeAll(async () => {
  server = await local();
});

const post = (body: Buffer) => server.call('POST', '/v1/traces', body, { 'content-type': 'application/x-protobuf' });
const ids = () => ({ traceId: hex(16), spanId: hex(8) });
const KNOWN = { varint: 6, fixed64: 7, bytes: 5, fixed32: 16 };
const WIRE = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 };
const PARTIAL = {
  varint: Buffer.from([0x80]),
  fixed64: Buffer.from([1, 2, 3, 4, 5, 6, 7]),
  bytes: Buffer.from([2, 0x61]),
  fixed32: Buffer.from([1, 2, 3]),
};
type Wire = keyof typeof WIRE;
const wires = Object.keys(WIRE) as Wire[];

const bad: [string, Buffer][] = [
  ...wires.flatMap((wire): [string, Buffer][] => [
    [`ends before the value: ${wire}, known field`, request(ids(), tag(KNOWN[wire], WIRE[wire]))],
    [`ends before the value: ${wire}, unknown field`, tag(9999, WIRE[wire])],
    [`ends inside the value: ${wire}, known field`, request(ids(), tag(KNOWN[wire], WIRE[wire]), PARTIAL[wire])],
    [`ends inside the value: ${wire}, unknown field`, Buffer.concat([tag(9999, WIRE[wire]), PARTIAL[wire]])],
    [`ends inside the value: ${wire}, in a group`, Buffer.concat([tag(9999, 3), tag(1, WIRE[wire]), PARTIAL[wire]])],
  ]),
  ['ends inside a tag', Buffer.from([0x80])],
  ['ends inside an embedded message', embed(1, tag(2, 2), varint(5), Buffer.from([1]))],
  ['ends inside a group', Buffer.concat([tag(9999, 3), tag(1, 0), varint(1)])],
  ['field number 0: varint', Buffer.from([0x00, 0x00])],
  ['field number 0: fixed64', Buffer.from([0x01, 1, 2, 3, 4, 5, 6, 7, 8])],
  ['field number 0: bytes', Buffer.from([0x02, 1, 1])],
  ['field number 0: group', Buffer.from([0x03, 0x04])],
  ['field number 0: fixed32', Buffer.from([0x05, 1, 2, 3, 4])],
  ['field number 0, written long', Buffer.from([0x80, 0x80, 0x00, 0x00])],
  ['field number 0, inside a span', request(ids(), Buffer.from([0x00, 0x00]))],
  ['a tag of more than 32 bits', Buffer.from([0xff, 0xff, 0xff, 0xff, 0x7f, 0x00])],
  ['a tag of 11 bytes', Buffer.concat([Buffer.alloc(10, 0x80), Buffer.from([0x01, 0x00])])],
  ['wire type 6', Buffer.concat([tag(9999, 6), varint(1)])],
  ['wire type 7', Buffer.concat([tag(9999, 7), varint(1)])],
  ['wire type 7 in a span', request(ids(), tag(5, 7), varint(1))],
  ['the end of a group that never began', tag(9999, 4)],
  ['the end of a group that never began, in a span', request(ids(), tag(5, 4))],
  ['a group that another number ends', Buffer.concat([tag(9999, 3), tag(9998, 4)])],
  ['groups that cross', Buffer.concat([tag(201, 3), tag(202, 3), tag(201, 4), tag(202, 4)])],
  ['a length of 2^31 - 1', Buffer.concat([tag(1, 2), varint(2 ** 31 - 1)])],
  ['a length of 2^31', Buffer.concat([tag(1, 2), varint(2 ** 31)])],
  ['a length of 2^32 - 1', Buffer.concat([tag(1, 2), varint(2 ** 32 - 1)])],
  ['a length of 2^63 - 1', Buffer.concat([tag(9999, 2), varint(2n ** 63n - 1n)])],
  ['a negative length', Buffer.concat([tag(9999, 2), varint(2n ** 64n - 1n)])],
  ['a length one beyond the message around it', embed(1, tag(2, 2), varint(1))],
  ['a varint of 11 bytes', Buffer.concat([tag(9999, 0), Buffer.alloc(10, 0xff), Buffer.from([1])])],
  ['a varint of 2^64', Buffer.concat([tag(9999, 0), Buffer.alloc(9, 0x80), Buffer.from([2])])],
  ['groups ten thousand deep', Buffer.concat(Array.from({ length: 10_000 }, () => tag(9999, 3)))],
  ['values ten thousand deep', request(ids(), attribute(9, 'deep', deep(10_000)))],
  ['values a hundred and twenty lists deep', request(ids(), attribute(9, 'deep', deep(120)))],
];

/** AnyValue: a list in a list in a list … */
function deep(levels: number): Buffer {
  // From the inside out, and only the front grows: each length counts what is behind it.
  const pieces: Buffer[] = [text(1, 'x')];
  let length = pieces[0]?.length ?? 0;
  for (let level = 0; level < levels; level++)
    for (const field of [1, 5]) {
      const head = Buffer.concat([tag(field, 2), varint(length)]);
      pieces.push(head);
      length += head.length;
    }
  return Buffer.concat(pieces.reverse());
}

test.each(bad)('%s: 400 with a Status, within 5 ms', async (_name, body) => {
  const answer = await post(body);
  expect([answer.status, answer.headers['content-type']]).toEqual([400, 'application/x-protobuf']);
  // google.rpc.Status: code 3, then a message.
  expect(answer.text.slice(0, 3)).toBe('\u0008\u0003\u0012');
  const times = Array.from({ length: 5 }, () => {
    const from = performance.now();
    expect(() => decodeTracesProtobuf(Buffer.from(body))).toThrow(/protobuf/);
    return performance.now() - from;
  });
  expectWithin(Math.min(...times), 5);
});

test('after all of them the server is as it was: it takes a span, and nothing of theirs was kept', async () => {
  const own = ids();
  expect((await post(request(own, text(5, 'good')))).status).toBe(200);
  expect((await server.call('GET', `/api/spans/${own.traceId}/${own.spanId}`)).json.name).toBe('good');
  expect((await server.call('GET', '/api/stats')).json.spans).toBe(1);
});

describe('what is odd and yet right', () => {
  const read = async (body: (own: ReturnType<typeof ids>) => Buffer): Promise<any> => {
    const own = ids();
    const answer = await post(body(own));
    expect(answer.status).toBe(200);
    return (await server.call('GET', `/api/spans/${own.traceId}/${own.spanId}`)).json;
  };

  test('values a little less than a hundred messages deep', async () => {
    const span = await read((own) => request(own, attribute(9, 'deep', deep(45))));
    let value = span.attributes.deep;
    let depth = 0;
    for (; Array.isArray(value); value = value[0]) depth++;
    expect([depth, value]).toEqual([45, 'x']);
  });
  test('fields and groups nobody knows, everywhere', async () => {
    const unknown = [
      Buffer.concat([tag(9999, 0), varint(2n ** 64n - 1n)]),
      Buffer.concat([tag(9999, 1), Buffer.alloc(8, 1)]),
      embed(9999, Buffer.from('anything')),
      Buffer.concat([tag(9999, 5), Buffer.alloc(4, 1)]),
      Buffer.concat([tag(9999, 3), tag(1, 0), varint(1), tag(2, 3), tag(2, 4), tag(9999, 4)]),
      // The largest field number there is.
      Buffer.concat([varint((2n ** 29n - 1n) << 3n), varint(0)]),
    ];
    const span = await read((own) =>
      Buffer.concat([...unknown, request(own, ...unknown, text(5, 'known'), ...unknown), ...unknown]),
    );
    expect(span).toMatchObject({ name: 'known', attributes: {} });
  });
  test('a field that comes twice: the later one', async () => {
    expect((await read((own) => request(own, text(5, 'first'), text(5, 'second')))).name).toBe('second');
  });
  test('a value that says two things: the later one', async () => {
    const both = Buffer.concat([text(1, 'text'), tag(3, 0), varint(7)]);
    const other = Buffer.concat([tag(3, 0), varint(7), text(1, 'text')]);
    const span = await read((own) => request(own, attribute(9, 'a', both), attribute(9, 'b', other)));
    expect(span.attributes).toEqual({ a: 7, b: 'text' });
  });
  test('a varint and a tag written longer than they need be', async () => {
    const long = Buffer.concat([Buffer.from([0xb0, 0x80, 0x00]), Buffer.from([0x83, 0x80, 0x80, 0x00])]);
    expect((await read((own) => request(own, long))).kind).toBe(3);
  });
  test('an empty message, and empty messages in it', async () => {
    for (const body of [Buffer.alloc(0), embed(1), embed(1, embed(1), embed(2)), embed(1, embed(2, embed(1)))])
      expect((await post(body)).status).toBe(200);
  });
  test('text that is not UTF-8 is kept with marks in the place of what cannot be read', async () => {
    const span = await read((own) => request(own, embed(5, Buffer.from([0x61, 0xff, 0x62]))));
    expect(span.name).toBe('a\ufffdb');
  });
});
