import { EventEmitter } from 'node:events';
import { runInNewContext } from 'node:vm';
import { trace as otel } from '@opentelemetry/api';
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { enrichSpan, type HoneyHiveTracer, type SpanData, Trace } from 'honeyhive-decorators';
import { createTestTracer, spansNamed } from 'honeyhive-decorators/testing';
import { collectWarnings } from '../support/warnings.js';
import { startWire, type Wire } from '../wire/support.js';

let tracer: HoneyHiveTracer;
let lines: ReturnType<typeof collectWarnings>;
beforeEach(() => {
  lines = collectWarnings();
  tracer = createTestTracer({ verbose: true });
});
afterEach(async () => {
  await tracer.close();
  lines.stop();
});

const attributesOf = (name: string): Record<string, unknown> => spansNamed(tracer, name)[0]?.attributes ?? {};
/** What a call of `enrichSpan` leaves on its span, without the protocol's own attributes. */
function left(...args: Parameters<typeof enrichSpan>): Record<string, unknown> {
  const before = tracer.testSpans.length;
  tracer.trace('call', () => enrichSpan(...args));
  const own = /^honeyhive_(event_(type|name)|duration_ms|outputs\.result)|^(honeyhive|traceloop)\./;
  const attributes = tracer.testSpans[before]?.attributes ?? {};
  return Object.fromEntries(Object.entries(attributes).filter(([key]) => !own.test(key)));
}

class Described {
  readonly secret = 'not said';
  toJSON(): object {
    return { said: 1, metrics: { m: 2 } };
  }
}

function thrower(message: string): () => never {
  return () => {
    throw new Error(message);
  };
}

