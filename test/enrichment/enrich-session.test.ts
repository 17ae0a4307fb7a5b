import { context, propagation } from '@opentelemetry/api';
import { enrichSession, HoneyHiveTracer, withSession } from 'honeyhive-decorators';
import { freePort } from '../support/rest-receiver.js';
import { collectWarnings } from '../support/warnings.js';
import { startWire, type Wire } from '../wire/support.js';

const A = 'aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa';
const SESS_ID = 'b46c9bd1-59ce-561b-b6fc-5480ea9b193a';
const SEVEN = '5bd20866-3478-53f7-bc79-d2aae304b443';

/** As databases give ids. */
class ObjectId {
  readonly #id: string;
  constructor(id: string) {
    this.#id = id;
  }
  toString(): string {
    return this.#id;
  }
}

let wire: Wire;
let tracer: HoneyHiveTracer;
let warnings: ReturnType<typeof collectWarnings>;
beforeEach(async () => {
  warnings = collectWarnings();
  wire = await startWire();
  tracer = wire.tracer({ sessionName: 'own' });
});
afterEach(async () => {
  await wire.close();
  warnings.stop();
});

describe('which session', () => {
  it.each<[string, () => Promise<void>, () => string]>([
    [
      "the tracer's own where nothing else is said",
      () => enrichSession({ metadata: { k: 1 } }),
      () => tracer.sessionId,
    ],
    ['a positional id', () => enrichSession(A, { metadata: { k: 1 } }), () => A],
    ['a named id', () => enrichSession({ sessionId: A, metadata: { k: 1 } }), () => A],
    ['an id that is a number', () => enrichSession(7 as never, { metadata: { k: 1 } }), () => SEVEN],
    ['an id that is an object with a text', () => enrichSession(new ObjectId(A) as never, { k: 1 }), () => A],
    ['a named one', () => enrichSession({ sessionId: new ObjectId(A) as never, k: 1 }), () => A],
    ['what comes in two parts', () => enrichSession({ metadata: {} } as never, { k: 1 }), () => tracer.sessionId],
    ['a named id that is a number', () => enrichSession({ sessionId: 7 as never, k: 1 }), () => SEVEN],
    ['a named id in the other spelling', () => enrichSession({ session_id: A, metadata: { k: 1 } }), () => A],
    ['an id in upper case', () => enrichSession(A.toUpperCase(), { metadata: { k: 1 } }), () => A],
    ['an empty id, which is none', () => enrichSession('', { metadata: { k: 1 } }), () => tracer.sessionId],
    ['an id that is no UUID', () => enrichSession('sess-id', { metadata: { k: 1 } }), () => SESS_ID],
    ['plain fields as metadata', () => enrichSession({ k: 1 }), () => tracer.sessionId],
    ['the twin of a tracer', () => tracer.enrichSession({ k: 1 }), () => tracer.sessionId],
  ])('%s', async (_what, call, id) => {
    await call();
    expect(wire.updates()).toEqual([{ event_id: id(), metadata: { k: 1 } }]);
    expect(warnings.lines).toHaveLength([SESS_ID, SEVEN].includes(id()) ? 1 : 0);
  });

  it("the context's, inside withSession", async () => {
    const inside = await withSession({ sessionName: 'request' }, async (session) => {
      await enrichSession({ k: 1 });
      await session.enrich({ metrics: { n: 2 } });
      return session.sessionId;
    });
    expect(inside).not.toBe(tracer.sessionId);
    expect(wire.state(inside)).toEqual({ metadata: { k: 1 }, metrics: { n: 2 } });
    expect(wire.state(tracer.sessionId)).toEqual({});
  });

  it("the caller's, where other instrumentation brought its baggage: as the spans there", async () => {
    const baggage = propagation.createBaggage({ session_id: { value: A } });
    await context.with(propagation.setBaggage(context.active(), baggage), async () => {
      tracer.trace('call', () => 1);
      await enrichSession({ k: 1 });
    });
    await tracer.flush();
    expect(wire.span('call').attributes).toMatchObject({ 'honeyhive.session_id': { string: A } });
    expect(wire.state(A)).toEqual({ metadata: { k: 1 } });
  });

  it('each tracer its own', async () => {
    const other = wire.tracer();
    await Promise.all([tracer.enrichSession({ who: 'first' }), other.enrichSession({ who: 'second' })]);
    expect(wire.state(tracer.sessionId)).toEqual({ metadata: { who: 'first' } });
    expect(wire.state(other.sessionId)).toEqual({ metadata: { who: 'second' } });
  });
});

