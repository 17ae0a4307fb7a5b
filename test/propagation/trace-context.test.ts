/**
 * What the W3C's own suite asks of a service (github.com/w3c/trace-context, `test/test.py`, SPEC_LEVEL=2,
 * STRICT_LEVEL=2), as a table: real requests to a service that continues the trace and calls on.
 */
import { createServer, type IncomingMessage, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { HoneyHiveTracer } from 'honeyhive-decorators';
import { createTestTracer } from 'honeyhive-decorators/testing';

const TRACE = '12345678901234567890123456789012';
const PARENT = '1234567890123456';
const VALID = `00-${TRACE}-${PARENT}-01`;
const UNSAMPLED = `00-${TRACE}-${PARENT}-00`;

let tracer: HoneyHiveTracer;
let service: Server;
let calls: Record<string, string>[];
beforeAll(async () => {
  tracer = createTestTracer();
  service = createServer((incoming: IncomingMessage, response) => {
    const times = Number(incoming.headers['x-calls']);
    tracer.withRemoteContext(incoming.headers, () =>
      tracer.trace('request', () => {
        for (let i = 0; i < times; i++) tracer.trace('call', () => calls.push(tracer.inject()));
      }),
    );
    response.end();
  });
  await new Promise<void>((resolve) => service.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  service.closeAllConnections();
  await new Promise((resolve) => service.close(resolve));
  await tracer.close();
});

/** The headers of the calls that the service makes for a request with these headers, in this order and case. */
async function callsFor(headers: readonly [string, string][], times = 1): Promise<Record<string, string>[]> {
  calls = [];
  const { port } = service.address() as AddressInfo;
  const all = [['host', 'service'], ['x-calls', String(times)], ...headers].flat();
  await new Promise<void>((resolve, reject) => {
    const outgoing = request({ host: '127.0.0.1', port, headers: all as never }, (response) => {
      response.resume().on('end', resolve);
    });
    outgoing.on('error', reject).end();
  });
  return calls;
}

function parsed(headers: Record<string, string> | undefined) {
  const [, traceId, spanId, flags] =
    /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/.exec(headers?.traceparent ?? '') ?? [];
  return {
    traceId: traceId as string,
    spanId,
    flags: Number.parseInt(flags as string, 16),
    state: headers?.tracestate ?? '',
  };
}

const parent = (value: string): [string, string] => ['traceparent', value];
const state = (...values: string[]): [string, string][] => [
  parent(UNSAMPLED),
  ...values.map((value): [string, string] => ['tracestate', value]),
];
const list = (count: number, from = 1): string =>
  Array.from({ length: count }, (_, i) => `bar${String(i + from).padStart(2, '0')}=${i + from}`).join(',');
const KEY = 'abcdefghijklmnopqrstuvwxyz0123456789_-*/';
const VALUE = Array.from({ length: 0x7f - 0x20 }, (_, i) => String.fromCharCode(0x20 + i))
  .join('')
  .replace(/[,=]/g, '');

describe('traceparent', () => {
  it.each<[string, 'continues' | 'starts anew', [string, string][]]>([
    ['both missing', 'starts anew', []],
    ['alone', 'continues', [parent(VALID)]],
    ['duplicated', 'starts anew', [parent(`00-${TRACE.slice(1)}1-${PARENT}-01`), parent(VALID)]],
    ['header name with a dash', 'starts anew', [['trace-parent', VALID]]],
    ['header name with a dot', 'starts anew', [['trace.parent', VALID]]],
    ['header name in any case', 'continues', [['TraceParent', VALID]]],
    ['header name in mixed case', 'continues', [['TrAcEpArEnT', VALID]]],
    ['header name in upper case', 'continues', [['TRACEPARENT', VALID]]],
    ['version 00 with a dot at the end', 'starts anew', [parent(`${VALID}.`)]],
    ['version 00 with more fields', 'starts anew', [parent(`${VALID}-what-the-future-will-be-like`)]],
    ['version cc', 'continues', [parent(VALID.replace('00-', 'cc-'))]],
    [
      'version cc with more fields',
      'continues',
      [parent(`${VALID.replace('00-', 'cc-')}-what-the-future-will-be-like`)],
    ],
    ['version cc with a dot', 'starts anew', [parent(`${VALID.replace('00-', 'cc-')}.what-the-future-will-be-like`)]],
    ['version ff', 'starts anew', [parent(VALID.replace('00-', 'ff-'))]],
    ['version .0', 'starts anew', [parent(VALID.replace('00-', '.0-'))]],
    ['version 0.', 'starts anew', [parent(VALID.replace('00-', '0.-'))]],
    ['version 000', 'starts anew', [parent(`0${VALID}`)]],
    ['version 0000', 'starts anew', [parent(`00${VALID}`)]],
    ['version 0', 'starts anew', [parent(VALID.slice(1))]],
    ['trace id of zeros', 'starts anew', [parent(`00-${'0'.repeat(32)}-${PARENT}-01`)]],
    ['trace id that begins with a dot', 'starts anew', [parent(VALID.replace('-1', '-.'))]],
    ['trace id that ends with a dot', 'starts anew', [parent(`00-${TRACE.slice(0, -1)}.-${PARENT}-01`)]],
    ['trace id too long', 'starts anew', [parent(`00-${TRACE}3-${PARENT}-01`)]],
    ['trace id too short', 'starts anew', [parent(`00-${TRACE.slice(0, -1)}-${PARENT}-01`)]],
    ['parent id of zeros', 'starts anew', [parent(`00-${TRACE}-${'0'.repeat(16)}-01`)]],
    ['parent id that begins with a dot', 'starts anew', [parent(`00-${TRACE}-.${PARENT.slice(1)}-01`)]],
    ['parent id that ends with a dot', 'starts anew', [parent(`00-${TRACE}-${PARENT.slice(1)}.-01`)]],
    ['parent id too long', 'starts anew', [parent(`00-${TRACE}-${PARENT}7-01`)]],
    ['parent id too short', 'starts anew', [parent(`00-${TRACE}-${PARENT.slice(1)}-01`)]],
    ['flags .0', 'starts anew', [parent(`00-${TRACE}-${PARENT}-.0`)]],
    ['flags 0.', 'starts anew', [parent(`00-${TRACE}-${PARENT}-0.`)]],
    ['flags too long', 'starts anew', [parent(`00-${TRACE}-${PARENT}-001`)]],
    ['flags too short', 'starts anew', [parent(`00-${TRACE}-${PARENT}-1`)]],
    ['blank before', 'continues', [parent(` ${VALID}`)]],
    ['tab before', 'continues', [parent(`\t${VALID}`)]],
    ['blank after', 'continues', [parent(`${VALID} `)]],
    ['tab after', 'continues', [parent(`${VALID}\t`)]],
    ['blanks and tabs around', 'continues', [parent(`\t ${VALID} \t`)]],
    ['upper case letters in an id', 'starts anew', [parent(VALID.replace('-1234', '-ABCD'))]],
  ])('%s: %s', async (_what, expected, headers) => {
    const { traceId, spanId } = parsed((await callsFor(headers))[0]);
    expect(traceId).toMatch(/^(?!0+$)[0-9a-f]{32}$/);
    expect(spanId).not.toBe(PARENT);
    if (expected === 'continues') expect(traceId).toBe(TRACE);
    else
      expect(
        headers
          .map(([, value]) => value)
          .join()
          .toLowerCase(),
      ).not.toContain(traceId.slice(0, 31));
  });
});

describe('tracestate', () => {
  it.each<[string, [string, string][], string]>([
    ['is left out without a traceparent', [['tracestate', 'foo=1,bar=2']], ''],
    ['is handed on with one', state('foo=1,bar=2'), 'foo=1,bar=2'],
    ['is not trace-state', [parent(UNSAMPLED), ['trace-state', 'foo=1']], ''],
    ['is not trace.state', [parent(UNSAMPLED), ['trace.state', 'foo=1']], ''],
    ['may be named in any case', [parent(UNSAMPLED), ['TraceState', 'foo=1']], 'foo=1'],
    ['may be named in upper case', [parent(UNSAMPLED), ['TRACESTATE', 'foo=1']], 'foo=1'],
    ['may be empty', state(''), ''],
    ['may be empty at the end', state('foo=1', ''), 'foo=1'],
    ['may be empty at the start', state('', 'foo=1'), 'foo=1'],
    [
      'may come in several headers',
      state('foo=1,bar=2', 'rojo=1,congo=2', 'baz=3'),
      'foo=1,bar=2,rojo=1,congo=2,baz=3',
    ],
    ['keeps a key that comes twice', state('foo=1,foo=1'), 'foo=1'],
    ['keeps the first of a key that comes twice', state('foo=1,foo=2,bar=1'), 'foo=1,bar=1'],
    ['keeps a key that comes in two headers', state('foo=1', 'foo=2'), 'foo=1'],
    ['takes every letter', state(`${KEY}=${VALUE}`), `${KEY}=${VALUE}`],
    ['takes every letter of a vendor key', state(`${KEY}@a-z0-9_-*/=${VALUE}`), `${KEY}@a-z0-9_-*/=${VALUE}`],
    ['allows blanks and tabs between members', state('foo=1 \t , \t bar=2, \t baz=3'), 'foo=1,bar=2,baz=3'],
    ['allows tabs first', state('foo=1\t \t,\t \tbar=2,\t \tbaz=3'), 'foo=1,bar=2,baz=3'],
    ['allows a blank before', state(' foo=1'), 'foo=1'],
    ['allows a tab before', state('\tfoo=1'), 'foo=1'],
    ['allows a blank after', state('foo=1 '), 'foo=1'],
    ['allows a tab after', state('foo=1\t'), 'foo=1'],
    ['allows blanks and tabs around', state('\t foo=1 \t'), 'foo=1'],
    ['refuses a blank in a key', state('foo =1'), ''],
    ['refuses upper case in a key', state('FOO=1'), ''],
    ['refuses a dot in a key', state('foo.bar=1'), ''],
    ['allows @ at the end of a key', state('foo@=1,bar=2'), 'foo@=1,bar=2'],
    ['refuses @ at its start, and all the rest', state('@foo=1,bar=2'), ''],
    ['allows @@', state('foo@@bar=1,bar=2'), 'foo@@bar=1,bar=2'],
    ['allows @ twice', state('foo@bar@baz=1,bar=2'), 'foo@bar@baz=1,bar=2'],
    ['takes 32 members', state(list(10), list(10, 11), list(10, 21), list(2, 31)), list(32)],
    ['takes no 33', state(list(10), list(10, 11), list(10, 21), list(3, 31)), ''],
    ['takes a key of 256', state('foo=1', `${'z'.repeat(256)}=1`), `foo=1,${'z'.repeat(256)}=1`],
    ['takes no key of 257', state('foo=1', `${'z'.repeat(257)}=1`), ''],
    ['takes 241@14', state(`${'t'.repeat(241)}@${'v'.repeat(14)}=1`), `${'t'.repeat(241)}@${'v'.repeat(14)}=1`],
    ['takes 242@1', state(`${'t'.repeat(242)}@v=1`), `${'t'.repeat(242)}@v=1`],
    ['takes 1@15', state(`t@${'v'.repeat(15)}=1`), `t@${'v'.repeat(15)}=1`],
    ['refuses = in a value', state('foo=bar=baz'), ''],
    ['refuses an empty value', state('foo=,bar=3'), ''],
  ])('%s', async (_what, headers, expected) => {
    const { traceId, state: sent } = parsed((await callsFor(headers))[0]);
    expect(sent).toBe(expected);
    if (headers.length > 1) expect(traceId).toBe(TRACE);
  });
});

describe('several calls', () => {
  it.each<[string, [string, string][], boolean]>([
    ['of one trace', [parent(VALID)], true],
    ['of a new trace', [], false],
    ['after a traceparent that is not valid', [parent(`00-${'0'.repeat(32)}-${PARENT}-01`)], false],
  ])('%s have a parent id each', async (_what, headers, same) => {
    const made = (await callsFor(headers, 3)).map(parsed);
    expect(new Set(made.map(({ spanId }) => spanId)).size).toBe(3);
    expect(new Set(made.map(({ traceId }) => traceId)).size).toBe(1);
    expect(made[0]?.traceId === TRACE).toBe(same);
  });

  it('hand the random flag on, and no flag that means nothing yet', async () => {
    expect(parsed((await callsFor([parent(`00-${TRACE}-${PARENT}-02`)]))[0])).toMatchObject({
      traceId: TRACE,
      flags: 2,
    });
    expect(parsed((await callsFor([parent(`00-${TRACE}-${PARENT}-ff`)]))[0])).toMatchObject({
      traceId: TRACE,
      flags: 3,
    });
  });
});
