/** Faults S13, S14, S16 to S23 and S30: values no one expects, through the whole SDK to the bytes a back end gets. */
import { enrichSession, enrichSpan, type HoneyHiveTracer, Trace } from 'honeyhive-decorators';
import { naughtyStrings } from '../support/naughty-strings.js';
import { type DecodedSpan, decodeTraces } from '../support/otlp-decode.js';
import { int, startWire, str, under, type Wire } from './support.js';

let wire: Wire;
let tracer: HoneyHiveTracer;
beforeEach(async () => {
  wire = await startWire();
  tracer = wire.tracer();
});
afterEach(async () => {
  await wire.close();
  // Nothing that went through may have reached the prototype of everything.
  expect(({} as { x?: unknown }).x).toBeUndefined();
  expect(Object.keys(Object.prototype)).toEqual([]);
});

class Shop {
  @Trace({ eventName: 'call' })
  call(value: unknown, enrich = true): unknown {
    if (enrich) enrichSpan({ metadata: { value } });
    void enrichSession({ metadata: { value } });
    return { value };
  }
  @Trace({ eventName: 'throw' })
  throw(value: unknown): never {
    throw value;
  }
}

/** Sends a value as argument, result, enrichment and session data; gives the span, after checking that nothing was lost. */
async function through(value: unknown, enrich?: boolean): Promise<DecodedSpan> {
  expect((new Shop().call(value, enrich) as { value: unknown }).value).toBe(value);
  expect(await tracer.flush()).toMatchObject({ delivered: 2, pending: 0, dropped: { count: 0 } });
  expect(wire.state(tracer.sessionId)).toEqual(expect.any(Object));
  return wire.span('call');
}

const inputOf = (span: DecodedSpan): unknown => Object.values(span.attributes['honeyhive_inputs.value'] ?? {})[0];
const result = (span: DecodedSpan): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(under(span, 'honeyhive_outputs.result.value')).map(([key, value]) => [
      key.slice('honeyhive_outputs.result.value'.length),
      Object.values(value as object)[0],
    ]),
  );

describe('S13: large texts', () => {
  it.each([1, 10, 200])('%i MB are cut, with how much was left out', async (megabytes) => {
    const span = await through('é'.repeat(megabytes * 500_000));
    expect(inputOf(span)).toMatch(/^é+… \[\d+ characters left out\]$/);
    expect(String(inputOf(span)).length).toBeLessThanOrEqual(65_536);
    expect(JSON.stringify(wire.updates()).length).toBeLessThan(2_000_000);
  });

  it('never inside of a character', async () => {
    const span = await through(`x${'😀'.repeat(100_000)}`);
    expect((inputOf(span) as string & { isWellFormed(): boolean }).isWellFormed()).toBe(true);
    expect(inputOf(span)).not.toContain('\ufffd');
  });
});

describe('S14: many of everything', () => {
  it('10,000 attributes, events and links: what is kept is whole, what is not is counted', async () => {
    const span = tracer.provider.getTracer('library').startSpan('crowd');
    const link = { context: { traceId: '1'.repeat(32), spanId: '2'.repeat(16), traceFlags: 1 } };
    for (let i = 0; i < 10_000; i++) span.setAttribute(`k${i}`, i).addEvent(`e${i}`).addLink(link);
    span.end();
    await tracer.flush();
    const crowd = wire.span('crowd');
    const kept = [Object.keys(under(crowd, 'k')).length, crowd.events.length, crowd.links.length];
    expect(kept).toEqual([1024, 1024, 128]);
    expect(crowd.dropped).toEqual(kept.map((count) => 10_000 - count));
    expect(crowd.attributes).toMatchObject({ 'honeyhive.session_id': str(tracer.sessionId) });
  });

  it('a list of 1,000,000', async () => {
    const span = await through(
      Array.from({ length: 1_000_000 }, (_, i) => i),
      false,
    );
    expect(span.attributes).toMatchObject({
      'honeyhive_outputs.result.value.0': int(0),
      'honeyhive.source': str('dev'),
    });
    expect(Object.keys(span.attributes).length).toBeLessThan(1_050);
    expect(span.dropped[0]).toBeGreaterThan(0);
    expect(() => JSON.parse(String(inputOf(span)))).not.toThrow();
  });
});

describe('S16: graphs', () => {
  it('cycles, and a graph whose paths double at every step', async () => {
    const cycle: Record<string, unknown> = { name: 'a', list: [] };
    cycle.self = cycle;
    (cycle.list as unknown[]).push(cycle);
    let graph: unknown = 'leaf';
    for (let i = 0; i < 60; i++) graph = [graph, graph];
    const span = await through({ cycle, graph }, false);
    expect(result(span)).toMatchObject({
      '.cycle.name': 'a',
      '.cycle.self': '[Circular]',
      '.cycle.list.0': '[Circular]',
    });
    expect(inputOf(span)).toContain('"self":"[Circular]"');
  });
});

