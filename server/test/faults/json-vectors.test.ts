/**
 * JSON that is none, odd or hostile, after nst/JSONTestSuite: its n_ cases must be refused, its y_ cases taken, its i_
 * cases either; each as a whole body and in the place of an attribute's value, where a careless parser would not look.
 */
import { hex, type Local, local, span, traces } from '../support/local';
import { expectWithin } from '../support/measure';

let server: Local;
beforeAll(async () => {
  server = await local();
});

const bytes = (...parts: (string | number[])[]): Buffer =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.from(part))));

/** An OTLP body with this text where the value of an attribute stands. */
function around(value: Buffer): Buffer {
  const [before, after] = JSON.stringify(traces([{ ...span(), attributes: [{ key: 'a', value: 'HERE' }] }])).split(
    '"HERE"',
  );
  return Buffer.concat([Buffer.from(before as string), value, Buffer.from(after as string)]);
}

const texts = [
  '[1 true]',
  '["": 1]',
  '[,1]',
  '[1,,2]',
  '["x",,]',
  '["x"]]',
  '["",]',
  '["x"',
  '[x',
  '[3[4]]',
  '[1,]',
  '[1:2]',
  '[,]',
  '[-]',
  '[   , ""]',
  '["a",\n4\n,1,',
  '[1,\n1\n,1',
  '[*]',
  '[fals]',
  '[nul]',
  '[++1234]',
  '[+1]',
  '[-01]',
  '[-1.0.]',
  '[-NaN]',
  '[.-1]',
  '[.2e-3]',
  '[0.1.2]',
  '[0.3e+]',
  '[0.e1]',
  '[0E+]',
  '[1.0e-]',
  '[1eE2]',
  '[NaN]',
  '[Infinity]',
  '[-Infinity]',
  '[0x1]',
  '[0x42]',
  '[1+2]',
  '[012]',
  '[-012]',
  '[1 000.0]',
  '[0012345678901234567890]',
  '["x", truth]',
  '{[: "x"}',
  '{"x", null}',
  '{"x"::"b"}',
  '{"a":"a" 123}',
  "{key: 'value'}",
  '{:"b"}',
  '{"a"',
  '{"a":',
  '{1:1}',
  '{9999E9999:1}',
  '{"id":0,,,,,}',
  "{'a':0}",
  '{"id":0,}',
  '{"a":"b"}/**/',
  '{"a":"b"}//',
  '{"a":/*comment*/"b"}',
  '{"a":"b",,"c":"d"}',
  '{a: "b"}',
  '{"a":"a',
  '{"asd":"asd"',
  '{"a":"b"}#',
  ' ',
  '["\\uD800\\"]',
  '["\\uD800\\u"]',
  '["\\uD800\\u1"]',
  '["\\a"]',
  '["\\x00"]',
  '["\\\\\\"]',
  '["\t"]',
  '["\\"]',
  '["\\u00A"]',
  '["\\uqqqq"]',
  '["new\nline"]',
  "['single quote']",
  'abc',
  '["asd',
  '"',
  '<.>',
  '[<null>]',
  '[1]x',
  '[][]',
  ']',
  '{}}',
  '{"":',
  '2@',
  '[True]',
  '[“x”]',
  '\u2060[]',
  '[\u000c]',
  '1]',
  '{"x": true,',
  '[[]',
  '{',
  '[{"a":',
  '*',
  '{"a":"b"}#{}',
  '["\\{["\\{["\\{["\\{',
];
const n: Buffer[] = [
  ...texts.map((one) => Buffer.from(one)),

  bytes('[a', [0xe5], ']'),
  bytes('["', [0xff], '"]'),
  bytes('["', [0xc0, 0xaf], '"]'),
  bytes('["', [0xed, 0xa0, 0x80], '"]'),
  bytes('["', [0xf4, 0xbf, 0xbf, 0xbf], '"]'),
  bytes('["', [0xe0, 0xff], '"]'),
  bytes('["', [0xfc, 0x80, 0x80, 0x80, 0x80, 0x80], '"]'),
  bytes([0xef, 0xbb]),
  bytes('[', [0], ']'),
  bytes('["a', [0], 'a"]'),
  bytes('[1', [0xe5], ']'),
  Buffer.from('['.repeat(100_000)),
  Buffer.from('[{"":'.repeat(50_000)),
  Buffer.from(`${'['.repeat(129)}${']'.repeat(129)}`),
];

test(`${n.length} texts that are no JSON, twice each: 400 with a Status that repeats nothing of them, within 100 ms`, async () => {
  const wrong: string[] = [];
  let slowest = 0;
  for (const text of n)
    for (const body of [text, around(text)]) {
      const from = performance.now();
      const answer = await server.call('POST', '/v1/traces', body);
      slowest = Math.max(slowest, performance.now() - from);
      if (answer.status !== 400 || answer.json?.code !== 3)
        wrong.push(`${answer.status} ${answer.text} for ${body.toString('latin1').slice(0, 300)}`);
    }
  expect(wrong).toEqual([]);
  expectWithin(slowest, 100);
});

