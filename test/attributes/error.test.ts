import { describeError } from '../../src/attributes/error';
import { capture } from './support';

const context = capture();

describe('describeError', () => {
  it('tells type, message and stack of an error', () => {
    class PaymentError extends Error {}
    class NamedError extends Error {
      override name = 'Renamed';
    }
    expect(describeError(new TypeError('bad thing'), context)).toMatchObject({
      type: 'TypeError',
      message: 'bad thing',
    });
    expect(describeError(new PaymentError('x'), context).type).toBe('PaymentError');
    expect(describeError(new NamedError('x'), context).type).toBe('Renamed');
    expect(describeError(new DOMException('gone', 'AbortError'), context)).toMatchObject({
      type: 'AbortError',
      message: 'gone',
    });
    expect(describeError(new TypeError('bad thing'), context).stack).toMatch(/^TypeError: bad thing\n\s+at /);
  });

  it('takes whatever was thrown', () => {
    const facts = [null, undefined, 'text', 5, Symbol('s'), { message: 'like an error' }, { code: 7 }, () => 1].map(
      (thrown) => {
        const { type, message } = describeError(thrown, context);
        return [type, message];
      },
    );
    expect(facts).toEqual([
      ['null', 'null'],
      ['undefined', 'undefined'],
      ['string', 'text'],
      ['number', '5'],
      ['symbol', 'Symbol(s)'],
      ['Object', 'like an error'],
      ['Object', '{"code":7}'],
      ['function', expect.any(String)],
    ]);
  });

  it('folds causes and collected errors into the stack', () => {
    const root = new RangeError('root');
    const error = new Error('outer', { cause: new TypeError('middle', { cause: root }) });
    expect(describeError(error, context).stack).toMatch(
      /Error: outer[\s\S]*\nCaused by: TypeError: middle[\s\S]*\nCaused by: RangeError: root/,
    );
    const all = new AggregateError([new Error('first'), 'second'], 'all');
    expect(describeError(all, context).stack).toMatch(
      /AggregateError: all[\s\S]*\nErrors\[0\]: Error: first[\s\S]*\nErrors\[1\]: second/,
    );
    root.cause = error;
    expect(describeError(error, context).stack).toMatch(/\nCaused by: \[Circular\]$/);
    let chain = new Error('0');
    for (let i = 1; i <= 50; i += 1) chain = new Error(`number ${i}`, { cause: chain });
    const { stack } = describeError(chain, context);
    expect(stack).toContain('Error: number 42\n');
    expect(stack).not.toContain('Error: number 41\n');
    expect(stack).toMatch(/\nCaused by: \[more causes\]$/);
  });

  it('masks secrets and keeps to the limit', () => {
    const facts = describeError(new Error('password=hunter2', { cause: new Error('Bearer abcdef123456') }), context);
    expect(facts.message).toBe('password=[REDACTED]');
    expect(JSON.stringify(facts)).not.toMatch(/hunter2|abcdef123456/);
    expect(describeError({ password: 'hunter2' }, context).message).toBe('{"password":"[REDACTED]"}');
    const small = capture(undefined, { valueLength: 300 });
    const long = describeError(new Error('x'.repeat(1_000_000)), small);
    expect(long.message.length).toBeLessThanOrEqual(300);
    expect(long.message).toMatch(/^x+… \[999\d+ characters left out\]$/);
    expect(long.stack?.length).toBeLessThanOrEqual(300);
  });

  it('changes nothing of the error', () => {
    const error = Object.freeze(new Error('frozen'));
    describeError(error, context);
    expect(Reflect.ownKeys(error)).toEqual(Reflect.ownKeys(new Error('other')));
  });

  it('runs the hook on neither', () => {
    const hooked = capture({ hook: () => 'changed' });
    expect(describeError(new Error('message'), hooked).message).toBe('message');
  });
});