it('S17: numbers, symbols and functions', async () => {
  const span = await through({
    ...{ big: 2n ** 62n, huge: -(2n ** 80n), nan: Number.NaN, up: Infinity, down: -Infinity, zero: -0, large: 2 ** 60 },
    ...{ symbol: Symbol('s'), none: undefined, [Symbol('key')]: 1, f: function named() {}, c: class Named {} },
  });
  expect(result(span)).toEqual({
    '.big': String(2n ** 62n),
    '.huge': String(-(2n ** 80n)),
    '.nan': 'NaN',
    '.up': 'Infinity',
    '.down': '-Infinity',
    '.zero': expect.anything(),
    '.large': String(2n ** 60n),
    '.symbol': 'Symbol(s)',
    '.Symbol(key)': '1',
    '.f': '[Function named]',
    '.c': expect.stringContaining('Named'),
  });
});

describe('S18: user code that throws', () => {
  const fails = (): never => {
    throw new Error('mine');
  };
  it.each<[string, () => unknown]>([
    ['a getter', () => Object.defineProperty({ ok: 1 }, 'bad', { get: fails, enumerable: true })],
    ['toJSON', () => ({ ok: 1, toJSON: fails })],
    ['toString and toPrimitive', () => ({ ok: 1, toString: fails, [Symbol.toPrimitive]: fails })],
    [
      'a proxy, whatever is asked of it',
      () => new Proxy({}, { get: fails, ownKeys: fails, getPrototypeOf: fails, has: fails }),
    ],
    ['a revoked proxy', () => revoked()],
    [
      'a constructor that has no name',
      () =>
        Object.create(
          {
            get constructor() {
              return fails();
            },
          },
          { ok: { value: 1, enumerable: true } },
        ),
    ],
  ])('%s', async (_what, make) => {
    expect((await through({ value: make(), after: 1 })).attributes).toMatchObject({
      'honeyhive_outputs.result.value.after': int(1),
    });
  });

  it('is asked once for the argument, once for the result, once for each enrichment', async () => {
    let asked = 0;
    await through({
      get counted() {
        return ++asked;
      },
    });
    expect(asked).toBe(4);
  });

  it.each<[string, () => unknown]>([
    ['an error whose message throws', () => Object.defineProperty(new Error('x'), 'message', { get: fails })],
    ['an error whose stack throws', () => Object.defineProperty(new Error('x'), 'stack', { get: fails })],
    ['a revoked proxy', () => revoked()],
  ])('%s, thrown: reaches the caller as it is', async (_what, make) => {
    const thrown = make();
    expect(caught(() => new Shop().throw(thrown))).toBe(thrown);
    await tracer.flush();
    expect(wire.span('throw').status.code).toBe(2);
  });
});

it('S19: built-in objects, and no stream is consumed', async () => {
  const response = new Response('body');
  const request = new Request('http://host/', { method: 'POST', body: 'sent' });
  const stream = new Response('streamed').body as ReadableStream<Uint8Array>;
  const blob = new Blob(['blob']);
  const span = await through({
    ...{ date: new Date(0), invalid: new Date(Number.NaN), map: new Map([['k', 1]]), set: new Set([1]) },
    ...{
      weak: new WeakRef({}),
      buffer: Buffer.alloc(1024),
      floats: new Float64Array(4),
      shared: new SharedArrayBuffer(8),
    },
    ...{ regex: /a+/g, url: new URL('http://host/path'), headers: new Headers({ accept: '*/*' }) },
    ...{ response, request, stream, blob },
  });
  expect(result(span)).toMatchObject({
    '.date': '1970-01-01T00:00:00.000Z',
    '.invalid': 'Invalid Date',
    '.map.k': '1',
    '.set.0': '1',
    '.buffer': '<Buffer 1024 bytes>',
    '.regex': '/a+/g',
    '.url': 'http://host/path',
  });
  expect(await response.text()).toBe('body');
  expect(await request.text()).toBe('sent');
  expect(await new Response(stream).text()).toBe('streamed');
  expect(await blob.text()).toBe('blob');
});

describe('S20: errors of every kind', () => {
  const cyclic = new Error('outer') as Error & { cause?: unknown };
  cyclic.cause = new Error('inner', { cause: cyclic });
  class Secretive extends Error {
    readonly #hidden = 'hidden';
    get hidden(): string {
      return this.#hidden;
    }
  }
  it.each<[string, unknown, string, string]>([
    ['a cyclic cause', cyclic, 'Error', 'outer'],
    ['an AggregateError', new AggregateError([new Error('a'), new Error('b')], 'all'), 'AggregateError', 'all'],
    ['a DOMException', new DOMException('gone', 'AbortError'), 'AbortError', 'gone'],
    ['a frozen error', Object.freeze(new RangeError('far')), 'RangeError', 'far'],
    ['one with private fields', new Secretive('secretive'), 'Secretive', 'secretive'],
    ['a text', 'plain', 'string', 'plain'],
    ['null', null, 'null', 'null'],
    ['undefined', undefined, 'undefined', 'undefined'],
    ['a number', 7, 'number', '7'],
  ])('%s keeps its identity, and is described', async (_what, thrown, type, message) => {
    expect(caught(() => new Shop().throw(thrown))).toBe(thrown);
    await tracer.flush();
    const span = wire.span('throw');
    expect(span.attributes).toMatchObject({ honeyhive_error: str(message), honeyhive_error_type: str(type) });
    expect(span.status).toEqual({ code: 2, message: `${type}: ${message}` });
    expect(span.events).toHaveLength(1);
    if (thrown === cyclic) expect(JSON.stringify(span.events)).toContain('inner');
  });
});

