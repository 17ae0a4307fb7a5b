import { Readable } from 'node:stream';
import {
  enrichSpan,
  type HoneyHiveTracer,
  Trace,
  traceContext,
  withAttributes,
  withSession,
} from 'honeyhive-decorators';
import { createTestTracer, spansNamed } from 'honeyhive-decorators/testing';
import { collectWarnings } from '../support/warnings.js';
import { bool, startWire, str, under, type Wire } from '../wire/support.js';

let tracer: HoneyHiveTracer;
beforeEach(() => {
  tracer = createTestTracer({ sessionName: 'own' });
});
afterEach(() => tracer.close());

const sessionOf = (name: string): unknown => spansNamed(tracer, name)[0]?.attributes['honeyhive.session_id'];

describe('withSession', () => {
  it('gives what the work gives, throws what it throws, and does not make sync work async', async () => {
    const thrown = new Error('mine');
    const promise = Promise.resolve(1);
    expect(withSession({}, () => 'value')).toBe('value');
    expect(withSession({}, () => promise)).toBe(promise);
    expect(() =>
      withSession({}, () => {
        throw thrown;
      }),
    ).toThrow(thrown);
  });

  it('nests: the innermost session counts, and the outer one again afterwards', () => {
    const ids: string[] = [];
    withSession({ sessionName: 'outer' }, (outer) => {
      ids.push(outer.sessionId);
      withSession({ sessionName: 'inner' }, (inner) => {
        ids.push(inner.sessionId);
        tracer.trace('inside', () => ids.push(String(traceContext().session_id)));
      });
      tracer.trace('after', () => 1);
    });
    tracer.trace('outside', () => 1);
    expect(ids[2]).toBe(ids[1]);
    expect([sessionOf('inside'), sessionOf('after'), sessionOf('outside')]).toEqual([ids[1], ids[0], tracer.sessionId]);
  });

  it('takes an id in either spelling, and makes a UUID of what is none', () => {
    const warnings = collectWarnings();
    const id = 'AAAAAAAA-aaaa-4aaa-8aaa-aaaaaaaaaaaa';
    expect(withSession({ sessionId: id }, (session) => session.sessionId)).toBe(id.toLowerCase());
    expect(withSession({ session_id: id }, (session) => session.sessionId)).toBe(id.toLowerCase());
    expect(withSession({ sessionId: 'sess-id' }, (session) => session.sessionId)).toBe(
      'b46c9bd1-59ce-561b-b6fc-5480ea9b193a',
    );
    warnings.stop();
    expect(warnings.lines).toHaveLength(1);
  });

  it('1,000 at once never mix, across awaits, Promise.all, timers and streams', async () => {
    class Desk {
      @Trace()
      async answer(n: number): Promise<number> {
        await new Promise((resolve) => setTimeout(resolve, n % 7));
        const [a, b] = await Promise.all([this.look(n), this.look(n)]);
        for await (const chunk of Readable.from([1, 2])) enrichSpan({ [`chunk${chunk}`]: n });
        return a + b;
      }
      @Trace()
      async look(n: number): Promise<number> {
        await new Promise((resolve) => setImmediate(resolve));
        return n;
      }
    }
    const desk = new Desk();
    const ids = await Promise.all(
      Array.from({ length: 1_000 }, (_, n) =>
        withSession({ metadata: { n } }, async (session) => {
          await desk.answer(n);
          return session.sessionId;
        }),
      ),
    );
    expect(new Set(ids).size).toBe(1_000);
    const seen = new Map<unknown, Set<unknown>>();
    for (const { attributes } of tracer.testSpans) {
      const session = attributes['honeyhive.session_id'];
      const inputs = seen.get(session) ?? new Set();
      seen.set(session, inputs.add(attributes['honeyhive_inputs.n']));
    }
    expect(tracer.testSpans).toHaveLength(3_000);
    expect(ids.map((id) => [...(seen.get(id) ?? [])])).toEqual(ids.map((_, n) => [n]));
    const chunks = spansNamed(tracer, 'Desk.answer').map(({ attributes: a }) => [
      a['honeyhive_metadata.chunk2'],
      a['honeyhive_inputs.n'],
    ]);
    expect(chunks.every(([chunk, n]) => chunk === n)).toBe(true);
  });

  it('a generator keeps the session it was started in, whoever consumes it', async () => {
    class Stream {
      @Trace()
      async *tokens(): AsyncGenerator<number> {
        tracer.trace('token', () => 1);
        yield 1;
      }
    }
    const id = await withSession({}, async (session) => {
      const stream = new Stream().tokens();
      return withSession({}, async () => {
        for await (const _ of stream);
        return session.sessionId;
      });
    });
    expect([sessionOf('Stream.tokens'), sessionOf('token')]).toEqual([id, id]);
  });

  it('of one tracer says nothing of the sessions of another', async () => {
    const other = createTestTracer();
    other.withSession({}, (session) => {
      tracer.trace('mine', () => 1);
      other.trace('theirs', () => 1);
      expect(spansNamed(other, 'theirs')[0]?.attributes['honeyhive.session_id']).toBe(session.sessionId);
    });
    expect(sessionOf('mine')).toBe(tracer.sessionId);
    await other.close();
  });

  it('without a tracer the work runs all the same', async () => {
    await tracer.close();
    const seen = await withSession({}, async (session) => {
      await session.enrich({ k: 1 });
      return session.sessionId;
    });
    expect(seen).toMatch(/^[0-9a-f-]{36}$/);
  });
});

