import { trace } from '@opentelemetry/api';
import { Evaluate, HoneyHiveTracer, Trace } from 'honeyhive-decorators';
import { createTestTracer } from 'honeyhive-decorators/testing';
import { startWire, type Wire } from '../wire/support.js';

let wire: Wire;
beforeEach(async () => {
  wire = await startWire();
});
afterEach(() => wire.close());

/** A processor of the program's that keeps what it is told. */
function recorder(more: { shutdown?: () => Promise<void> } = {}) {
  const ended: string[] = [];
  const atFlush: string[][] = [];
  return {
    ended,
    atFlush,
    onStart() {},
    onEnd: (span: { name: string }) => void ended.push(span.name),
    async forceFlush() {
      atFlush.push([...ended]);
    },
    shutdown: async () => undefined,
    ...more,
  };
}

describe('close', () => {
  it('keeps time to send the spans whose evaluators do not answer in time', async () => {
    const tracer = wire.tracer();
    class Desk {
      @Evaluate({ tracer, evaluator: () => new Promise(() => undefined) })
      answer() {
        return 'yes';
      }
    }
    new Desk().answer();
    expect(await tracer.close({ timeoutMs: 1_000 })).toMatchObject({ delivered: 1, dropped: { count: 0 } });
    expect(wire.span('Desk.answer').attributes).toMatchObject({ 'honeyhive_outputs.result': { string: 'yes' } });
  });

  it('ends a flush that waits beside it', async () => {
    wire.receiver.answer = (_request, response) => {
      response.writeHead(503).end();
      return true;
    };
    const tracer = wire.tracer();
    tracer.trace('stuck', () => 1);
    const flush = tracer.flush({ timeoutMs: 25_000 });
    await tracer.close({ timeoutMs: 100 });
    expect(await flush).toMatchObject({ pending: 0 });
  }, 10_000);
});

describe('flush', () => {
  it('gives what evaluators held back to the processors of the program before it flushes them', async () => {
    const own = recorder();
    const tracer = wire.tracer({ spanProcessors: [own as never] });
    let answer = (): void => undefined;
    const judged = new Promise<number>((resolve) => {
      answer = () => resolve(1);
    });
    class Desk {
      @Evaluate({ tracer, evaluator: () => judged })
      answer() {
        return 'yes';
      }
    }
    new Desk().answer();
    const flushed = tracer.flush({ timeoutMs: 5_000 });
    setImmediate(answer);
    await flushed;
    expect(own.atFlush.at(-1)).toEqual(['Desk.answer']);
  });
});

describe('a tracer that is disabled, or closed', () => {
  it.each([true, false])('leaves the spans of others alone (disabled: %p)', async (disabled) => {
    const outside = createTestTracer();
    const tracer = wire.tracer({ disabled });
    if (!disabled) await tracer.close();
    outside.trace('outer', () => {
      tracer.trace('inner', (span) => span.setAttribute('foreign', true));
      const active = tracer.startSpan('active');
      active.setAttribute('foreign', true);
      outside.trace('child', () => 1);
      active.end();
    });
    const [child, outer] = outside.testSpans;
    expect(outer?.attributes).not.toHaveProperty('foreign');
    expect(child?.parentSpanContext?.spanId).toBe(outer?.spanContext().spanId);
    await outside.close();
  });
});

