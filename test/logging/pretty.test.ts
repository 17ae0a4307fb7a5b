import fc from 'fast-check';
import { pretty } from '../../src/logging/pretty.js';

const time = new Date(2026, 0, 2, 3, 4, 5, 67).getTime();

describe('a line for people', () => {
  it('shows time, level, name, message and fields, and the trace in short', () => {
    const line = {
      level: 30,
      time,
      pid: 1,
      hostname: 'h',
      name: 'orders',
      msg: 'placed',
      trace_id: '0123456789abcdef',
      session_id: 's',
      n: 1,
      o: { a: 'b' },
    };
    expect(pretty(JSON.stringify(line), false)).toBe(
      '03:04:05.067 INFO  orders: placed n=1 o={"a":"b"} trace=01234567\n',
    );
  });

  it('shows an error with its stack, and colours where they are wanted', () => {
    const line = { level: 50, time, msg: 'failed', err: { type: 'Error', message: 'm', stack: 'Error: m\n    at x' } };
    const text = pretty(JSON.stringify(line), true);
    expect(text).toContain('\u001b[31mERROR');
    expect(text).toContain('    Error: m\n        at x\n');
  });

  it('does not let data steer the terminal', () => {
    const line = {
      level: 30,
      time,
      msg: 'a\u001b[2Jb',
      name: '\u0007',
      x: '\u009b31m',
      err: { stack: '\u001b]0;t\u0007' },
    };
    expect(pretty(JSON.stringify(line), false)).not.toMatch(/(?!\n)\p{Cc}/u);
  });

  it('does not let a message look like two lines', () => {
    const line = { level: 30, time, msg: 'a\n03:04:05.067 ERROR forged' };
    expect(pretty(JSON.stringify(line), false)).toBe('03:04:05.067 INFO  a\n    03:04:05.067 ERROR forged\n');
  });

  it('takes any text', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.json()),
        fc.boolean(),
        (text, colors) => typeof pretty(text, colors) === 'string',
      ),
    );
  });
});