describe('what goes where', () => {
  const cases: [string, Parameters<typeof enrichSpan>, Record<string, unknown>][] = [
    [
      'a plain dictionary is metadata, dots in keys and all',
      [{ user_id: 'u1', 'user.tier': 'gold' }],
      { 'honeyhive_metadata.user_id': 'u1', 'honeyhive_metadata.user.tier': 'gold' },
    ],
    [
      'reserved names go to their namespaces, the rest to metadata',
      [{ metadata: { a: 1 }, metrics: { s: 0.5 }, userProperties: { plan: 'pro' }, feature: 'chat' }],
      {
        'honeyhive_metadata.a': 1,
        'honeyhive_metrics.s': 0.5,
        'honeyhive_user_properties.plan': 'pro',
        'honeyhive_metadata.feature': 'chat',
      },
    ],
    [
      'of two arguments the first is all metadata, whatever its keys',
      [{ error: 1, metadata: 'kept as data', eventId: 'plain' }, { metrics: { s: 1 } }],
      {
        'honeyhive_metadata.error': 1,
        'honeyhive_metadata.metadata': 'kept as data',
        'honeyhive_metadata.eventId': 'plain',
        'honeyhive_metrics.s': 1,
      },
    ],
    [
      'of two arguments the first wins',
      [{ k: 'first' }, { k: 'rest', metadata: { k: 'named', own: 1 }, attributes: { k: 'attributes' } }],
      { 'honeyhive_metadata.k': 'first', 'honeyhive_metadata.own': 1 },
    ],
    ['a null second argument is none', [{ metrics: { s: 1 } }, null as never], { 'honeyhive_metrics.s': 1 }],
    [
      'both spellings, the later wins leaf by leaf',
      [{ user_properties: { a: 1, b: 1 }, userProperties: { b: 2 }, event_id: 'e1' }],
      { 'honeyhive_user_properties.a': 1, 'honeyhive_user_properties.b': 2, honeyhive_event_id: 'e1' },
    ],
    [
      'precedence does not depend on the order of the keys',
      [{ k: 5, attributes: { k: 4, l: 4 }, metadata: { k: 3, l: 3, m: 3 } }],
      { 'honeyhive_metadata.k': 5, 'honeyhive_metadata.l': 4, 'honeyhive_metadata.m': 3 },
    ],
    [
      'falsy leaves are data',
      [{ metrics: { zero: 0 }, feedback: { ok: false }, text: '', none: null, missing: undefined }],
      { 'honeyhive_metrics.zero': 0, 'honeyhive_feedback.ok': false, 'honeyhive_metadata.text': '' },
    ],
    [
      'a scalar or a list for a namespace is never lost',
      [{ metrics: 'good', feedback: 5, inputs: ['a', 'b'], outputs: false }],
      {
        honeyhive_metrics: 'good',
        honeyhive_feedback: 5,
        'honeyhive_inputs.0': 'a',
        'honeyhive_inputs.1': 'b',
        honeyhive_outputs: false,
      },
    ],
    ['a Map is its entries', [{ metadata: new Map([['k', 1]]) }], { 'honeyhive_metadata.k': 1 }],
    [
      'a Map for all of it',
      [
        new Map<string, unknown>([
          ['a', 1],
          ['metrics', { m: 2 }],
        ]) as never,
      ],
      { 'honeyhive_metadata.a': 1, 'honeyhive_metrics.m': 2 },
    ],
    ['pairs that no dictionary could hold', [new Map([[{}, 1]]) as never], { 'honeyhive_metadata.0.1': 1 }],
    [
      'what a class says of itself',
      [new Described() as never],
      { 'honeyhive_metadata.said': 1, 'honeyhive_metrics.m': 2 },
    ],
    ['a toJSON that throws', [{ a: 1, toJSON: thrower('no') }], { honeyhive_metadata: '[Throws: no]' }],
    ['a date', [new Date(0) as never], { honeyhive_metadata: '1970-01-01T00:00:00.000Z' }],
    ['a set', [new Set(['a']) as never], { 'honeyhive_metadata.0': 'a' }],
    [
      'an Error for all of it',
      [Object.assign(new Error('as data'), { stack: 's' }) as never],
      { 'honeyhive_metadata.name': 'Error', 'honeyhive_metadata.message': 'as data', 'honeyhive_metadata.stack': 's' },
    ],
    ['a symbol as a key', [{ [Symbol('s')]: 1 }], { 'honeyhive_metadata.Symbol(s)': 1 }],
    [
      'an object that cannot be looked into',
      [new Proxy({}, { ownKeys: thrower('no') })],
      { honeyhive_metadata: '[Throws: no]' },
    ],
    [
      'attributes that are no dictionary',
      [{ metadata: 'text', attributes: 'att' }],
      { honeyhive_metadata: 'text', 'honeyhive_metadata.attributes': 'att' },
    ],
    ['an id that is a number', [{ eventId: 123, a: 1 }], { honeyhive_event_id: '123', 'honeyhive_metadata.a': 1 }],
    [
      'an id that cannot be one',
      [{ eventId: { a: 1 }, event_id: true }],
      { 'honeyhive_metadata.eventId.a': 1, 'honeyhive_metadata.event_id': true },
    ],
    ['an error as text', [{ error: 'it failed' }], { honeyhive_error: 'it failed' }],
    [
      'an Error with its type',
      [{ error: new RangeError('too far') }],
      { honeyhive_error: 'too far', honeyhive_error_type: 'RangeError' },
    ],
    [
      'an error of another realm, type included',
      [{ error: runInNewContext('new RangeError("too far")') }],
      { honeyhive_error: 'too far', honeyhive_error_type: 'RangeError' },
    ],
    ['no error where null is given', [{ error: null, eventId: '' }], {}],
    ['nothing for nothing', [{}], {}],
    [
      'prototype names are plain data',
      [JSON.parse('{"__proto__":{"x":1},"constructor":2}')],
      {
        'honeyhive_metadata.__proto__.x': 1,
        'honeyhive_metadata.constructor': 2,
      },
    ],
    [
      'inherited names are no namespaces',
      [{ toString: 'a', hasOwnProperty: 'b' }],
      {
        'honeyhive_metadata.toString': 'a',
        'honeyhive_metadata.hasOwnProperty': 'b',
      },
    ],
  ];
  it.each(cases)('%s', (_what, args, expected) => {
    expect(left(...args)).toEqual(expected);
  });

  it.each([undefined, null, 42, 'text', [1, 2], new Map(), Symbol('s'), () => 1])(
    'takes %p without a throw',
    (data) => {
      expect(() => left(data as never)).not.toThrow();
    },
  );

  it('keeps what there is of data whose getter throws, and asks each getter once', () => {
    const asked = { good: 0 };
    const data = {
      get good() {
        return ++asked.good;
      },
      get bad(): never {
        throw new Error('no');
      },
      get unreadable(): never {
        throw Object.create(null);
      },
      get metrics(): never {
        throw 'text';
      },
      kept: 1,
    };
    expect(left(data)).toEqual({
      'honeyhive_metadata.good': 1,
      'honeyhive_metadata.bad': '[Throws: no]',
      'honeyhive_metadata.unreadable': '[Throws: unreadable error]',
      honeyhive_metrics: '[Throws: text]',
      'honeyhive_metadata.kept': 1,
    });
    expect(asked).toEqual({ good: 1 });
  });

  it.each([
    ['attributes', { attributesPerSpan: 8 }, { n: 1 }],
    ['bytes', { spanBytes: 512 }, { text: 'x'.repeat(256) }],
  ])('no limit of %s costs the error or the id', async (_what, limits, data) => {
    const small = createTestTracer({ limits });
    const other = new BasicTracerProvider({ spanLimits: { attributeCountLimit: 4 } });
    small.trace('call', () => {
      for (let i = 0; i < 10; i++) small.enrichSpan({ [`k${i}`]: data });
      small.enrichSpan({ error: new RangeError('too far'), eventId: 'e1', late: 1 });
    });
    const span = spansNamed(small, 'call')[0];
    expect(span?.attributes).toMatchObject({
      honeyhive_error: 'too far',
      honeyhive_error_type: 'RangeError',
      honeyhive_event_id: 'e1',
    });
    expect(span?.droppedAttributesCount).toBeGreaterThan(0);
    other.getTracer('library').startActiveSpan('library call', (foreign) => {
      enrichSpan({ a: 1, b: 2, c: 3, d: 4, error: 'text' });
      expect((foreign as { attributes?: unknown }).attributes).toMatchObject({ honeyhive_error: 'text' });
    });
    await small.close();
  });

  it('is a snapshot: what changes afterwards does not show', () => {
    const data = { list: [1], deep: { n: 1 } };
    tracer.trace('call', () => {
      enrichSpan(data);
      data.list.push(2);
      data.deep.n = 2;
    });
    expect(attributesOf('call')).toMatchObject({ 'honeyhive_metadata.list.0': 1, 'honeyhive_metadata.deep.n': 1 });
    expect(attributesOf('call')).not.toHaveProperty(['honeyhive_metadata.list.1']);
  });
});