describe('the tracer that libraries use', () => {
  const seats = (names: string[]) =>
    names.map((name) => ({ name, tracer: wire.tracer({ global: 'auto', sessionApi: false, source: name }) }));
  const sourceOf = (name: string) => wire.spans().find((span) => span.name === name)?.attributes['honeyhive.source'];

  it('is the next one when it closes, for a library that asked before it was there too', async () => {
    const early = trace.getTracer('library');
    const [first, second] = seats(['first', 'second']);
    early.startSpan('one').end();
    await first?.tracer.close();
    early.startSpan('two').end();
    trace.getTracer('other').startActiveSpan('three', (span) => span.end());
    await second?.tracer.close();
    early.startSpan('nobody').end();
    const [third] = seats(['third']);
    early.startSpan('four').end();
    trace.getTracer('late').startSpan('five').end();
    await third?.tracer.close();
    const sources = ['one', 'two', 'three', 'nobody', 'four', 'five'].map((name) => sourceOf(name));
    const text = (string: string) => ({ string });
    expect(sources).toEqual([text('first'), text('second'), text('second'), undefined, text('third'), text('third')]);
  });

  it('may be named, and leaves a provider of the program alone otherwise', async () => {
    const [first] = seats(['first']);
    const forced = wire.tracer({ global: true, sessionApi: false, source: 'forced' });
    trace.getTracer('library').startSpan('one').end();
    await forced.close();
    trace.getTracer('library').startSpan('two').end();
    await first?.tracer.close();
    expect([sourceOf('one'), sourceOf('two')]).toEqual([{ string: 'forced' }, { string: 'first' }]);

    const theirs = createTestTracer();
    trace.setGlobalTracerProvider(theirs.provider);
    const polite = HoneyHiveTracer.init({ testMode: true, handleExit: false });
    trace.getTracer('library').startSpan('theirs').end();
    await polite.close();
    trace.getTracer('library').startSpan('still theirs').end();
    expect(theirs.testSpans.map(({ name }) => name)).toEqual(['theirs', 'still theirs']);
    trace.disable();
    await theirs.close();
  });
});

describe('work that starts itself again from within', () => {
  const TURNS = 300;

  it('does not keep every span before it', async () => {
    const tracer = createTestTracer();
    class Poller {
      turn = 0;
      readonly done: () => void;
      constructor(done: () => void) {
        this.done = done;
      }
      @Trace({ tracer })
      poll() {
        this.turn += 1;
        if (this.turn < TURNS) setImmediate(() => this.poll());
        else this.done();
      }
    }
    await new Promise<void>((done) => new Poller(done).poll());
    const last = tracer.testSpans.at(-1);
    expect(tracer.testSpans).toHaveLength(TURNS);
    let kept = 0;
    for (let span = last?.outer; span !== undefined; span = span.outer) kept += 1;
    expect(kept).toBeLessThanOrEqual(2);
    expect(last?.parentSpanContext?.spanId).toBe(tracer.testSpans.at(-2)?.spanContext().spanId);
    await tracer.close();
  });

  it('keeps what was said last, however many scopes are round it', async () => {
    const tracer = createTestTracer();
    let turn = 0;
    await new Promise<void>((done) => {
      const next = (): void => {
        turn += 1;
        tracer.withAttributes({ userId: `u${turn}`, metadata: { turn } }, () => {
          if (turn === 20_000) {
            tracer.trace('last', () => 1);
            done();
          } else queueMicrotask(next);
        });
      };
      next();
    });
    expect(tracer.testSpans.at(-1)?.attributes).toMatchObject({
      'user.id': 'u20000',
      'honeyhive_metadata.turn': 20_000,
    });
    await tracer.close();
  });
});

it('a span that is given its end says how long it took by that', async () => {
  const tracer = createTestTracer();
  const span = tracer.startSpan('load');
  span.end(Date.now() + 5_000);
  const [recorded] = tracer.testSpans;
  const [seconds, nanos] = recorded?.duration ?? [0, 0];
  expect(recorded?.attributes.honeyhive_duration_ms).toBeCloseTo(seconds * 1e3 + nanos / 1e6, 0);
  await tracer.close();
});

it("a tracer's twins of functions work on their own, as those do", async () => {
  const tracer = createTestTracer();
  const { withSession, withAttributes, enrichSpan, enrichSession } = tracer;
  const sessionId = withSession({ sessionName: 'own' }, (session) =>
    withAttributes({ userId: 'u1' }, () => {
      tracer.trace('inside', () => enrichSpan({ k: 1 }));
      return session.sessionId;
    }),
  );
  await enrichSession({ k: 1 });
  expect(tracer.testSpans[0]?.attributes).toMatchObject({
    'honeyhive.session_id': sessionId,
    'user.id': 'u1',
    'honeyhive_metadata.k': 1,
  });
  await tracer.close();
});
