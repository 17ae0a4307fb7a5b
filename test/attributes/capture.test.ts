import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { Readable } from 'node:stream';
import { runInNewContext } from 'node:vm';
import { captureValue } from '../../src/attributes/capture';
import { snapshot } from '../../src/attributes/snapshot';
import { capture } from './support';

const context = capture();
const one = (value: unknown, name = 'value'): unknown => captureValue(value, name, context);
const json = (value: unknown): unknown => JSON.parse(one(value) as string);

describe('captureValue', () => {
  it('keeps scalars and writes objects and lists as one JSON text', () => {
    expect([1, 1.5, true, 'text', 0, false, '', 2n ** 60n, 5n].map((value) => one(value))).toEqual([
      1,
      1.5,
      true,
      'text',
      0,
      false,
      '',
      2n ** 60n,
      5,
    ]);
    expect(one({ a: { b: 1 } })).toBe('{"a":{"b":1}}');
    expect(one([1, '2', { k: null }])).toBe('[1,"2",{"k":null}]');
    expect(one({ big: 2n ** 60n })).toBe('{"big":"1152921504606846976"}');
    expect([one(undefined), one(null)]).toEqual([undefined, undefined]);
    expect([one([]), one({})]).toEqual(['[]', '{}']);
  });

  it('has a form for what JSON has none for', () => {
    expect(one(Number.NaN)).toBe('NaN');
    expect(one(new Date(0))).toBe('1970-01-01T00:00:00.000Z');
    expect(one(new Date(Number.NaN))).toBe('Invalid Date');
    expect(one(Symbol('mark'))).toBe('Symbol(mark)');
    expect(one(function named() {})).toBe('[Function named]');
    expect(one(class Named {})).toBe('[Function Named]');
    expect(one(() => 1)).toBe('[Function]');
    expect(one(/a+b/gi)).toBe('/a+b/gi');
    expect(one(new URL('https://host/path?q=1'))).toBe('https://host/path?q=1');
    expect(json(new Headers({ a: '1' }))).toEqual({ a: '1' });
    expect(json(new URLSearchParams('q=1&r=2'))).toEqual({ q: '1', r: '2' });
    expect(one(Buffer.alloc(1024))).toBe('<Buffer 1024 bytes>');
    expect(one(new Float64Array(4))).toBe('<Float64Array 32 bytes>');
    expect(one(new DataView(new ArrayBuffer(3)))).toBe('<DataView 3 bytes>');
    expect(one(new SharedArrayBuffer(8))).toBe('<SharedArrayBuffer 8 bytes>');
    expect(one(new Blob(['abc']))).toBe('<Blob 3 bytes>');
    expect(one(new WeakRef({}))).toBe('[WeakRef]');
    expect(one(new WeakMap())).toBe('[WeakMap]');
    expect(one(Promise.resolve(1))).toBe('[Promise]');
    expect(one(Object(5))).toBe(5);
    expect(json([undefined, Number.NaN, () => 1])).toEqual([null, 'NaN', '[Function]']);
  });

  it('writes own fields of instances, and the result of toJSON, run once', () => {
    class User {
      name = 'Ann';
      #hidden = 'no';
      get shout(): string {
        return this.#hidden;
      }
    }
    expect(json(new User())).toEqual({ name: 'Ann' });
    let runs = 0;
    class Money {
      amount = 5;
      toJSON(): unknown {
        runs += 1;
        return { amount: `${this.amount} EUR`, toJSON: 'data' };
      }
    }
    expect(json({ price: new Money() })).toEqual({ price: { amount: '5 EUR', toJSON: 'data' } });
    expect(runs).toBe(1);
    expect(json({ toJSON: () => [1] })).toEqual([1]);
    const self = {
      a: 1,
      toJSON(): unknown {
        return this;
      },
    };
    expect(json(self)).toEqual({ a: 1 });
  });

  it('writes errors with their causes, eight at most', () => {
    const error = new TypeError('outer', { cause: new Error('inner') });
    expect(json(error)).toMatchObject({
      name: 'TypeError',
      message: 'outer',
      cause: { name: 'Error', message: 'inner' },
    });
    expect((json(error) as { stack: string }).stack).toContain('TypeError: outer');
    expect(json(new AggregateError([new Error('a'), 'b'], 'all'))).toMatchObject({ errors: [{ message: 'a' }, 'b'] });
    expect(json(new DOMException('gone', 'AbortError'))).toMatchObject({ name: 'AbortError', message: 'gone' });
    const cyclic = new Error('self');
    cyclic.cause = cyclic;
    expect(json(cyclic)).toMatchObject({ cause: '[Circular]' });
    let chain = new Error('0');
    for (let i = 1; i < 100; i += 1) chain = new Error(String(i), { cause: chain });
    chain.stack = '';
    expect(JSON.stringify(json(chain))).toContain('[more causes]');
    const frozen = Object.freeze(new Error('frozen'));
    expect(json(frozen)).toMatchObject({ message: 'frozen' });
  });

  it('tells cycles from shared references', () => {
    const shared = { a: 1 };
    const cycle: Record<string, unknown> = { shared, again: shared };
    cycle['self'] = cycle;
    cycle['list'] = [cycle];
    expect(json(cycle)).toEqual({ shared, again: shared, self: '[Circular]', list: ['[Circular]'] });
  });

  it('writes what throws in its place and keeps the rest', () => {
    const hostile = {
      before: 1,
      get bad(): string {
        throw new Error('no');
      },
      trap: new Proxy(
        {},
        {
          ownKeys: () => {
            throw new Error('trapped');
          },
        },
      ),
      proto: new Proxy(
        {},
        {
          getPrototypeOf: () => {
            throw new Error('proto');
          },
        },
      ),
      json: {
        toJSON: () => {
          throw new Error('json');
        },
      },
      wild: {
        get a(): unknown {
          throw {
            toString() {
              throw new Error('again');
            },
          };
        },
      },
      after: 2,
    };
    expect(json(hostile)).toEqual({
      before: 1,
      bad: '[Throws: no]',
      trap: '[Throws: trapped]',
      proto: '[Throws: proto]',
      json: '[Throws: json]',
      wild: { a: '[Throws: unreadable error]' },
      after: 2,
    });
    const revoked = Proxy.revocable([], {});
    revoked.revoke();
    expect(one(revoked.proxy)).toMatch(/^\[Throws: /);
  });

  it('reads every getter once', () => {
    let reads = 0;
    const value = {
      get a(): number {
        reads += 1;
        return reads;
      },
      get toJSON(): undefined {
        reads += 1;
        return undefined;
      },
    };
    expect(json(value)).toEqual({ a: 2 });
    expect(reads).toBe(2);
  });

  it('consumes no stream and no body', async () => {
    const response = new Response('body', { status: 201 });
    const request = new Request('http://host/path', { method: 'POST', body: 'data' });
    const stream = new ReadableStream({
      start: (controller) => {
        controller.enqueue('x');
        controller.close();
      },
    });
    function* numbers(): Generator<number> {
      yield 1;
    }
    const generator = numbers();
    expect(json({ response, request, stream, generator })).toEqual({
      response: '[Response 201]',
      request: '[Request POST http://host/path]',
      stream: '[ReadableStream]',
      generator: '[Generator]',
    });
    expect(await response.text()).toBe('body');
    expect(await request.text()).toBe('data');
    expect(stream.locked).toBe(false);
    expect(generator.next().value).toBe(1);
  });

  it('tells objects of the platform from classes of the same name', () => {
    class Request {
      id = 1;
    }
    class Headers {
      *[Symbol.iterator](): Generator<number> {
        for (;;) yield 1;
      }
      entries(): unknown {
        return this;
      }
    }
    const socket = new Socket();
    const incoming = Object.assign(new IncomingMessage(socket), { method: 'GET', url: '/path?token=abc' });
    expect(
      json([new Request(), new Headers(), incoming, new ServerResponse(incoming), Readable.from(['x']), socket]),
    ).toEqual([
      { id: 1 },
      '[Headers]',
      '[IncomingMessage GET /path?token=[REDACTED]]',
      '[ServerResponse]',
      '[Readable]',
      '[Socket]',
    ]);
    expect(json({ signal: new AbortController().signal, form: new URLSearchParams({ a: 'b' }) })).toEqual({
      signal: '[AbortSignal]',
      form: { a: 'b' },
    });
    const timer = setTimeout(() => undefined, 0);
    clearTimeout(timer);
    expect(one(timer)).toBe('[Timeout]');
  });

  it('knows plain data and errors of another realm', () => {
    const foreign = runInNewContext(
      '({ list: [1], map: new Map([["a", 1]]), at: new Date(0), error: new TypeError("far") })',
    ) as object;
    expect(json(foreign)).toMatchObject({
      list: [1],
      map: { a: 1 },
      at: '1970-01-01T00:00:00.000Z',
      error: { name: 'TypeError', message: 'far' },
    });
  });

  it('keeps fields whose names are symbols', () => {
    expect(json({ [Symbol('mark')]: 1, [Symbol.for('apiKey')]: 'x', a: 2 })).toEqual({
      a: 2,
      'Symbol(mark)': 1,
      'Symbol(apiKey)': '[REDACTED]',
    });
  });

  it('cuts with a notice and stays JSON', () => {
    const small = capture(undefined, { valueLength: 500 });
    const text = captureValue({ list: Array.from({ length: 1_000 }, (_, i) => i), after: 'x' }, 'v', small) as string;
    expect(text.length).toBeLessThanOrEqual(500);
    expect(JSON.stringify(JSON.parse(text))).toMatch(/\[\d+ more items\]/);
    const escapes = captureValue({ t: '\u0001"'.repeat(400), u: 1 }, 'v', small) as string;
    expect(escapes.length).toBeLessThanOrEqual(500);
    expect(JSON.parse(escapes)).toHaveProperty('t');
    const long = captureValue('😀'.repeat(1_000), 'v', small) as string;
    expect(long.length).toBeLessThanOrEqual(500);
    expect(long).toMatch(/^(?:😀)+… \[\d+ characters left out\]$/u);
    const keys = captureValue(
      Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`key${i}`, i])),
      'v',
      small,
    ) as string;
    expect(Object.values(JSON.parse(keys) as object).at(-1)).toMatch(/^\[\d+ more keys\]$/);
  });

  it('survives any depth and width', () => {
    let deep: unknown = 'end';
    for (let i = 0; i < 100_000; i += 1) deep = i % 2 ? { d: deep } : [deep];
    expect(one(deep)).toContain('below depth 32]');
    expect(JSON.stringify(snapshot(deep, context))).toContain('below depth 32]');
    let doubled: unknown = ['leaf'];
    for (let i = 0; i < 30; i += 1) doubled = [doubled, doubled];
    expect((one(doubled) as string).length).toBeLessThanOrEqual(65_536);
    const leaf = { a: 1 };
    expect((one(new Array(100_000).fill(leaf)) as string).length).toBeLessThanOrEqual(65_536);
    expect((one(new Array(4_000_000_000)) as string).length).toBeLessThanOrEqual(65_536);
    expect((one(new Map(Array.from({ length: 100_000 }, (_, i) => [i, i]))) as string).length).toBeLessThanOrEqual(
      65_536,
    );
  });

  it('works where the stack of the program is nearly full', () => {
    const atTheEnd = (): unknown => {
      try {
        return atTheEnd();
      } catch {
        return one({ a: { b: { c: [1, 2, { d: 'x' }] } } });
      }
    };
    expect(() => atTheEnd()).not.toThrow();
  });

  it('makes the same text for JSON and protobuf', () => {
    expect(one('a\ud800b')).toBe('a\ufffdb');
    expect(json({ 'k\udfff': ['\ud83d', 'nul \u0000 bom \ufeff rtl \u202e'] })).toEqual({
      'k\ufffd': ['\ufffd', 'nul \u0000 bom \ufeff rtl \u202e'],
    });
  });
});

describe('snapshot', () => {
  it('keeps nesting, copies, and is not changed by later changes', () => {
    const value = { a: { b: [1, null, undefined] }, u: undefined, big: 2n ** 60n, nan: Number.NaN };
    const copy = snapshot(value, context);
    value.a.b.push(2);
    expect(copy).toEqual({ a: { b: [1, null, null] }, big: '1152921504606846976', nan: 'NaN' });
    expect(snapshot(undefined, context)).toBeUndefined();
    expect(snapshot(null, context)).toBeNull();
    expect(snapshot([], context)).toEqual([]);
  });
});
