import { Writable } from 'node:stream';
import { runInNewContext } from 'node:vm';
import { context } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import fc from 'fast-check';
import { getLogger, type HoneyHiveLogger } from '../../src/logging/logger.js';
import { traceContext } from '../../src/logging/trace-context.js';

const SESSION = 'aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa';
const exporter = new InMemorySpanExporter();
const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
const tracer = provider.getTracer('test');

beforeAll(() => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
});
afterAll(() => context.disable());
beforeEach(() => exporter.reset());

/** A logger whose lines are kept, parsed. */
function kept(options: { level?: string; spanEvents?: boolean } = {}): {
  logger: HoneyHiveLogger;
  lines: Record<string, unknown>[];
  text: () => string;
} {
  const raw: string[] = [];
  const destination = new Writable({
    write(chunk: Buffer, _encoding, done) {
      raw.push(String(chunk));
      done();
    },
  });
  return {
    logger: getLogger('orders', { destination, ...options }),
    get lines() {
      return raw.map((line) => JSON.parse(line) as Record<string, unknown>);
    },
    text: () => raw.join(''),
  };
}

function inSpan<T>(
  work: () => T,
  attributes: Record<string, string | number | boolean> = {},
): { value: T; traceId: string; spanId: string } {
  return tracer.startActiveSpan('work', { attributes: { 'honeyhive.session_id': SESSION, ...attributes } }, (span) => {
    const { traceId, spanId } = span.spanContext();
    const value = work();
    span.end();
    return { value, traceId, spanId };
  });
}

describe('a line', () => {
  it('carries the ids and the enrichment of the active span', () => {
    const out = kept();
    const { traceId, spanId } = inSpan(() => out.logger.info('placed', { orderId: 7 }), {
      'honeyhive_metadata.user_id': 'u1',
      'honeyhive_metrics.score': 0.5,
      'honeyhive_feedback.ok': true,
      'honeyhive_user_properties.plan': 'pro',
      'honeyhive_config.model.name': 'm',
      'honeyhive_inputs.question': 'long',
      'honeyhive_outputs.result': 'long',
    });
    expect(out.lines).toHaveLength(1);
    expect(out.lines[0]).toMatchObject({
      level: 30,
      name: 'orders',
      msg: 'placed',
      orderId: 7,
      trace_id: traceId,
      span_id: spanId,
      session_id: SESSION,
      metadata: { user_id: 'u1' },
      metrics: { score: 0.5 },
      feedback: { ok: true },
      user_properties: { plan: 'pro' },
      config: { 'model.name': 'm' },
    });
    expect(out.text()).not.toContain('long');
  });

  it('works outside a span', () => {
    const out = kept();
    out.logger.info('alone');
    expect(out.lines[0]).toMatchObject({ msg: 'alone' });
    expect(out.lines[0]).not.toHaveProperty('trace_id');
  });

  it('leaves fields of the caller as they are, and merges those beside enrichment', () => {
    const out = kept();
    inSpan(() => out.logger.info('x', { metadata: { own: 1 }, session_id: 'mine' }), { 'honeyhive_metadata.a': 2 });
    expect(out.lines[0]).toMatchObject({ metadata: { a: 2, own: 1 }, session_id: 'mine' });
  });

  it('bounds enrichment', () => {
    const out = kept();
    const many = Object.fromEntries(
      Array.from({ length: 100 }, (_, i) => [`honeyhive_metadata.k${i}`, 'x'.repeat(5_000)]),
    );
    inSpan(() => out.logger.info('x'), many);
    expect(Object.keys(out.lines[0]?.metadata as object)).toHaveLength(64);
    expect(out.lines[0]?.enrichment_omitted).toBe(36);
    expect(out.text().length).toBeLessThan(80_000);
  });
});

