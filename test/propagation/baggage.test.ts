import { context, propagation } from '@opentelemetry/api';
import fc from 'fast-check';
import { enrichSession, type HoneyHiveTracer, traceContext } from 'honeyhive-decorators';
import { createTestTracer, spansNamed } from 'honeyhive-decorators/testing';
import { readBaggage, writeBaggage } from '../../src/tracing/propagation/baggage.js';
import { collectWarnings } from '../support/warnings.js';
import { startWire } from '../wire/support.js';

const A = 'aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa';
const TRACEPARENT = '00-12345678901234567890123456789012-1234567890123456-01';

let tracer: HoneyHiveTracer;
beforeEach(() => {
  tracer = createTestTracer({ project: 'shop', source: 'staging' });
});
afterEach(() => tracer.close());

const entries = (header: string): [string, string][] =>
  readBaggage(header)
    .getAllEntries()
    .map(([key, { value }]) => [key, value]);
const members = (count: number, width = 1): string =>
  Array.from({ length: count }, (_, i) => `k${i}=${'v'.repeat(width)}`).join(',');

describe('limits (W3C Baggage, 3.3.2)', () => {
  it.each<[string, string, number]>([
    ['64 members', members(64), 64],
    ['65 members: the first 64', members(65), 64],
    ['8,192 bytes', `k=${'v'.repeat(8_190)}`, 1],
    ['8,193 bytes in one member: none, since half a value would be wrong', `k=${'v'.repeat(8_191)}`, 0],
    ['8,193 bytes in two: the first', `a=1,k=${'v'.repeat(8_187)}`, 1],
    ['8,192 bytes in two: both', `a=1,k=${'v'.repeat(8_186)}`, 2],
    ['a list that ends at the limit and goes on', `a=1,k=${'v'.repeat(8_186)},b=2`, 2],
    ['1 MB', members(100_000, 3), 64],
  ])('reads %s', (_what, header, expected) => {
    expect(entries(header)).toHaveLength(expected);
  });

  const baggage = (count: number, width = 1) =>
    propagation.createBaggage(
      Object.fromEntries(Array.from({ length: count }, (_, i) => [`k${i}`, { value: 'v'.repeat(width) }])),
    );
  it.each<[string, ReturnType<typeof baggage>, number, number]>([
    ['64 members', baggage(64), 64, 8_192],
    ['65 members: the first 64', baggage(65), 64, 8_192],
    ['8,192 bytes', baggage(1, 8_189), 1, 8_192],
    ['8,193 bytes: nothing', baggage(1, 8_190), 0, 0],
    ['what fits of too much', baggage(64, 200), 40, 8_192],
  ])('writes %s', (_what, given, expected, bytes) => {
    const header = writeBaggage({}, given);
    expect(entries(header)).toHaveLength(expected);
    expect(header.length).toBeLessThanOrEqual(bytes);
  });

  it('its own session, project and source come first, whatever else there is', () => {
    const crowded = propagation.setBaggage(context.active(), baggage(64));
    const { baggage: header = '' } = context.with(crowded, () => tracer.inject());
    expect(entries(header).slice(0, 3)).toEqual([
      ['session_id', tracer.sessionId],
      ['source', 'staging'],
      ['project', 'shop'],
    ]);
    expect(entries(header)).toHaveLength(64);
  });
});