/** What an attribute with this text as its value holds in the end; undefined where it was not taken. */
async function stored(value: string | Buffer): Promise<unknown> {
  const ids = { traceId: hex(16), spanId: hex(8) };
  const [before, after] = JSON.stringify(traces([{ ...span(ids), attributes: [{ key: 'a', value: 'HERE' }] }])).split(
    '"HERE"',
  );
  const body = Buffer.concat([Buffer.from(before as string), Buffer.from(value), Buffer.from(after as string)]);
  const answer = await server.call('POST', '/v1/traces', body);
  expect([200, 400]).toContain(answer.status);
  if (answer.status === 400) return undefined;
  return (await server.call('GET', `/api/spans/${ids.traceId}/${ids.spanId}`)).json.attributes.a;
}

test.each<[string, string, unknown]>([
  ['blanks of every kind', '{ "stringValue" \t:\r\n "x" }', 'x'],
  ['a key written with escapes', '{"string\\u0056alue":"x"}', 'x'],
  ['a key twice: the later one', '{"stringValue":"first","stringValue":"second"}', 'second'],
  ['a surrogate pair', '{"stringValue":"\\uD834\\uDD1E"}', '\u{1d11e}'],
  ['the characters beyond the first plane', '{"stringValue":"\u{10ffff}"}', '\u{10ffff}'],
  ['NUL as an escape', '{"stringValue":"a\\u0000b"}', 'a\0b'],
  ['DEL and line separators', '{"stringValue":"\u007f\u2028\u2029"}', '\u007f\u2028\u2029'],
  ['every short escape', '{"stringValue":"\\"\\\\\\/\\b\\f\\n\\r\\t"}', '"\\/\b\f\n\r\t'],
  ['text that looks like JSON', '{"stringValue":"{\\"a\\":[1,2"}', '{"a":[1,2'],
  ['an empty list', '{"arrayValue":{"values":[]}}', []],
  ['an empty map', '{"kvlistValue":{"values":[]}}', {}],
  ['minus nothing', '{"doubleValue":-0}', 0],
  ['a number with an exponent', '{"doubleValue":1.5E+2}', 150],
  ['the smallest number', '{"doubleValue":5e-324}', 5e-324],
  ['a whole number as a double', '{"doubleValue":123}', 123],
  ['the largest 64-bit integer, as text', '{"intValue":"9223372036854775807"}', '9223372036854775807'],
  ['the largest 64-bit integer, as a number', '{"intValue":9223372036854775807}', '9223372036854775807'],
  ['a nanosecond that a double cannot hold, as a number', '{"intValue":1544712660300000123}', '1544712660300000123'],
  ['the same with blanks around', '{"intValue" :\t 1544712660300000123 }', '1544712660300000123'],
  ['a name in the other spelling', '{"string_value":"x"}', 'x'],
  ['fields nobody knows', '{"future":{"deep":[1,{"x":null}]},"boolValue":false}', false],
  ['no value at all', '{}', null],
])('%s', async (_name, text, value) => {
  expect(await stored(text)).toEqual(value);
});

test.each([
  ['a byte that is none', [0xff]],
  ['a continuation alone', [0x81]],
  ['a character that breaks off', [0xe0, 0x80]],
  ['a slash written long', [0xc0, 0xaf]],
  ['half a surrogate pair', [0xed, 0xa0, 0x80]],
  ['a character beyond the last', [0xf4, 0xbf, 0xbf, 0xbf]],
])('text that is no UTF-8, where all else is right: %s', async (_name, wrong) => {
  expect(await stored('{"stringValue":"ab"}')).toBe('ab');
  expect(await stored(bytes('{"stringValue":"a', wrong, 'b"}'))).toBeUndefined();
});

test('what JSON leaves open is taken or refused, never a fault of the server', async () => {
  const open = [
    '{"doubleValue":1e400}',
    '{"doubleValue":-1e400}',
    '{"intValue":1e3}',
    '{"intValue":1.0}',
    '{"intValue":"1e3"}',
    '{"intValue":""}',
    '{"intValue":-99999999999999999999999}',
    '{"stringValue":"\\uD800"}',
    '{"stringValue":"\\uDd1e\\uD834"}',
    '{"stringValue":12}',
    '{"boolValue":"true"}',
    '{"bytesValue":"%%%"}',
    '{"arrayValue":[]}',
    '{"arrayValue":{"values":null}}',
    '{"kvlistValue":{"values":[{}]}}',
    'null',
    '7',
    '[]',
    '"text"',
  ];
  for (const text of open) await stored(text);
  expect((await server.call('GET', '/healthz')).status).toBe(200);
});

test('values as deep as OTLP may nest them, and one level more', async () => {
  const nested = (levels: number): string =>
    `${'{"arrayValue":{"values":['.repeat(levels)}{"stringValue":"x"}${']}}'.repeat(levels)}`;
  let value = await stored(nested(30));
  let depth = 0;
  for (; Array.isArray(value); value = value[0]) depth++;
  expect([depth, value]).toEqual([30, 'x']);
  expect(await stored(nested(64))).toBeUndefined();
});