it('S21: depth 100,000', async () => {
  let deep: unknown = 'bottom';
  for (let i = 0; i < 100_000; i++) deep = i % 2 ? [deep] : { deep };
  const span = await through(deep);
  expect(String(inputOf(span)).length).toBeLessThan(65_537);
  expect(() => JSON.parse(JSON.stringify(wire.updates()))).not.toThrow();
});

it('S22: names of prototypes are data', async () => {
  const value = JSON.parse(
    '{"__proto__":{"x":1},"constructor":{"prototype":{"x":2}},"hasOwnProperty":3,"a.__proto__.x":4}',
  );
  expect(result(await through(value))).toEqual({
    '.__proto__.x': '1',
    '.constructor.prototype.x': '2',
    '.hasOwnProperty': '3',
    '.a.__proto__.x': '4',
  });
  expect(Object.keys((wire.state(tracer.sessionId).metadata as { value: object }).value)).toContain('__proto__');
});

it('S23: every text is the same in protobuf, in JSON and over REST', async () => {
  const texts = ['\ud800lone', 'lone\udfff', 'a\0b', '\ufeffbom', '\u202ertl', '\n'.repeat(1_000), ...naughtyStrings];
  const json = wire.tracer({ otlpProtocol: 'http/json', redact: false });
  const protobuf = wire.tracer({ redact: false });
  for (const one of [json, protobuf]) {
    one.trace('texts', () => one.enrichSpan({ metadata: { texts } }));
    void one.enrichSession({ metadata: { texts } });
    await one.flush();
  }
  const expected = texts.map((text) => (text as string & { toWellFormed(): string }).toWellFormed());
  const ofTexts = (attributes: [string, unknown][]): unknown[] =>
    attributes.filter(([key]) => key.startsWith('honeyhive_metadata.texts.')).map(([, value]) => value);
  const decoded = wire.receiver.requests
    .filter(({ headers, path }) => path.endsWith('/v1/traces') && String(headers['content-type']).includes('json'))
    .flatMap(({ body }) => JSON.parse(body.toString('utf8')).resourceSpans[0].scopeSpans[0].spans[0].attributes)
    .map(({ key, value }: { key: string; value: { stringValue: string } }): [string, unknown] => [
      key,
      value.stringValue,
    ]);
  expect(ofTexts(decoded)).toEqual(expected);
  const binary = wire.receiver.requests.filter(({ headers }) => String(headers['content-type']).includes('protobuf'));
  expect(binary).toHaveLength(1);
  const [span] = decodeTraces((binary[0] as { body: Buffer }).body) as [DecodedSpan];
  expect(ofTexts(Object.entries(span.attributes))).toEqual(expected.map(str));
  expect(wire.state(json.sessionId)).toEqual({ metadata: { texts: expected } });
});

describe('S30: redaction that fails', () => {
  it.each<[string, (value: unknown) => unknown]>([
    [
      'throws',
      () => {
        throw new Error('hook');
      },
    ],
    ['forgets to return', () => undefined],
    ['is asynchronous', async (value) => value],
  ])('a hook that %s masks the field, and loses nothing else', async (_what, hook) => {
    const careful = wire.tracer({ redact: { hook: (value) => (value === 'watched' ? hook(value) : value) } });
    careful.trace('hooked', () => careful.enrichSpan({ metadata: { watched: 'watched', other: 'kept' } }));
    await careful.enrichSession({ metadata: { watched: 'watched', other: 'kept' } });
    await careful.flush();
    expect(wire.span('hooked').attributes).toMatchObject({
      'honeyhive_metadata.watched': str('[REDACTED]'),
      'honeyhive_metadata.other': str('kept'),
    });
    expect(wire.state(careful.sessionId)).toEqual({ metadata: { watched: '[REDACTED]', other: 'kept' } });
  });

  it('1 MB of text made to be slow goes through', async () => {
    for (const piece of ['-----BEGIN ', 'sk-', 'password=', '://a:', 'eyJ.', 'Bearer ', '{"token":"']) {
      expect(() => new Shop().call(piece.repeat(1_000_000 / piece.length))).not.toThrow();
    }
    expect((await tracer.flush()).dropped.count).toBe(0);
  });
});

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

function caught(work: () => unknown): unknown {
  try {
    work();
  } catch (thrown) {
    return thrown;
  }
  throw new Error('nothing was thrown');
}
