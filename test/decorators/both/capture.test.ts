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

  it('says that a summary of the output must be a value, and of the inputs too where it comes too late', async () => {
    const late = async (): Promise<object> => ({ late: true });
    const rejects = async (): Promise<never> => {
      throw new Error('nobody waits for this');
    };
    class Vault {
      @Trace({ captureInputs: late, captureOutput: late })
      now(_a: string): string {
        return 'now';
      }
      @Trace({ captureInputs: rejects, captureOutput: rejects })
      fails(_a: string): string {
        throw new Error('no');
      }
      @Trace({ captureInputs: late, captureOutput: rejects })
      async later(_a: string): Promise<string> {
        await new Promise((resolve) => setTimeout(resolve, 1));
        return 'later';
      }
      @Trace({ captureInputs: rejects })
      *steps(_a: string): Generator<number> {
        yield 1;
      }
    }
    const vault = new Vault();
    vault.now('a');
    expect(() => vault.fails('a')).toThrow('no');
    await vault.later('a');
    const steps = vault.steps('a');
    await new Promise((resolve) => setTimeout(resolve, 1));
    expect([...steps]).toEqual([1]);
    const texts = {
      'honeyhive_inputs.value': '[captureInputs must return a value, not a promise]',
      'honeyhive_outputs.result': '[captureOutput must return a value, not a promise]',
    };
    const data = (name: string): unknown =>
      Object.fromEntries(Object.entries(only(name)).filter(([key]) => /inputs|outputs\.result/.test(key)));
    expect(data('Vault.now')).toEqual(texts);
    expect(data('Vault.fails')).toEqual({ 'honeyhive_inputs.value': texts['honeyhive_inputs.value'] });
    expect(data('Vault.later')).toEqual({
      'honeyhive_inputs.late': true,
      'honeyhive_outputs.result': texts['honeyhive_outputs.result'],
    });
    expect(data('Vault.steps')).toEqual({
      'honeyhive_inputs.value': '[Throws: nobody waits for this]',
      'honeyhive_outputs.result.0': 1,
    });
  });

  it('asks what was thrown for its message, stack and cause once', () => {
    const asked: string[] = [];
    const error = new Error('plain');
    for (const key of ['name', 'message', 'stack', 'cause'])
      Object.defineProperty(error, key, { get: () => asked.push(key) && `the ${key}` });
    class Tool {
      @Trace()
      boom(): never {
        throw error;
      }
    }
    // Replacing the stack has it written, with the name and the message.
    asked.length = 0;
    try {
      new Tool().boom();
    } catch {}
    expect([...new Set(asked)].sort()).toEqual(['cause', 'message', 'name', 'stack']);
    expect(asked).toHaveLength(4);
    const [span] = spansNamed(tracer, 'Tool.boom');
    expect(span?.events[0]?.attributes).toMatchObject({
      'exception.type': 'the name',
      'exception.message': 'the message',
      'exception.stacktrace': 'the stack\nCaused by: the cause',
    });
  });
});