describe('arguments', () => {
  it("come in either order, and pino's own way with values", () => {
    const out = kept();
    out.logger.info('a', { n: 1 });
    out.logger.info({ n: 2 }, 'b');
    out.logger.info({ n: 3 });
    out.logger.info('c %s %d', 'text', 4);
    out.logger.info({ n: 5 }, 'd %s', 'text');
    out.logger.info('100% sure', { n: 6 });
    out.logger.info('e %o', { n: 7 });
    expect(out.lines.map(({ msg, n }) => ({ msg, n }))).toEqual([
      { msg: 'a', n: 1 },
      { msg: 'b', n: 2 },
      { msg: undefined, n: 3 },
      { msg: 'c text 4', n: undefined },
      { msg: 'd text', n: 5 },
      { msg: '100% sure', n: 6 },
      { msg: 'e { n: 7 }', n: undefined },
    ]);
  });

  it('may be an error, with its stack and cause', () => {
    const out = kept();
    const error = new TypeError('broken', { cause: new Error('deeper') });
    out.logger.error(error);
    out.logger.error('failed', error);
    out.logger.error({ err: error, n: 1 }, 'failed');
    out.logger.exception(error);
    out.logger.exception(error, 'while saving', { n: 2 });
    expect(out.lines.map((l) => [l.level, l.msg, l.n])).toEqual([
      [50, 'broken', undefined],
      [50, 'failed', undefined],
      [50, 'failed', 1],
      [50, 'broken', undefined],
      [50, 'while saving', 2],
    ]);
    for (const line of out.lines) {
      expect(line.err).toMatchObject({ type: 'TypeError', message: 'broken' });
      expect((line.err as { stack: string }).stack).toContain('logger.test');
      expect(JSON.stringify(line.err)).toContain('deeper');
    }
  });

  it('take the error first or the message first, with fields', () => {
    const out = kept();
    const { logger } = out;
    const error = new TypeError('broken');
    logger.exception('while saving', error);
    logger.exception('while saving', error, { n: 1 });
    logger.exception('while saving', { n: 2 }, error);
    logger.exception(error, { n: 3 });
    logger.exception(error, undefined, { n: 4 });
    logger.exception('no error here', { n: 5 });
    logger.exception('odd', 7, { n: 6 });
    logger.exception('odd', { code: 'E' }, { n: 7 });
    logger.exception('thrown text', 'while saving', { n: 8 });
    logger.exception('odd', null);
    expect(out.lines.map((l) => [l.level, l.msg, l.n, (l.err as { message: unknown } | undefined)?.message])).toEqual([
      [50, 'while saving', undefined, 'broken'],
      [50, 'while saving', 1, 'broken'],
      [50, 'while saving', 2, 'broken'],
      [50, 'broken', 3, 'broken'],
      [50, 'broken', 4, 'broken'],
      [50, 'no error here', 5, undefined],
      [50, 'odd', 6, 7],
      [50, 'odd', 7, { code: 'E' }],
      [50, 'while saving', 8, 'thrown text'],
      [50, 'odd', undefined, null],
    ]);
    expect(out.lines[1]?.err).toMatchObject({ type: 'TypeError', stack: expect.stringContaining('logger.test') });
  });

  it('take errors of another realm for errors', () => {
    const out = kept();
    const foreign: unknown = runInNewContext("new RangeError('from a vm')");
    out.logger.exception('while saving', foreign);
    out.logger.exception(foreign);
    out.logger.error('while saving', foreign as object);
    out.logger.error(foreign as object);
    expect(out.lines.map((l) => l.msg)).toEqual(['while saving', 'from a vm', 'while saving', 'from a vm']);
    for (const line of out.lines) expect(line.err).toMatchObject({ type: 'RangeError', message: 'from a vm' });
  });

  it('may be thrown values of any kind', () => {
    const out = kept();
    for (const thrown of ['text', null, undefined, 7, { code: 'E' }]) out.logger.exception(thrown);
    expect(out.lines).toHaveLength(5);
    expect(out.lines[0]).toMatchObject({ msg: 'text', err: { type: 'string', message: 'text' } });
    expect(out.lines[4]).toMatchObject({ err: { message: { code: 'E' } } });
  });

  it('never make a call throw, and always make one line', () => {
    const hostile: unknown = new Proxy(
      {},
      {
        ownKeys: () => {
          throw new Error('no');
        },
      },
    );
    const noPrototype: unknown = new Proxy(
      {},
      {
        getPrototypeOf: () => {
          throw new Error('no');
        },
      },
    );
    const cases: unknown[] = [
      hostile,
      noPrototype,
      {
        get bad(): never {
          throw new Error('no');
        },
      },
      {
        toJSON() {
          throw new Error('no');
        },
      },
      Object.defineProperty(new Error('x'), 'message', {
        get() {
          throw new Error('no');
        },
      }),
      Symbol('s'),
      10n,
      () => 1,
    ];
    const out = kept();
    const log = out.logger.info as (...args: unknown[]) => void;
    for (const value of cases) {
      log.call(out.logger, value);
      log.call(out.logger, 'message', value);
      log.call(out.logger, 'message %s %o', value, value);
      out.logger.exception(value, 'x', value as object);
      out.logger.exception('x', value, value as object);
    }
    expect(out.lines).toHaveLength(cases.length * 5);
    const inherited = JSON.parse('{"valueOf":"a","constructor":{"b":1},"toString":null,"__proto__":{"c":1},"own":2}');
    log.call(out.logger, inherited, 'message');
    out.logger.child(inherited).info('message');
    for (const line of out.lines.splice(-2)) {
      const { own, other, msg } = line;
      expect({ own, other: JSON.stringify(other), msg }).toEqual({
        own: 2,
        other: '{"valueOf":"a","constructor":{"b":1},"toString":null,"__proto__":{"c":1}}',
        msg: 'message',
      });
    }
    fc.assert(
      fc.property(
        fc.array(fc.anything({ withBigInt: true, withDate: true, withMap: true, withNullPrototype: true }), {
          maxLength: 3,
        }),
        (args) => {
          const before = out.lines.length;
          log.apply(out.logger, args);
          (out.logger.exception as (...given: unknown[]) => void)(...args);
          expect(out.lines).toHaveLength(before + 2);
        },
      ),
      { numRuns: 50 },
    );
  });
});

