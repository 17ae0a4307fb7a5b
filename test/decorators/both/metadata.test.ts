import 'reflect-metadata';
import { Evaluate, getTraceMetadata, isHoneyHiveError, NoTrace, Trace, TraceClass, trace } from 'honeyhive-decorators';
import { createTestTracer, spanTree } from 'honeyhive-decorators/testing';

describe('what decorators attach and carry over', () => {
  it('can be read back, own and inherited, whichever way the decorators are ordered', () => {
    const short = (_input: unknown, output: unknown): boolean => String(output).length < 80;
    class Desk {
      @Trace({ eventType: 'chain' })
      @Evaluate(short)
      first(): string {
        return '';
      }
      @Evaluate({ evaluator: 'exact_match', includeInputs: false })
      @Trace({ eventType: 'model' })
      static second(): string {
        return '';
      }
      plain(): void {}
    }
    class Sub extends Desk {}
    expect(getTraceMetadata(Desk, 'first')).toEqual({
      trace: { eventType: 'chain' },
      evaluators: [{ evaluator: short }],
    });
    expect(getTraceMetadata(Sub, 'first')).toEqual(getTraceMetadata(Desk, 'first'));
    expect(getTraceMetadata(Desk, 'second')).toEqual({
      trace: { eventType: 'model' },
      evaluators: [{ evaluator: 'exact_match', includeInputs: false }],
    });
    expect(getTraceMetadata(Desk, 'plain')).toBeUndefined();
    expect(getTraceMetadata(Desk, 'absent')).toBeUndefined();
  });

  it('keeps name, length, source text, own properties and Reflect metadata of the function', () => {
    async function original(a: number, _b: string): Promise<number> {
      return a;
    }
    const tag = Symbol('tag');
    Object.assign(original, { route: '/x', [tag]: [1] });
    Reflect.defineMetadata('guards', ['admin'], original);
    const traced = trace(original) as typeof original & { route: string; [tag]: number[] };
    expect([traced.name, traced.length, traced.route, traced[tag]]).toEqual(['original', 2, '/x', [1]]);
    expect(traced.toString()).toBe(original.toString());
    expect(Reflect.getMetadata('guards', traced)).toEqual(['admin']);
    expect(Object.getPrototypeOf(traced)).toBe(Object.getPrototypeOf(original));
    expect(Object.keys(traced)).toEqual(Object.keys(original));
  });

  it('wraps once, however many decorators a member has', async () => {
    const tracer = createTestTracer();
    class Once {
      @Trace({ tracer })
      @Evaluate(() => 1)
      @Trace({ eventType: 'model' })
      run(): string {
        return 'x';
      }
    }
    new Once().run();
    await tracer.flush();
    expect(tracer.testSpans.map((span) => span.attributes.honeyhive_event_type)).toEqual(['model']);
    await tracer.close();
  });

  it('traces every public method of a class, statics and inherited ones too, and nothing else', async () => {
    const tracer = createTestTracer();
    class Base {
      inherited(): number {
        return 1;
      }
      static shared(): number {
        return 2;
      }
    }
    @TraceClass({ tracer, eventType: 'chain', exclude: ['toString'] })
    class Whole extends Base {
      own(): number {
        return this.inherited();
      }
      @Trace({ eventType: 'model' })
      special(): number {
        return 3;
      }
      @NoTrace
      quiet(): number {
        return 4;
      }
      _hidden(): number {
        return 5;
      }
      get size(): number {
        return 6;
      }
      override toString(): string {
        return 'whole';
      }
      static make(): Whole {
        return new Whole();
      }
    }
    const whole = Whole.make();
    expect(whole).toBeInstanceOf(Whole);
    expect(whole.own() + whole.special() + whole.quiet() + whole._hidden() + whole.size + Whole.shared()).toBe(21 - 0);
    expect(String(whole)).toBe('whole');
    new Base().inherited();
    expect(tracer.testSpans.map((span) => [span.name, span.attributes.honeyhive_event_type])).toEqual([
      ['Whole.make', 'chain'],
      ['Whole.inherited', 'chain'],
      ['Whole.own', 'chain'],
      ['Whole.special', 'model'],
      ['Whole.shared', 'chain'],
    ]);
    expect(spanTree(tracer).some((root) => root.span.name === 'Whole.own' && root.children.length === 1)).toBe(true);
    await tracer.close();
  });

  it('says what is wrong with a target, and what to do instead', () => {
    const frozen = Object.freeze(
      class Frozen {
        run(): void {}
      },
    );
    Object.freeze(frozen.prototype);
    const messages = [
      () => (TraceClass as (target: unknown) => void)(frozen),
      () => (Trace as unknown as (target: unknown) => void)(class Whole {}),
      () => trace(class Some {} as never),
      () => trace(7 as never),
      () => Evaluate({} as never),
      () =>
        (Trace as unknown as (value: unknown, context: unknown) => unknown)(class {}, { kind: 'class', name: 'Whole' }),
    ].map((wrong) => {
      try {
        wrong();
        return 'no error';
      } catch (thrown) {
        return isHoneyHiveError(thrown) ? thrown.message : `unbranded: ${String(thrown)}`;
      }
    });
    expect(messages[0]).toContain('Frozen.run');
    expect(messages[1]).toContain('class Whole');
    expect(messages[2]).toContain('@TraceClass');
    expect(messages[3]).toContain('number');
    expect(messages[4]).toContain('evaluator');
    expect(messages[5]).toContain('class');
  });
});