describe('over the wire', () => {
  let wire: Wire;
  beforeEach(async () => {
    wire = await startWire();
  });
  afterEach(() => wire.close());

  it('starts the session with its data, and its spans carry it', async () => {
    const sending = wire.tracer({ sessionName: 'own', project: 'p', source: 'unit' });
    const options = { sessionName: 'chat', inputs: { q: 1 }, metadata: { m: 1 }, userProperties: { user_id: 'u1' } };
    const id = sending.withSession(options, (session) => sending.trace('turn', () => session.sessionId));
    await sending.flush();
    expect(wire.starts()).toContainEqual({
      session_id: id,
      session_name: 'chat',
      source: 'unit',
      project: 'p',
      inputs: { q: 1 },
      metadata: { m: 1 },
      user_properties: { user_id: 'u1' },
    });
    expect(wire.span('turn').attributes).toMatchObject({ 'honeyhive.session_id': str(id) });
  });

  it('asks for a session of withAttributes that nobody started here, and not for the one at hand', async () => {
    const sending = wire.tracer();
    const id = 'aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa';
    sending.withAttributes({ sessionId: id }, () => sending.trace('theirs', () => 1));
    sending.withAttributes({ sessionId: sending.sessionId }, () => sending.trace('ours', () => 1));
    await sending.flush();
    expect(under(wire.span('theirs'), 'honeyhive.session')).toEqual({
      'honeyhive.session_id': str(id),
      'honeyhive.session_auto_create': bool(true),
    });
    expect(under(wire.span('ours'), 'honeyhive.session')).toEqual({ 'honeyhive.session_id': str(sending.sessionId) });
  });
});

describe('what withSession is given', () => {
  const boom = (): never => {
    throw new Error('boom');
  };
  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['a text', 'text'],
    [
      'a getter that throws',
      {
        get sessionName() {
          return boom();
        },
        get inputs() {
          return boom();
        },
      },
    ],
    ['an id that is none', { sessionId: Object.create(null) }],
    ['an object that cannot be looked into', new Proxy({}, { ownKeys: boom, get: boom })],
  ])('never throws: %s', async (_what, options) => {
    const off = createTestTracer({ disabled: true });
    const wire = await startWire();
    for (const each of [tracer, wire.tracer(), wire.tracer({ sessionApi: false }), off]) {
      expect(each.withSession(options as object, ({ sessionId }) => sessionId)).toMatch(/^[0-9a-f-]{36}$/);
    }
    await Promise.all([off.close(), wire.close()]);
  });

  it('keeps the id that was given where nothing is traced', async () => {
    const off = createTestTracer({ disabled: true });
    const id = 'aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa';
    expect(off.withSession({ sessionId: id }, ({ sessionId }) => sessionId)).toBe(id);
    expect(off.withSession({ session_id: id.toUpperCase() }, ({ sessionId }) => sessionId)).toBe(id);
    await off.close();
  });
});

