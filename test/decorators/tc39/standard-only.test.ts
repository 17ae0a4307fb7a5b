import { ATrace, type HoneyHiveTracer, isHoneyHiveError, Trace } from 'honeyhive-decorators';
import { createTestTracer } from 'honeyhive-decorators/testing';

let tracer: HoneyHiveTracer;
beforeEach(() => {
  tracer = createTestTracer();
});
afterEach(() => tracer.close());

describe('members that only standard decorators reach', () => {
  it('traces private methods, static ones too, and private accessors', () => {
    class Safe {
      @Trace()
      #open(code: number): number {
        return code;
      }
      @Trace()
      static #made(): string {
        return 'made';
      }
      @Trace()
      get #level(): number {
        return 3;
      }
      run(): string {
        return `${this.#open(1)} ${Safe.#made()} ${this.#level}`;
      }
    }
    expect(new Safe().run()).toBe('1 made 3');
    expect(tracer.testSpans.map((span) => [span.name, span.attributes['honeyhive_inputs.code']])).toEqual([
      ['Safe.#open', 1],
      ['Safe.#made', undefined],
      ['Safe.#level', undefined],
    ]);
  });

  it('traces arrow-function fields with their own this, private ones too', async () => {
    class Handlers {
      prefix = 'p';
      @Trace({ eventType: 'chain' })
      onEvent = (name: string): string => `${this.prefix}:${name}`;
      @ATrace()
      #later = async (n: number): Promise<number> => n + 1;
      go(): Promise<number> {
        return this.#later(1);
      }
    }
    const { onEvent } = new Handlers();
    expect(onEvent('x')).toBe('p:x');
    expect(await new Handlers().go()).toBe(2);
    expect(tracer.testSpans.map((span) => span.name)).toEqual(['Handlers.onEvent', 'Handlers.#later']);
  });

  it('traces an accessor keyword, reading and writing', () => {
    class Knob {
      @Trace()
      accessor level = 1;
    }
    const knob = new Knob();
    knob.level = 5;
    expect(knob.level).toBe(5);
    expect(
      tracer.testSpans.map((span) => [
        span.name,
        span.attributes['honeyhive_inputs.value'] ?? span.attributes['honeyhive_outputs.result'],
      ]),
    ).toEqual([
      ['Knob.level', 5],
      ['Knob.level', 5],
    ]);
  });

  it('fails loudly on a field that holds no function', () => {
    class Plain {
      // @ts-expect-error a plain field cannot be traced
      @Trace()
      count = 1;
    }
    expect(() => new Plain()).toThrow(/count.*number/);
    try {
      new Plain();
    } catch (thrown) {
      expect(isHoneyHiveError(thrown)).toBe(true);
    }
  });
});