describe('where it is called', () => {
  const helper = (data: SpanData): unknown => enrichSpan(data);

  it('reaches the active span from helpers, awaits, callbacks, timers, emitters and microtasks', async () => {
    class Job {
      readonly events = new EventEmitter();
      @Trace()
      async run(): Promise<void> {
        helper({ helper: 1 });
        await new Promise((resolve) => setImmediate(resolve));
        helper({ awaited: 1 });
        [1].forEach(() => void helper({ callback: 1 }));
        await new Promise<void>((resolve) => {
          setTimeout(() => resolve(void helper({ timer: 1 })), 1);
        });
        this.events.on('done', () => helper({ emitter: 1 }));
        this.events.emit('done');
        await new Promise<void>((resolve) => {
          queueMicrotask(() => resolve(void helper({ microtask: 1 })));
        });
        await Promise.all([1, 2].map(async (n) => helper({ [`all${n}`]: 1 })));
        for await (const n of (async function* () {
          yield 1;
        })())
          helper({ iterated: n });
      }
    }
    await new Job().run();
    const found = Object.keys(attributesOf('Job.run')).filter((key) => key.startsWith('honeyhive_metadata.'));
    const names = ['helper', 'awaited', 'callback', 'timer', 'emitter', 'microtask', 'all1', 'all2', 'iterated'];
    expect(found).toEqual(names.map((name) => `honeyhive_metadata.${name}`));
  });

  it('goes to the innermost span, and to the outer one again once that ended', () => {
    tracer.trace('outer', () => {
      tracer.trace('inner', () => enrichSpan({ at: 'inner' }));
      enrichSpan({ after: 'outer' });
    });
    expect(attributesOf('inner')).toMatchObject({ 'honeyhive_metadata.at': 'inner' });
    expect(attributesOf('outer')).toMatchObject({ 'honeyhive_metadata.after': 'outer' });
    expect(attributesOf('outer')).not.toHaveProperty(['honeyhive_metadata.at']);
  });

  it('the twin of a tracer enriches the spans of that tracer', async () => {
    const other = createTestTracer();
    tracer.trace('mine', () => {
      other.trace('theirs', () => {
        tracer.enrichSpan({ to: 'mine' });
        other.enrichSpan({ to: 'theirs' });
      });
    });
    expect(attributesOf('mine')).toMatchObject({ 'honeyhive_metadata.to': 'mine' });
    expect(spansNamed(other, 'theirs')[0]?.attributes).toMatchObject({ 'honeyhive_metadata.to': 'theirs' });
    await other.close();
  });

  it('reaches spans of instrumentations, on our provider and on another', () => {
    const exporter = new InMemorySpanExporter();
    const foreign = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
    for (const provider of [tracer.provider, foreign]) {
      provider.getTracer('library').startActiveSpan('library call', (span) => {
        const enriched = enrichSpan({ metrics: { n: 1 }, password: 'hunter2', eventId: 'e', big: 2n ** 63n - 1n });
        expect(enriched?.span.spanContext().spanId).toBe(span.spanContext().spanId);
        span.end();
      });
    }
    for (const span of [spansNamed(tracer, 'library call')[0], exporter.getFinishedSpans()[0]]) {
      expect(span?.attributes).toMatchObject({
        'honeyhive_metrics.n': 1,
        'honeyhive_metadata.password': '[REDACTED]',
        honeyhive_event_id: 'e',
      });
    }
  });

  it('the twin of a tracer reaches a library span of another provider, but no span of another tracer', async () => {
    const exporter = new InMemorySpanExporter();
    const foreign = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
    const other = createTestTracer();
    tracer.trace('mine', () =>
      foreign.getTracer('library').startActiveSpan('library call', (span) => {
        expect(tracer.enrichSpan({ by: 'twin' })?.span).toBe(span);
        span.end();
      }),
    );
    other.trace('theirs', () => expect(tracer.enrichSpan({ by: 'twin' })).toBeUndefined());
    expect(exporter.getFinishedSpans()[0]?.attributes).toEqual({ 'honeyhive_metadata.by': 'twin' });
    await other.close();
  });

  it.each([
    ['outside of any span', () => enrichSpan({ lost: 1 })],
    ['by the twin of a tracer', () => tracer.enrichSpan({ lost: 1 })],
    ['after the span ended', () => tracer.trace('over', () => otel.getActiveSpan()?.end()) ?? enrichSpan({ lost: 1 })],
  ])('gives undefined and a line on request where no span is active: %s', (_where, call) => {
    expect(call()).toBeUndefined();
    expect(lines.lines.join('\n')).toContain('no span is active');
  });
});

