import { type HoneyHiveTracer, Trace } from 'honeyhive-decorators';
import { createTestTracer, spansNamed } from 'honeyhive-decorators/testing';

let tracer: HoneyHiveTracer;
beforeEach(() => {
  tracer = createTestTracer();
});
afterEach(() => tracer.close());

const only = (name: string): Record<string, unknown> => {
  const spans = spansNamed(tracer, name);
  expect(spans.map((span) => span.name)).toEqual([name]);
  return (spans[0] as { attributes: Record<string, unknown> }).attributes;
};

describe('code of the user’s that capture runs', () => {
  it('makes no span of what a getter asks while it is captured', () => {
    class Cart {
      @Trace()
      sum(): number {
        return 42;
      }
    }
    const cart = new Cart();
    class View {
      @Trace()
      render(view: object): object {
        return view;
      }
      @Trace()
      fail(error: Error): never {
        throw error;
      }
    }
    const view = {
      get total() {
        return cart.sum();
      },
    };
    new View().render(view);
    const error = Object.defineProperty(new Error('no'), 'cause', { get: () => ({ total: cart.sum() }) });
    try {
      new View().fail(error);
    } catch (thrown) {
      expect(thrown === error).toBe(true);
    }
    expect(tracer.testSpans.map(({ name }) => name)).toEqual(['View.render', 'View.fail']);
    expect(only('View.render')).toMatchObject({
      'honeyhive_inputs.view': '{"total":42}',
      'honeyhive_outputs.result.total': 42,
    });
  });
});