describe('secrets', () => {
  it('are masked in fields, messages, values, errors and bindings', () => {
    const out = kept();
    const secret = 'sk-proj-abcdefghijklmnopqrstuvwxyz123456';
    out.logger.info('with key', { password: secret, deep: { apiKey: secret }, total_tokens: 5 });
    out.logger.info(`the key is ${secret}`);
    out.logger.info('the key is %s', secret);
    out.logger.info('the object is %o', { password: secret });
    out.logger.exception(new Error(`refused ${secret}`));
    out.logger.child({ authorization: secret }).info('child');
    out.logger.child({ a: 1 }).child({ deep: { secret } }).info('grandchild');
    expect(out.lines).toHaveLength(7);
    expect(out.text()).not.toContain(secret);
    expect(out.lines[0]).toMatchObject({ password: '[REDACTED]', total_tokens: 5 });
  });
});

describe('levels', () => {
  const before = process.env.HH_LOG_LEVEL;
  afterEach(() => {
    if (before === undefined) delete process.env.HH_LOG_LEVEL;
    else process.env.HH_LOG_LEVEL = before;
  });

  it('are info unless HH_LOG_LEVEL or the option say otherwise', () => {
    delete process.env.HH_LOG_LEVEL;
    expect(kept().logger.level).toBe('info');
    process.env.HH_LOG_LEVEL = 'WARNING';
    expect(kept().logger.level).toBe('warn');
    expect(kept({ level: 'debug' }).logger.level).toBe('debug');
    process.env.HH_LOG_LEVEL = 'loud';
    const stderr = jest.spyOn(process.stderr, 'write').mockImplementation(() => true);
    expect(kept().logger.level).toBe('info');
    expect(String(stderr.mock.calls[0]?.[0])).toContain('HH_LOG_LEVEL "loud"');
    stderr.mockRestore();
  });

  it('drop what is below, and have warning as another name', () => {
    const out = kept({ level: 'warn' });
    out.logger.debug('no');
    out.logger.info('no');
    out.logger.warn('yes');
    out.logger.warning('yes', { n: 1 });
    out.logger.error('yes');
    expect(out.lines.map((l) => [l.level, l.msg])).toEqual([
      [40, 'yes'],
      [40, 'yes'],
      [50, 'yes'],
    ]);
  });
});

it('a child keeps its bindings, the ids and the further methods', () => {
  const out = kept();
  const child = out.logger.child({ request: 'r1' });
  const { traceId } = inSpan(() => {
    child.warning('w');
    child.exception(new Error('e'));
  });
  expect(out.lines).toMatchObject([
    { msg: 'w', request: 'r1', trace_id: traceId, name: 'orders' },
    { msg: 'e', request: 'r1', trace_id: traceId, session_id: SESSION },
  ]);
});

it('the same name gives the same logger', () => {
  expect(getLogger('same')).toBe(getLogger('same'));
  expect(getLogger('same')).not.toBe(getLogger('other'));
});

it('lines can be copied to the span as events', () => {
  const out = kept({ spanEvents: true });
  inSpan(() => out.logger.warn('careful', { n: 1, deep: { a: [1] }, password: 'hunter2' }));
  out.logger.warn('outside');
  const [span] = exporter.getFinishedSpans();
  expect(span?.events.map(({ name, attributes }) => ({ name, attributes }))).toEqual([
    {
      name: 'log',
      attributes: {
        'log.severity': 'warn',
        'log.message': 'careful',
        'log.n': 1,
        'log.deep': '{"a":[1]}',
        'log.password': '[REDACTED]',
      },
    },
  ]);
});

describe('traceContext', () => {
  it('gives the ids to any other logger', () => {
    const { value, traceId, spanId } = inSpan(traceContext);
    expect(value).toEqual({ trace_id: traceId, span_id: spanId, session_id: SESSION });
  });

  it('is empty outside', () => {
    expect(traceContext()).toEqual({});
  });
});