describe('the grammar', () => {
  it.each<[string, string, [string, string][]]>([
    [
      'blanks around everything',
      ' a = 1 , b\t=\t2 ',
      [
        ['a', '1'],
        ['b', '2'],
      ],
    ],
    ['percent-encoded UTF-8', 'a=Am%C3%A9lie%20%F0%9F%98%80', [['a', 'Amélie 😀']]],
    ['octets that are no UTF-8', 'a=x%ff%feY', [['a', 'x��Y']]],
    [
      'a percent sign that begins nothing',
      'a=100%,b=%zz',
      [
        ['a', '100%'],
        ['b', '%zz'],
      ],
    ],
    ['= in a value', 'a=b=c', [['a', 'b=c']]],
    ['an empty value', 'a=', [['a', '']]],
    [
      'properties',
      'a=1;secure;ttl=5,b=2',
      [
        ['a', '1'],
        ['b', '2'],
      ],
    ],
    ['keys that are no token are left out', 'ä=1,a b=2,"q"=3,=4,nothing,ok=5', [['ok', '5']]],
    ['the last of a key that comes twice', 'a=1,a=2', [['a', '2']]],
  ])('%s', (_what, header, expected) => {
    expect(entries(header)).toEqual(expected);
  });

  it('reads any header, and writes any entry so that it can be read', () => {
    const text = fc.string({ unit: 'binary' });
    fc.assert(fc.property(text, (header) => void readBaggage(header)));
    fc.assert(
      fc.property(fc.dictionary(text, text, { maxKeys: 80 }), fc.option(text), (values, metadata) => {
        const given = propagation.createBaggage(
          Object.fromEntries(
            Object.entries(values).map(([key, value]) => [
              key,
              { value, ...(metadata === null ? {} : { metadata: { toString: () => metadata } as never }) },
            ]),
          ),
        );
        const header = writeBaggage({}, given);
        expect(header).toMatch(/^[\x20-\x7e\t]*$/);
        expect(header.length).toBeLessThanOrEqual(8_192);
        for (const [key, value] of entries(header)) {
          expect(value).toBe((values[key] as string & { toWellFormed(): string }).toWellFormed());
        }
      }),
    );
  });
});

describe('inject', () => {
  it('gives trace, session, project and source; the carrier is the same object, with what it held', () => {
    const carrier = { accept: 'text/plain', baggage: 'vendor=1;secure,session_id=old' };
    tracer.trace('call', (span) => {
      expect(tracer.inject(carrier)).toBe(carrier);
      const { traceId, spanId } = span.spanContext();
      expect(carrier).toEqual({
        accept: 'text/plain',
        traceparent: `00-${traceId}-${spanId}-01`,
        baggage: `session_id=${tracer.sessionId},source=staging,project=shop,vendor=1;secure`,
      });
    });
  });

  it('outside of a span carries the session alone; inside withSession its session', () => {
    expect(tracer.inject()).toEqual({ baggage: `session_id=${tracer.sessionId},source=staging,project=shop` });
    const inside = tracer.withSession({ sessionId: A }, () => tracer.inject());
    expect(inside.baggage).toContain(`session_id=${A}`);
  });

  it.each<[string, string]>([
    ['our own', `session_id=${A},source=prod,project=theirs,k=v;secure`],
    ['other', `honeyhive_session_id=${A},honeyhive.source=prod,honeyhive_project=theirs,k=v;secure`],
  ])('inside a remote context says what its spans say, whatever the spelling: %s', (_what, baggage) => {
    tracer.withRemoteContext({ baggage }, () => {
      expect(tracer.inject().baggage).toBe(`session_id=${A},source=prod,project=theirs,k=v;secure`);
      // A session of our own is not the caller's, whose name for it must not go on.
      tracer.withSession({}, ({ sessionId }) =>
        expect(tracer.inject().baggage).toBe(`session_id=${sessionId},source=prod,project=theirs,k=v;secure`),
      );
    });
    expect(tracer.inject().baggage).toBe(`session_id=${tracer.sessionId},source=staging,project=shop`);
  });

  it('says what is in baggage that another propagator brought, and what is empty says nothing', () => {
    const named = (values: Record<string, string>) =>
      propagation.setBaggage(
        context.active(),
        propagation.createBaggage(Object.fromEntries(Object.entries(values).map(([key, value]) => [key, { value }]))),
      );
    context.with(named({ session_id: A, project: 'theirs' }), () => {
      tracer.trace('call', () => 1);
      expect(tracer.inject().baggage).toBe(`session_id=${A},source=staging,project=theirs`);
    });
    expect(spansNamed(tracer, 'call')[0]?.attributes).toMatchObject({
      'honeyhive.session_id': A,
      'honeyhive.source': 'staging',
      'honeyhive.project': 'theirs',
    });
    context.with(named({ session_id: '', source: '' }), () =>
      expect(tracer.inject().baggage).toBe(`session_id=${tracer.sessionId},source=staging,project=shop`),
    );
  });

  it('of one tracer carries its own span inside the span of another', async () => {
    const other = createTestTracer();
    tracer.trace('mine', (mine) =>
      other.trace('theirs', (theirs) => {
        expect(tracer.inject().traceparent).toContain(mine.spanContext().spanId);
        expect(other.inject().traceparent).toContain(theirs.spanContext().spanId);
      }),
    );
    await other.close();
  });

  it.each([
    ['frozen', Object.freeze({ a: '1' })],
    ['null', null],
    ['a text', 'text'],
  ])('leaves a carrier that is %s as it is, without a throw', (_what, carrier) => {
    expect(tracer.inject(carrier as never)).toBe(carrier);
  });

  it('adds nothing when tracing is off or over', async () => {
    const off = createTestTracer({ disabled: true });
    expect(off.inject({ a: '1' })).toEqual({ a: '1' });
    const closed = createTestTracer();
    await closed.close();
    expect(closed.inject()).toEqual({});
  });
});

