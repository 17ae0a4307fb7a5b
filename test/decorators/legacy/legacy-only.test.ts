import 'reflect-metadata';
import {
  Evaluate,
  type HoneyHiveTracer,
  isHoneyHiveError,
  NoTrace,
  Sensitive,
  Trace,
  TraceClass,
} from 'honeyhive-decorators';
import { createTestTracer, spansNamed } from 'honeyhive-decorators/testing';

let tracer: HoneyHiveTracer;
beforeEach(() => {
  tracer = createTestTracer();
});
afterEach(() => tracer.close());

describe('what only legacy decorators have', () => {
  it('masks a parameter marked with @Sensitive, wherever @Trace stands', () => {
    class Accounts {
      @Trace()
      open(name: string, @Sensitive password: string): string {
        return name + password.length;
      }
    }
    new Accounts().open('ann', 'hunter2');
    expect(tracer.testSpans[0]?.attributes).toMatchObject({
      'honeyhive_inputs.name': 'ann',
      'honeyhive_inputs.password': '[REDACTED]',
    });
  });

  it('masks the value of a setter that is marked so', () => {
    class Card {
      value = '';
      @Trace()
      set pin(@Sensitive pin: string) {
        this.value = pin;
      }
    }
    const card = new Card();
    card.pin = 'h-2';
    expect(card.value).toBe('h-2');
    expect(tracer.testSpans.map((span) => span.attributes['honeyhive_inputs.value'])).toEqual(['[REDACTED]']);
  });

  it('masks such a parameter under @TraceClass too, inherited or not', () => {
    class Base {
      renew(name: string, @Sensitive pin: string): string {
        return name + pin.length;
      }
    }
    @TraceClass
    class Accounts extends Base {
      open(name: string, @Sensitive pin: string): string {
        return name + pin.length;
      }
      static check(@Sensitive pin: string): number {
        return pin.length;
      }
    }
    new Accounts().open('ann', 'h-2');
    new Accounts().renew('ann', 'h-2');
    Accounts.check('h-2');
    expect(tracer.testSpans.map((span) => span.attributes['honeyhive_inputs.pin'])).toEqual(
      Array(3).fill('[REDACTED]'),
    );
  });

  it('@TraceClass heeds what stands under somebody else’s decorator', () => {
    const Stranger: MethodDecorator = (_target, _key, descriptor: PropertyDescriptor) => {
      const inner = descriptor.value as (...args: unknown[]) => unknown;
      descriptor.value = function stranger(this: unknown, ...args: unknown[]) {
        return inner.apply(this, args);
      };
    };
    class Base {
      @Stranger
      @Trace({ eventType: 'model' })
      inherited(): number {
        return 1;
      }
      @Stranger
      @NoTrace
      hidden(): number {
        return 2;
      }
    }
    @TraceClass({ eventType: 'chain', metadata: { of: 'class' } })
    class Derived extends Base {
      @Stranger
      @Trace({ eventType: 'model' })
      own(): number {
        return 3;
      }
      @Stranger
      @NoTrace
      quiet(): number {
        return 4;
      }
      @Stranger
      plain(): number {
        return 5;
      }
    }
    const derived = new Derived();
    expect([derived.inherited(), derived.hidden(), derived.own(), derived.quiet(), derived.plain()]).toEqual([
      1, 2, 3, 4, 5,
    ]);
    expect(
      tracer.testSpans.map(({ name, attributes }) => [
        name,
        attributes.honeyhive_event_type,
        attributes['honeyhive_metadata.of'],
      ]),
    ).toEqual([
      ['Derived.inherited', 'model', undefined],
      ['Derived.own', 'model', 'class'],
      ['Derived.plain', 'chain', 'class'],
    ]);
  });

  it('fails loudly on an arrow-function field, which a legacy decorator never sees', () => {
    const define = (): unknown => {
      class Handlers {
        // @ts-expect-error a field is no target in legacy code
        @Trace()
        onEvent = (): number => 1;
      }
      return Handlers;
    };
    expect(define).toThrow(/Handlers\.onEvent/);
    try {
      define();
    } catch (thrown) {
      expect(isHoneyHiveError(thrown) && thrown.message).toContain('trace(fn)');
    }
  });

  it('keeps metadata of frameworks above and below, and merges with ours round a stranger', async () => {
    const Route =
      (path: string): MethodDecorator =>
      (_target, _key, descriptor) => {
        Reflect.defineMetadata('path', path, descriptor.value as object);
      };
    const Twice: MethodDecorator = (_target, _key, descriptor: PropertyDescriptor) => {
      const inner = descriptor.value as (...args: unknown[]) => unknown;
      descriptor.value = function twice(this: unknown, ...args: unknown[]) {
        inner.apply(this, args);
        return inner.apply(this, args);
      };
    };
    let scored = 0;
    class Controller {
      @Route('/above')
      @Trace()
      above(): number {
        return 1;
      }
      @Trace()
      @Route('/below')
      below(): number {
        return 2;
      }
      @Trace({ eventType: 'chain' })
      @Twice
      @Evaluate(() => ++scored)
      between(): number {
        return 3;
      }
    }
    const controller = new Controller();
    expect(Reflect.getMetadata('path', controller.above)).toBe('/above');
    expect(Reflect.getMetadata('path', controller.below)).toBe('/below');
    expect(Reflect.getMetadata('design:returntype', Controller.prototype, 'below')).toBeUndefined();
    expect(controller.between()).toBe(3);
    await tracer.flush();
    expect(
      spansNamed(tracer, 'Controller.between').map((span) => span.attributes['honeyhive_metrics.evaluator']),
    ).toEqual([1]);
  });
});
