import { enrichSpan, HoneyHiveTracer, Trace, TraceClass } from 'honeyhive-decorators';
import { createTestTracer, spanTree } from 'honeyhive-decorators/testing';

const warnings: string[] = [];
beforeEach(() => {
  warnings.length = 0;
  jest.spyOn(process.stderr, 'write').mockImplementation((text) => warnings.push(String(text)) > 0);
});
afterEach(() => jest.restoreAllMocks());

const wrongTracers: [string, () => unknown, string][] = [
  [
    'throws',
    () => {
      throw new Error('lookup');
    },
    'lookup',
  ],
  ['gives a promise', async () => undefined, 'promise'],
  ['gives something else', () => 42, 'no HoneyHiveTracer'],
];

describe('which tracer a call uses', () => {
  it('asks the function at every call, with the right this, also for statics', async () => {
    const tracer = createTestTracer();
    class Service {
      static tracer: HoneyHiveTracer | undefined;
      tracer: HoneyHiveTracer | undefined;
      @Trace({ tracer: (self) => self.tracer })
      run(): number {
        return 1;
      }
      @Trace({ tracer: (self) => self.tracer })
      static make(): number {
        return 2;
      }
    }
    const service = new Service();
    expect(service.run() + service.run() + Service.make()).toBe(4);
    expect(tracer.testSpans).toHaveLength(0);
    expect(warnings.filter((line) => line.includes('Service.run'))).toHaveLength(1);
    service.tracer = tracer;
    Service.tracer = tracer;
    service.run();
    Service.make();
    expect(tracer.testSpans.map((span) => span.name)).toEqual(['Service.run', 'Service.make']);
    await tracer.close();
  });

  it.each(wrongTracers)('runs untraced, with one warning, where it %s', async (_what, ref, text) => {
    const other = createTestTracer();
    class Lost {
      @Trace({ tracer: ref as never })
      [`run_${text.replace(/\W/g, '')}`](): number {
        return 5;
      }
    }
    const lost = new Lost() as unknown as Record<string, () => number>;
    const name = `run_${text.replace(/\W/g, '')}`;
    expect(lost[name]?.()).toBe(5);
    expect(lost[name]?.()).toBe(5);
    expect(other.testSpans).toHaveLength(0);
    expect(warnings.filter((line) => line.includes(text))).toHaveLength(1);
    await other.close();
  });

  it('asks the function when there is no tracer yet: it may make the first', async () => {
    let made: HoneyHiveTracer | undefined;
    class Lazy {
      @Trace({
        tracer: () => {
          made ??= createTestTracer();
          return made;
        },
      })
      run(): number {
        return 1;
      }
    }
    expect(new Lazy().run()).toBe(1);
    expect(made?.testSpans.map((span) => span.name)).toEqual(['Lazy.run']);
    await made?.close();
  });

  it('asks a function that uses what is traced once a call, and makes no span of what it uses', async () => {
    const tracer = createTestTracer();
    let asked = 0;
    @TraceClass({ tracer: (self) => self.getTracer() })
    class Service {
      getTracer(): HoneyHiveTracer {
        asked += 1;
        return tracer;
      }
      run(): string {
        return 'ran';
      }
    }
    const service = new Service();
    expect([service.run(), asked]).toEqual(['ran', 1]);
    expect(tracer.testSpans.map((span) => span.name)).toEqual(['Service.run']);
    expect([service.getTracer() === tracer, asked]).toEqual([true, 3]);
    expect(tracer.testSpans.map((span) => span.name)).toEqual(['Service.run', 'Service.getTracer']);
    await tracer.close();
  });

  it('takes a tracer made after the class was decorated', async () => {
    class Early {
      @Trace
      run(): number {
        return 1;
      }
    }
    const early = new Early();
    early.run();
    const tracer = createTestTracer();
    early.run();
    expect(tracer.testSpans).toHaveLength(1);
    await tracer.close();
    early.run();
    expect(tracer.testSpans).toHaveLength(1);
  });

  it('keeps the traces of two tracers whole and apart', async () => {
    const a = createTestTracer({ sessionName: 'a' });
    const b = createTestTracer({ sessionName: 'b' });
    class Mixed {
      @Trace({ tracer: a })
      outer(): void {
        enrichSpan({ where: 'outer' });
        this.middle();
      }
      @Trace({ tracer: b })
      middle(): void {
        enrichSpan({ where: 'middle' });
        this.inner();
      }
      @Trace({ tracer: a })
      inner(): void {
        this.untold();
      }
      @Trace
      untold(): void {
        a.enrichSpan({ told: true });
      }
    }
    new Mixed().outer();
    const [rootA, ...moreA] = spanTree(a);
    expect([rootA?.span.name, rootA?.children[0]?.span.name, rootA?.children[0]?.children[0]?.span.name]).toEqual([
      'Mixed.outer',
      'Mixed.inner',
      'Mixed.untold',
    ]);
    expect(moreA).toEqual([]);
    expect(b.testSpans.map((span) => [span.name, span.parentSpanContext])).toEqual([['Mixed.middle', undefined]]);
    expect(rootA?.span.spanContext().traceId).not.toBe(b.testSpans[0]?.spanContext().traceId);
    expect(rootA?.span.attributes['honeyhive.session_id']).toBe(a.sessionId);
    expect(b.testSpans[0]?.attributes['honeyhive.session_id']).toBe(b.sessionId);
    expect(b.testSpans[0]?.attributes['honeyhive_metadata.where']).toBe('middle');
    await Promise.all([a.close(), b.close()]);
  });

  it('leaves out what runs inside a call that is not sampled', async () => {
    const tracer = createTestTracer();
    let captures = 0;
    class Hot {
      @Trace({ sampleRate: 0, tracer, captureInputs: () => captures++ })
      outer(): string {
        return this.inner();
      }
      @Trace({ tracer })
      inner(): string {
        return 'done';
      }
    }
    expect(new Hot().outer()).toBe('done');
    expect([tracer.testSpans.length, captures]).toEqual([0, 0]);
    await tracer.close();
  });

  it('samples whole traces by their id', async () => {
    const tracer = createTestTracer({ sampleRate: 0.5 });
    class Half {
      @Trace({ tracer })
      outer(): void {
        this.inner();
      }
      @Trace({ tracer })
      inner(): void {}
    }
    const half = new Half();
    for (let i = 0; i < 400; i++) half.outer();
    const roots = spanTree(tracer);
    expect(roots.length).toBeGreaterThan(120);
    expect(roots.length).toBeLessThan(280);
    expect(roots.every((root) => root.span.name === 'Half.outer' && root.children.length === 1)).toBe(true);
    await tracer.close();
  });

  it('gives blocks a span, with a callback and with using', async () => {
    const tracer = createTestTracer();
    const value = tracer.trace('block', (span) => {
      span.setAttribute('own', 1);
      using inner = tracer.startSpan('inner', { eventType: 'chain' });
      enrichSpan({ seen: true });
      expect(inner.isRecording()).toBe(true);
      return 7;
    });
    expect(value).toBe(7);
    expect(() =>
      tracer.trace('failing', () => {
        throw new RangeError('x');
      }),
    ).toThrow(RangeError);
    const [block, failing] = spanTree(tracer);
    expect(block?.span.attributes).toMatchObject({ own: 1, 'honeyhive_outputs.result': 7 });
    expect(block?.children.map((child) => child.span.attributes)).toMatchObject([
      { honeyhive_event_type: 'chain', 'honeyhive_metadata.seen': true, honeyhive_duration_ms: expect.any(Number) },
    ]);
    expect(failing?.span.attributes).toMatchObject({
      honeyhive_error_type: 'RangeError',
      honeyhive_duration_ms: expect.any(Number),
    });
    expect(HoneyHiveTracer.default).toBe(tracer);
    await tracer.close();
    expect(HoneyHiveTracer.default).toBeUndefined();
  });
});