describe('withRemoteContext', () => {
  const remote = (headers: unknown): Record<string, unknown> => {
    const before = tracer.testSpans.length;
    tracer.withRemoteContext(headers as never, () => tracer.trace('handled', () => 1));
    const span = tracer.testSpans[before];
    return { ...span?.attributes, traceId: span?.spanContext().traceId, parentId: span?.parentSpanContext?.spanId };
  };

  it.each<[string, unknown]>([
    ['a plain object', { traceparent: TRACEPARENT, baggage: `session_id=${A},source=prod,project=p,k=v` }],
    ['lists of values', { traceparent: [TRACEPARENT], baggage: [`session_id=${A},source=prod`, 'project=p,k=v'] }],
    ['names in any case', { TraceParent: TRACEPARENT, BAGGAGE: `session_id=${A},source=prod,project=p,k=v` }],
    ['Headers', new Headers({ traceparent: TRACEPARENT, baggage: `session_id=${A},source=prod,project=p,k=v` })],
    [
      'a Map',
      new Map([
        ['traceparent', TRACEPARENT],
        ['baggage', `session_id=${A},source=prod,project=p,k=v`],
      ]),
    ],
  ])('reads %s', (_what, headers) => {
    expect(remote(headers)).toMatchObject({
      traceId: '12345678901234567890123456789012',
      parentId: '1234567890123456',
      'honeyhive.session_id': A,
      'traceloop.association.properties.session_id': A,
      'honeyhive.source': 'prod',
      'honeyhive.project': 'p',
      'baggage.k': 'v',
    });
  });

  it.each(['session_id', 'honeyhive_session_id', 'honeyhive.session_id'])('knows the session as %s', (key) => {
    expect(remote({ baggage: `${key}=${A.toUpperCase()}` })).toMatchObject({ 'honeyhive.session_id': A });
    tracer.withRemoteContext({ baggage: `${key}=${A}` }, () => expect(traceContext().session_id).toBe(A));
  });

  it('makes a UUID of a session that is none, with a warning, and keeps its own where there is none', () => {
    const warnings = collectWarnings();
    expect(remote({ baggage: 'session_id=sess-id' })).toMatchObject({
      'honeyhive.session_id': 'b46c9bd1-59ce-561b-b6fc-5480ea9b193a',
    });
    warnings.stop();
    expect(warnings.lines).toHaveLength(1);
    const more = collectWarnings();
    remote({ baggage: 'session_id=eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl' });
    more.stop();
    expect(more.lines).toEqual([expect.stringContaining('session id "eyJhbGci…" is no UUID')]);
    expect(more.lines[0]).not.toContain('eyJhbGciO');
    expect(remote({ baggage: 'session_id=' })).toMatchObject({ 'honeyhive.session_id': tracer.sessionId });
    expect(remote({ baggage: 'k=v' })).toMatchObject({ 'honeyhive.session_id': tracer.sessionId });
  });

  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['a number', 5],
    ['values of other kinds', { traceparent: 5, tracestate: {}, baggage: [1, null] }],
    [
      'a getter that throws',
      {
        get traceparent(): never {
          throw new Error('no');
        },
      },
    ],
  ])('runs the work with %s', (_what, headers) => {
    expect(tracer.withRemoteContext(headers as never, () => 'value')).toBe('value');
    expect(remote(headers)).toMatchObject({ 'honeyhive.session_id': tracer.sessionId });
  });

  it('keeps the active span where the request brought no trace', () => {
    tracer.trace('server', (server) => {
      expect(remote({ accept: '*/*' })).toMatchObject({ parentId: server.spanContext().spanId });
    });
  });

  it('a trace that was not sampled stays so, its session goes on', () => {
    const headers = tracer.withRemoteContext(
      { traceparent: TRACEPARENT.replace(/1$/, '0'), baggage: `session_id=${A}` },
      () => tracer.trace('not recorded', () => tracer.inject()),
    );
    expect(headers.traceparent).toMatch(/-00$/);
    expect(headers.baggage).toContain(A);
    expect(spansNamed(tracer, 'not recorded')).toEqual([]);
  });

  it('carries any session, project and source from one process to the next', () => {
    const name = fc.string({ unit: 'grapheme', minLength: 1 });
    fc.assert(
      fc.property(fc.uuid(), name, name, (sessionId, project, source) => {
        const sender = createTestTracer({ sessionId, project, source });
        const headers = sender.trace('call', () => sender.inject());
        const [span] = sender.testSpans;
        expect(remote(headers)).toMatchObject({
          traceId: span?.spanContext().traceId,
          parentId: span?.spanContext().spanId,
          'honeyhive.session_id': sessionId,
          'honeyhive.project': project,
          'honeyhive.source': source,
        });
        void sender.close();
      }),
      { numRuns: 50 },
    );
  });

  it.each<[string, (tracer: HoneyHiveTracer, work: () => void) => void]>([
    ['withSession', (tracer, work) => tracer.withSession({ sessionId: tracer.sessionId }, work)],
    ['withAttributes', (tracer, work) => tracer.withAttributes({ sessionId: tracer.sessionId }, work)],
  ])("gives way to %s, the tracer's own session too", (_what, inside) => {
    const receiving = createTestTracer();
    receiving.withRemoteContext({ baggage: `session_id=${A}` }, () =>
      inside(receiving, () => {
        receiving.trace('handled', () => 1);
        expect(receiving.inject().baggage).toContain(receiving.sessionId);
      }),
    );
    expect(receiving.testSpans[0]?.attributes['honeyhive.session_id']).toBe(receiving.sessionId);
    void receiving.close();
  });

  it('enriches the session of the caller, whose start is not its own', async () => {
    const wire = await startWire();
    const receiving = wire.tracer();
    await receiving.withRemoteContext({ baggage: `session_id=${A}` }, async () => {
      receiving.trace('handled', () => 1);
      await enrichSession({ metrics: { served: 1 } });
    });
    await receiving.flush();
    expect(wire.state(A)).toEqual({ metrics: { served: 1 } });
    expect(wire.starts().map(({ session_id }) => session_id)).toEqual([receiving.sessionId]);
    expect(wire.span('handled').attributes).not.toHaveProperty(['honeyhive.session_auto_create']);
    await wire.close();
  });
});