describe('withAttributes', () => {
  it('leaves out null, and of what throws that alone', () => {
    const given = {
      user_id: null,
      session_id: null,
      metadata: { a: 1 },
      tags: ['a', null, 7, Object.create(null)],
      get attributes(): never {
        throw new Error('boom');
      },
      promptTemplate: {
        get version(): never {
          throw new Error('boom');
        },
        template: 'Hello {name}',
      },
    };
    withAttributes(given as never, () => tracer.trace('call', () => 1));
    const { attributes } = spansNamed(tracer, 'call')[0] as { attributes: Record<string, unknown> };
    expect(attributes).toMatchObject({
      attributes: '[Throws: boom]',
      metadata: '{"a":1}',
      'honeyhive_metadata.a': 1,
      'tag.tags': ['a', '7', '{}'],
      'llm.prompt_template.template': 'Hello {name}',
      'llm.prompt_template.version': '[Throws: boom]',
      'honeyhive.session_id': tracer.sessionId,
    });
    for (const key of ['user.id', 'session.id', 'honeyhive_user_properties.user_id']) {
      expect(attributes).not.toHaveProperty([key]);
    }
  });

  it('puts both spellings of everything on every span inside, those of instrumentations too', () => {
    const given = {
      userId: 'u1',
      sessionId: 'aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa',
      metadata: { feature: 'chat', nested: { n: 1 }, password: 'hunter2' },
      tags: ['a', 'b'],
      promptTemplate: { template: 'Hello {name}', version: 'v2', variables: { name: 'Ada' } },
      attributes: { 'app.version': '2.1', 'app.flags': { beta: true } },
    };
    const expected = {
      'user.id': 'u1',
      'honeyhive_user_properties.user_id': 'u1',
      'session.id': given.sessionId,
      'honeyhive.session_id': given.sessionId,
      'traceloop.association.properties.session_id': given.sessionId,
      metadata: '{"feature":"chat","nested":{"n":1},"password":"[REDACTED]"}',
      'honeyhive_metadata.feature': 'chat',
      'honeyhive_metadata.nested.n': 1,
      'honeyhive_metadata.password': '[REDACTED]',
      'tag.tags': ['a', 'b'],
      'llm.prompt_template.template': 'Hello {name}',
      'llm.prompt_template.version': 'v2',
      'llm.prompt_template.variables': '{"name":"Ada"}',
      'app.version': '2.1',
      'app.flags': '{"beta":true}',
    };
    withAttributes(given, () => {
      tracer.provider.getTracer('openai').startActiveSpan('chat', (span) => {
        tracer.trace('inside', () => 1);
        span.end();
      });
    });
    tracer.trace('outside', () => 1);
    expect(spansNamed(tracer, 'chat')[0]?.attributes).toMatchObject(expected);
    expect(spansNamed(tracer, 'inside')[0]?.attributes).toMatchObject(expected);
    expect(Object.keys(spansNamed(tracer, 'outside')[0]?.attributes ?? {})).not.toContain('user.id');
  });

  it('keeps what there is where a part of it is wrong', () => {
    withAttributes({ userId: 'u1', tags: 'one' as never, promptTemplate: null as never }, () =>
      tracer.trace('x', () => 1),
    );
    expect(spansNamed(tracer, 'x')[0]?.attributes).toMatchObject({ 'user.id': 'u1', 'tag.tags': ['one'] });
  });

  it('nests, the inner one wins by key; other spellings and a bare template work', async () => {
    const other = { user_id: 'u2', session_id: 'bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb', prompt_template: 'Hi' };
    await withAttributes({ userId: 'u1', tags: ['kept'], metadata: { a: 1, b: 1 } }, async () => {
      await Promise.resolve();
      withAttributes({ ...other, metadata: { b: 2 } }, () => tracer.trace('inside', () => 1));
    });
    expect(spansNamed(tracer, 'inside')[0]?.attributes).toMatchObject({
      'user.id': 'u2',
      'honeyhive.session_id': other.session_id,
      'tag.tags': ['kept'],
      'honeyhive_metadata.a': 1,
      'honeyhive_metadata.b': 2,
      'llm.prompt_template.template': 'Hi',
    });
  });

  it('runs the work whatever it is given, and gives what it gives', () => {
    const thrown = new Error('mine');
    for (const given of [
      null,
      undefined,
      5,
      { tags: 5 },
      { promptTemplate: 7 },
      { metadata: 1 },
      { attributes: 's' },
    ]) {
      expect(withAttributes(given as never, () => tracer.trace('any', () => 'value'))).toBe('value');
    }
    expect(() =>
      withAttributes({}, () => {
        throw thrown;
      }),
    ).toThrow(thrown);
    expect(spansNamed(tracer, 'any')).toHaveLength(7);
  });
});