describe('what it gives', () => {
  it('can be used in if and in using', () => {
    tracer.trace('call', () => {
      if (enrichSpan({ a: 1 })) enrichSpan({ inside: true });
      {
        using enriched = enrichSpan({ b: 2 });
        expect(enriched?.span).toBe(otel.getActiveSpan());
      }
      enrichSpan({ after: 1 });
    });
    {
      using nothing = enrichSpan({ lost: 1 });
      expect(nothing).toBeUndefined();
    }
    expect(attributesOf('call')).toMatchObject({
      'honeyhive_metadata.inside': true,
      'honeyhive_metadata.b': 2,
      'honeyhive_metadata.after': 1,
    });
  });
});

describe('eventId', () => {
  let wire: Wire;
  let sending: HoneyHiveTracer;
  beforeEach(async () => {
    wire = await startWire();
    sending = wire.tracer();
  });
  afterEach(() => wire.close());

  it('names the active span where that has no id yet', async () => {
    sending.trace('named', () => {
      enrichSpan({ eventId: 'e1' });
      enrichSpan({ eventId: 'e1', metadata: { same: true } });
    });
    await sending.flush();
    expect(wire.span('named').attributes).toMatchObject({
      honeyhive_event_id: { string: 'e1' },
      'honeyhive_metadata.same': { bool: true },
    });
    expect(wire.updates()).toEqual([]);
  });

  it('updates another event over REST, from inside a span and from outside', async () => {
    sending.trace(
      'named',
      () =>
        enrichSpan({ eventId: 'own', error: 'stays', k: 'here' }) &&
        enrichSpan({
          eventId: 'other',
          error: new Error('key sk-abcdefghijklmnopqrstuvwx went away'),
          feedback: { rating: 1 },
          k: 5,
        }),
    );
    sending.enrichSpan({ event_id: 'outside', metrics: { n: 0 } });
    await sending.flush();
    expect(wire.span('named').attributes).toMatchObject({
      honeyhive_event_id: { string: 'own' },
      honeyhive_error: { string: 'stays' },
      'honeyhive_metadata.k': { string: 'here' },
    });
    expect(wire.state('other')).toEqual({
      feedback: { rating: 1 },
      metadata: { k: 5, error: 'key [REDACTED] went away' },
    });
    expect(wire.state('outside')).toEqual({ metrics: { n: 0 } });
    expect((await sending.flush()).pending).toBe(0);
  });

  it.each<[string, Parameters<typeof enrichSpan>, Record<string, unknown>]>([
    ['a text for metadata', [{ metadata: 'text', k: 1 }], { metadata: { value: 'text', k: 1 } }],
    ['nested leaves', [{ metadata: { a: { b: 1 } }, a: { c: 2 } }], { metadata: { a: { b: 1, c: 2 } } }],
    [
      'both spellings, inputs, two arguments, an error',
      [
        { error: 'own', a: { b: 1 } },
        { user_properties: { p: { x: 1 } }, userProperties: { p: { y: 2 } }, inputs: 'q', a: { c: 2 }, error: 'e' },
      ],
      { metadata: { a: { b: 1, c: 2 }, error: 'e', inputs: { value: 'q' } }, user_properties: { p: { x: 1, y: 2 } } },
    ],
  ])('over REST nothing of a call is lost: %s', async (_what, [first, second], expected) => {
    const named = (data: object) => ({ ...data, eventId: 'other' });
    if (second === undefined) sending.enrichSpan(named(first));
    else sending.enrichSpan(first, named(second));
    await sending.flush();
    expect(wire.state('other')).toEqual(expected);
  });
});