describe('what is sent', () => {
  it('keeps nested data nested, gives scalars a name, and makes one request of calls made together', async () => {
    void enrichSession({ metadata: { user: { tags: ['a', 'b'], plan: null } }, outputs: 'done', feedback: [1, 2] });
    void enrichSession({ metrics: { cost: 0, ok: false }, config: { steps: [{ t: 0.5 }] }, metadata: { later: '' } });
    await tracer.flush();
    expect(wire.updates()).toEqual([
      {
        event_id: tracer.sessionId,
        metadata: { user: { tags: ['a', 'b'], plan: null }, later: '' },
        outputs: { result: 'done' },
        feedback: { value: [1, 2] },
        metrics: { cost: 0, ok: false },
        config: { steps: [{ t: 0.5 }] },
      },
    ]);
  });

  it('is a snapshot', async () => {
    const data = { metadata: { list: [1] } };
    const sent = enrichSession(data);
    data.metadata.list.push(2);
    await sent;
    expect(wire.state(tracer.sessionId)).toEqual({ metadata: { list: [1] } });
  });

  it.each<[string, unknown, Record<string, unknown>]>([
    [
      'the rest where a getter throws',
      {
        metadata: { a: 1 },
        get bad(): never {
          throw new Error('x');
        },
        get metrics(): never {
          throw Object.create(null);
        },
      },
      { metadata: { a: 1, bad: '[Throws: x]' }, metrics: { value: '[Throws: unreadable error]' } },
    ],
    [
      'a Map as its entries',
      new Map<string, unknown>([
        ['a', 1],
        ['metrics', { m: 2 }],
      ]),
      { metadata: { a: 1 }, metrics: { m: 2 } },
    ],
    ['what an object says of itself', { hidden: 1, toJSON: () => ({ said: 1 }) }, { metadata: { said: 1 } }],
    ['a list', [1], { metadata: { value: [1] } }],
    ['an id that cannot be one', { sessionId: { a: 1 } }, { metadata: { sessionId: { a: 1 } } }],
    [
      'what says that it cannot be looked into',
      new Proxy({}, { ownKeys: thrower }),
      { metadata: { value: '[Throws: no]' } },
    ],
    ['nested leaves', { metadata: { a: { b: 1 } }, a: { c: 2 } }, { metadata: { a: { b: 1, c: 2 } } }],
  ])('is %s', async (_what, data, expected) => {
    await enrichSession(data as never);
    expect(wire.state(tracer.sessionId)).toEqual(expected);
  });

  it('a touch sends the start again, for a session of another process too', async () => {
    await tracer.ready();
    await enrichSession();
    await enrichSession(A);
    for (const nothing of [null, undefined, '']) await enrichSession({ sessionId: nothing, session_id: nothing });
    const own = tracer.sessionId;
    expect(wire.starts().map(({ session_id }) => session_id)).toEqual([own, own, A, own, own, own]);
    expect(wire.updates()).toEqual([]);
  });

  it('10,000 calls in a loop cost at most 20 requests and end in the same state', async () => {
    const expected: Record<string, unknown> = {};
    for (let i = 0; i < 10_000; i++) {
      void enrichSession({ metadata: { last: i, [`k${i % 100}`]: i }, metrics: { calls: i + 1 } });
      Object.assign(expected, { last: i, [`k${i % 100}`]: i });
    }
    const receipt = await tracer.flush();
    expect(wire.receiver.requests.length).toBeLessThanOrEqual(20);
    expect(wire.state(tracer.sessionId)).toEqual({ metadata: expected, metrics: { calls: 10_000 } });
    expect(receipt).toMatchObject({ delivered: 10_000, pending: 0, dropped: { count: 0 }, timedOut: false });
  });

  it('calls with awaits in between keep their order', async () => {
    for (let i = 0; i < 20; i++) {
      void enrichSession({ metadata: { step: i } });
      if (i % 3 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    await tracer.flush();
    expect(wire.state(tracer.sessionId)).toEqual({ metadata: { step: 19 } });
  });
});

describe('when', () => {
  it('before the start was answered: the update goes out after it', async () => {
    let answerStart = (): void => undefined;
    const answered = new Promise<void>((resolve) => {
      answerStart = resolve;
    });
    wire.receiver.answer = (request, response) => {
      if (request.path !== '/session/start') return false;
      void answered.then(() => response.writeHead(200).end('{}'));
      return true;
    };
    const slow = wire.tracer();
    const update = slow.enrichSession({ k: 1 });
    await until(() => wire.starts().some(({ session_id }) => session_id === slow.sessionId));
    expect(wire.updates()).toEqual([]);
    answerStart();
    await update;
    expect(wire.state(slow.sessionId)).toEqual({ metadata: { k: 1 } });
  });

  it('after the session ended: by its id, from another tracer', async () => {
    const ended = await withSession({}, (session) => session.sessionId);
    const own = tracer.sessionId;
    await tracer.close();
    const later = wire.tracer();
    await later.enrichSession(ended, { feedback: { rating: 5 } });
    await enrichSession({ sessionId: own, feedback: { rating: 4 } });
    expect(wire.state(ended)).toEqual({ feedback: { rating: 5 } });
    expect(wire.state(own)).toEqual({ feedback: { rating: 4 } });
  });

  it('with no tracer, or a closed one: nothing happens, nothing throws', async () => {
    await tracer.close();
    await expect(enrichSession({ k: 1 })).resolves.toBeUndefined();
    await expect(tracer.enrichSession({ k: 1 })).resolves.toBeUndefined();
    expect(wire.updates()).toEqual([]);
  });

  it.each<[string, unknown]>([
    ['null', null],
    ['a number', 5],
    ['a list', [1]],
    ['a symbol', Symbol('s')],
    ['a proxy that throws', new Proxy({}, { ownKeys: () => Reflect.apply(thrower, undefined, []) })],
  ])('with %s it resolves', async (_what, data) => {
    await expect(enrichSession(data as never)).resolves.toBeUndefined();
  });
});

describe('a server that', () => {
  it('refuses an update: said once with the reason, counted, the program goes on', async () => {
    await tracer.ready();
    const drops: unknown[] = [];
    const told = wire.tracer({ onDrop: (drop) => drops.push(drop) });
    wire.receiver.answer = (request, response) => {
      if (request.path !== '/events') return false;
      response.writeHead(422, { 'content-type': 'application/json' }).end('{"message":"metrics must be numbers"}');
      return true;
    };
    await Promise.all([told.enrichSession({ metrics: { n: 'x' } }), told.enrichSession({ k: 1 })]);
    await told.enrichSession({ k: 2 });
    const receipt = await told.flush();
    expect(receipt.dropped).toEqual({ count: 3, reasons: { refused: 3 } });
    expect(drops).toEqual([
      { reason: 'refused', count: 2, names: [`session ${told.sessionId}`] },
      { reason: 'refused', count: 1, names: [`session ${told.sessionId}`] },
    ]);
    expect(warnings.lines).toEqual([expect.stringContaining('metrics must be numbers')]);
    expect(wire.updates()).toHaveLength(2);
  });

  it('may not be sent the key: what is held back is dropped when the tracer closes, and said', async () => {
    const drops: unknown[] = [];
    const far = HoneyHiveTracer.init({
      serverUrl: 'http://192.0.2.1:4318',
      apiKey: 'hh_test_key',
      otlpEndpoint: `${wire.url}/v1/traces`,
      global: false,
      handleExit: false,
      onDrop: (drop) => drops.push(drop),
    });
    far.trace('call', () => 1);
    await far.enrichSession({ k: 1 });
    expect(await far.close({ timeoutMs: 1_000 })).toMatchObject({ delivered: 1, pending: 0, dropped: { count: 1 } });
    expect(far.stats()).toMatchObject({ made: 2, delivered: 1, pending: 0, dropped: 1 });
    expect(drops).toEqual([{ reason: 'closed', count: 1, names: [] }]);
    expect(warnings.lines.join()).toContain('allowInsecure');
  });

  it('is down at the start: spans and session go out later, the session intact', async () => {
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const early = HoneyHiveTracer.init({
      serverUrl: url,
      sessionName: 'early',
      metadata: { from: 'init' },
      global: false,
      handleExit: false,
    });
    early.trace('before the server', () => 1);
    void early.enrichSession({ metrics: { n: 1 } });
    expect(await early.flush({ timeoutMs: 200 })).toMatchObject({ delivered: 0, pending: 2, dropped: { count: 0 } });
    const late = await startWire(port);
    const receipt = await early.close({ timeoutMs: 8_000 });
    expect(receipt).toMatchObject({ delivered: 2, pending: 0, dropped: { count: 0 } });
    expect(late.starts()).toContainEqual({
      session_id: early.sessionId,
      session_name: 'early',
      source: 'dev',
      metadata: { from: 'init' },
    });
    expect(late.state(early.sessionId)).toEqual({ metrics: { n: 1 } });
    expect(late.span('before the server').attributes).toMatchObject({
      'honeyhive.session_id': { string: early.sessionId },
    });
    await late.close();
  });
});

function thrower(): never {
  throw new Error('no');
}

async function until(condition: () => boolean): Promise<void> {
  for (const end = performance.now() + 10_000; !condition(); ) {
    if (performance.now() > end) throw new Error('it did not happen within 10 s');
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
