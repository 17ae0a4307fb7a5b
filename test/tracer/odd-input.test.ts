import { HoneyHiveTracer } from 'honeyhive-decorators';
import { createTestTracer } from 'honeyhive-decorators/testing';
import { collectWarnings } from '../support/warnings.js';

const any = <T>(value: unknown): T => value as T;
const fails = (): never => {
  throw new Error('a getter of the caller');
};

describe('what TypeScript forbids and a program does all the same', () => {
  const tracer = createTestTracer();
  const library = () => tracer.provider.getTracer('library');
  afterAll(() => tracer.close());
  afterEach(() => jest.restoreAllMocks());

  it.each<[string, () => unknown]>([
    ['startSpan without a name', () => tracer.startSpan(any(undefined)).end()],
    ['startSpan with a symbol', () => tracer.startSpan(any(Symbol('load'))).end()],
    ['startSpan with null as options', () => tracer.startSpan('load', any(null)).end()],
    [
      'startSpan with options that cannot be read',
      () => tracer.startSpan('load', Object.defineProperty({}, 'metadata', { enumerable: true, get: fails })).end(),
    ],
    ['trace with null as options', () => tracer.trace('load', () => 1, any(null))],
    [
      'a start time of null',
      () =>
        library()
          .startSpan('load', { startTime: any(null) })
          .end(),
    ],
    ['an end time of null', () => library().startSpan('load').end(any(null))],
    ['null as options of a library', () => library().startSpan('load', any(null)).end()],
    [
      'links that are none',
      () =>
        library()
          .startSpan('load', { links: any(5) })
          .end(),
    ],
    [
      'a link that cannot be read',
      () =>
        library()
          .startSpan('load', { links: [Object.defineProperty(any({ context: {} }), 'attributes', { get: fails })] })
          .end(),
    ],
    ['no exception', () => library().startSpan('load').recordException(any(null))],
    ['an event without a name', () => library().startSpan('load').addEvent(any(null), any(null)).end()],
    ['a name of null', () => library().startSpan('load').updateName(any(null)).end()],
  ])('is harmless: %s', (_what, call) => {
    const warnings = collectWarnings();
    expect(call).not.toThrow();
    warnings.stop();
  });

  it('the span is there with what could be read', () => {
    const warnings = collectWarnings();
    tracer.startSpan('read in part', Object.defineProperty({}, 'metadata', { enumerable: true, get: fails })).end();
    warnings.stop();
    expect(tracer.testSpans.map(({ name }) => name)).toContain('read in part');
    expect(warnings.lines).toEqual([expect.stringContaining('The options of span read in part could not be read')]);
  });
});

describe.each<[string, () => unknown]>([
  ['throws', fails],
  ['gives nothing', () => undefined],
])('a sampler that %s', (_what, shouldSample) => {
  it('decides nothing: spans are recorded, with one warning', async () => {
    const warnings = collectWarnings();
    const tracer = createTestTracer({ sampler: any({ shouldSample, toString: () => 'Mine' }) });
    expect(tracer.trace('one', () => 1)).toBe(1);
    tracer.startSpan('two').end();
    tracer.provider.getTracer('library').startSpan('three').end();
    await tracer.close();
    warnings.stop();
    expect(tracer.testSpans.map(({ name }) => name)).toEqual(['one', 'two', 'three']);
    expect(warnings.lines).toEqual([expect.stringContaining('spans are recorded')]);
  });
});

describe('the timeout of close', () => {
  it.each([Infinity, 2 ** 40, null, Number.NaN, '5', undefined])('may be %p', async (timeoutMs) => {
    let isDown = false;
    const tracer = HoneyHiveTracer.init({
      testMode: true,
      global: false,
      handleExit: false,
      spanProcessors: [
        any({
          onStart() {},
          onEnd() {},
          forceFlush: async () => undefined,
          async shutdown() {
            await new Promise((resolve) => setTimeout(resolve, 20));
            isDown = true;
          },
        }),
      ],
    });
    tracer.trace('work', () => 1);
    expect(await tracer.close(any({ timeoutMs }))).toMatchObject({ timedOut: false });
    expect(isDown).toBe(true);
  });
});
