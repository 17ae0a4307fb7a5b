import { Writable } from 'node:stream';
import { enrichSpan, getLogger, type HoneyHiveTracer, Trace, traceContext, withSession } from 'honeyhive-decorators';
import { createTestTracer, spansNamed } from 'honeyhive-decorators/testing';

let tracer: HoneyHiveTracer;
let lines: Record<string, unknown>[];
const destination = (): Writable =>
  new Writable({
    write(chunk, _encoding, done) {
      lines.push(JSON.parse(String(chunk)) as Record<string, unknown>);
      done();
    },
  });
beforeEach(() => {
  lines = [];
  tracer = createTestTracer();
});
afterEach(() => tracer.close());

const ids = (name: string): object => {
  const span = spansNamed(tracer, name)[0];
  const { traceId, spanId } = span?.spanContext() ?? {};
  return { trace_id: traceId, span_id: spanId, session_id: span?.attributes['honeyhive.session_id'] };
};

it('a line inside a decorated method carries its ids, its session, and what enrichSpan has set so far', async () => {
  const logger = getLogger('orders', { destination: destination(), spanEvents: true });
  class Orders {
    @Trace()
    async place(id: string): Promise<void> {
      enrichSpan({ user: { id: 'u1' }, metrics: { items: 2 }, password: 'hunter2' });
      logger.info('placing', { id });
      await new Promise((resolve) => setImmediate(resolve));
      enrichSpan({ 'operation.logged': true });
      logger.child({ step: 2 }).warning('placed late');
      logger.exception(new RangeError('out of stock'));
    }
  }
  const sessionId = await withSession({}, async (session) => {
    await new Orders().place('o1');
    return session.sessionId;
  });
  const [first, second, third] = lines;
  for (const line of lines)
    expect(line).toMatchObject({ ...ids('Orders.place'), session_id: sessionId, name: 'orders' });
  expect(first).toMatchObject({
    msg: 'placing',
    id: 'o1',
    metadata: { 'user.id': 'u1', password: '[REDACTED]' },
    metrics: { items: 2 },
  });
  expect(second).toMatchObject({ level: 40, step: 2, metadata: { 'operation.logged': true } });
  expect(third).toMatchObject({ level: 50, msg: 'out of stock', err: { type: 'RangeError' } });
  const events = spansNamed(tracer, 'Orders.place')[0]?.events ?? [];
  expect(events.map(({ attributes }) => attributes?.['log.message'])).toEqual([
    'placing',
    'placed late',
    'out of stock',
  ]);
});

it('outside of a span a line has the session, and no trace', () => {
  getLogger('alone', { destination: destination() }).info('started');
  expect(lines).toMatchObject([{ msg: 'started', session_id: tracer.sessionId }]);
  expect(lines[0]).not.toHaveProperty('trace_id');
});

describe('traceContext', () => {
  it('gives the ids of the innermost span and session, after awaits too', async () => {
    const seen: object[] = [];
    await tracer.trace('outer', async () => {
      tracer.trace('inner', () => seen.push(traceContext()));
      await Promise.resolve();
      seen.push(traceContext());
    });
    expect(seen).toEqual([ids('inner'), ids('outer')]);
  });

  it('gives the session alone outside of a span, and nothing without a tracer', async () => {
    expect(traceContext()).toEqual({ session_id: tracer.sessionId });
    withSession({}, ({ sessionId }) => expect(traceContext()).toEqual({ session_id: sessionId }));
    await tracer.close();
    expect(traceContext()).toEqual({});
  });

  it('in the context of a request gives its trace and session', () => {
    const headers = tracer.trace('caller', () => tracer.inject());
    tracer.withRemoteContext(headers, () => expect(traceContext()).toEqual(ids('caller')));
  });
});
