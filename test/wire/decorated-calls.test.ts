/** Cases 1 to 10: what a decorated call leaves on the wire. Numbers are those of HoneyHive's compatibility cases. */
import { type HoneyHiveTracer, Trace, TraceClass, trace } from 'honeyhive-decorators';
import { collectWarnings } from '../support/warnings.js';
import { bool, dbl, int, startWire, str, under, type Wire } from './support.js';

let wire: Wire;
let tracer: HoneyHiveTracer;
beforeAll(async () => {
  wire = await startWire();
  tracer = wire.tracer({ project: 'proj', sessionName: 'cases' });
});
afterAll(() => wire.close());

describe('inputs and outputs', () => {
  it('case 1: scalars, defaults and one JSON text for what is nested', async () => {
    class Calculator {
      @Trace({ tracer: () => tracer, eventType: 'tool', eventName: 'add' })
      add(
        x: number,
        y = 2,
        flag = true,
        d: object = {},
        l: unknown[] = [],
        o: object = {},
        none: unknown = null,
      ): number {
        return x + y + (flag && d && l && o && !none ? 0 : 1);
      }
    }
    new Calculator().add(1, undefined, undefined, { a: { b: 1 } }, [1, '2', { k: null }], { toJSON: () => 'OBJ' });
    await tracer.flush();
    const { attributes, status, events, kind } = wire.span('add');
    expect(attributes).toEqual({
      'honeyhive.session_id': str(tracer.sessionId),
      'honeyhive.project': str('proj'),
      'honeyhive.source': str('dev'),
      'traceloop.association.properties.session_id': str(tracer.sessionId),
      'traceloop.association.properties.project': str('proj'),
      'traceloop.association.properties.source': str('dev'),
      honeyhive_event_type: str('tool'),
      honeyhive_event_name: str('add'),
      'honeyhive_inputs.x': int(1),
      'honeyhive_inputs.y': int(2),
      'honeyhive_inputs.flag': bool(true),
      'honeyhive_inputs.d': str('{"a":{"b":1}}'),
      'honeyhive_inputs.l': str('[1,"2",{"k":null}]'),
      'honeyhive_inputs.o': str('OBJ'),
      'honeyhive_outputs.result': int(3),
      honeyhive_duration_ms: dbl(expect.any(Number)),
    });
    expect((attributes.honeyhive_duration_ms as { double: number }).double).toBeGreaterThanOrEqual(0);
    expect({ status, events, kind }).toEqual({ status: { code: 0, message: '' }, events: [], kind: 1 });
  });

  it.each([
    [
      'case 2: an object is flattened, nulls are left out, dates are ISO text',
      { x: { y: [1, { z: null }], t: [1, 2] }, n: null, b: true, f: 1.5, dt: new Date(Date.UTC(2024, 0, 2)) },
      {
        '.x.y.0': int(1),
        '.x.t.0': int(1),
        '.x.t.1': int(2),
        '.b': bool(true),
        '.f': dbl(1.5),
        '.dt': str('2024-01-02T00:00:00.000Z'),
      },
    ],
    [
      'case 3: nested keys are joined with dots',
      { key1: 'value1', key2: 42, nested: { inner_key: 'inner_value' } },
      { '.key1': str('value1'), '.key2': int(42), '.nested.inner_key': str('inner_value') },
    ],
    ['case 5: null leaves nothing', null, {}],
    ['case 5: {} leaves nothing', {}, {}],
    ['case 5: [] leaves nothing', [], {}],
    ['case 5: an index is not renumbered', [null, ''], { '.1': str('') }],
    ['case 5: a null at the end', [1, { a: 'b' }, null], { '.0': int(1), '.1.a': str('b') }],
    [
      'falsy leaves are kept',
      { zero: 0, no: false, text: '' },
      { '.zero': int(0), '.no': bool(false), '.text': str('') },
    ],
    [
      'numbers that JSON does not know',
      { nan: Number.NaN, up: Infinity, big: 2n ** 60n, bigger: 2n ** 70n },
      { '.nan': str('NaN'), '.up': str('Infinity'), '.big': int(2n ** 60n), '.bigger': str(String(2n ** 70n)) },
    ],
  ])('%s', async (what, result, expected) => {
    trace({ tracer, eventName: what })(() => result)();
    await tracer.flush();
    const named = Object.entries(expected).map(([key, value]) => [`honeyhive_outputs.result${key}`, value]);
    expect(under(wire.span(what), 'honeyhive_outputs')).toEqual(Object.fromEntries(named));
  });

  it('case 8: what the options give replaces what was captured', async () => {
    class Model {
      @Trace({
        tracer: () => tracer,
        eventType: 'model',
        eventName: 'm',
        inputs: { p: 'hi' },
        outputs: { r: 'yo' },
        config: { model: 'gpt', n: { t: 0.1 } },
        metadata: { k: [1, 2] },
        metrics: { s: 0.5 },
        feedback: { ok: true },
        eventId: 'eid',
      })
      ask(p: string): string {
        return p && 'ret';
      }
    }
    expect(new Model().ask('arg')).toBe('ret');
    await tracer.flush();
    expect(under(wire.span('m'), 'honeyhive_')).toEqual({
      honeyhive_event_type: str('model'),
      honeyhive_event_name: str('m'),
      honeyhive_event_id: str('eid'),
      'honeyhive_inputs.p': str('hi'),
      'honeyhive_outputs.r': str('yo'),
      'honeyhive_config.model': str('gpt'),
      'honeyhive_config.n.t': dbl(0.1),
      'honeyhive_metadata.k.0': int(1),
      'honeyhive_metadata.k.1': int(2),
      'honeyhive_metrics.s': dbl(0.5),
      'honeyhive_feedback.ok': bool(true),
      honeyhive_duration_ms: dbl(expect.any(Number)),
    });
  });
});

describe('names', () => {
  it('case 9: a function has its own name, a class names its public methods', async () => {
    @TraceClass({ tracer: () => tracer })
    class Svc {
      static kept = 'value';
      a(): string {
        return 'a';
      }
      async b(): Promise<string> {
        return 'b';
      }
      _p(): string {
        return 'p';
      }
    }
    const fn = trace({ tracer })(function fn() {
      return 1;
    });
    const svc = new Svc();
    expect([fn(), svc.a(), await svc.b(), svc._p(), Svc.kept]).toEqual([1, 'a', 'b', 'p', 'value']);
    await tracer.flush();
    for (const name of ['fn', 'Svc.a', 'Svc.b']) {
      expect(wire.span(name).attributes).toMatchObject({
        honeyhive_event_type: str('tool'),
        honeyhive_event_name: str(name),
      });
    }
    expect(wire.spans().filter(({ name }) => name.includes('_p'))).toEqual([]);
  });

  it('case 9: without a tracer the function runs, and that is all', async () => {
    const before = wire.spans().length;
    const warnings = collectWarnings();
    expect(trace({ tracer: () => undefined })(() => 'same')()).toBe('same');
    warnings.stop();
    expect(warnings.lines).toEqual([expect.stringContaining('runs untraced')]);
    await tracer.flush();
    expect(wire.spans()).toHaveLength(before);
  });
});

describe('errors', () => {
  it('case 10: are on the failing span itself, with one event, and reach the caller as they were', async () => {
    class ValueError extends Error {
      override name = 'ValueError';
    }
    const thrown = new ValueError('bad thing');
    const boom = trace({ tracer, eventName: 'boom' })(() => {
      throw thrown;
    });
    expect(boom).toThrow(thrown);
    await tracer.flush();
    const span = wire.span('boom');
    expect(span.status).toEqual({ code: 2, message: 'ValueError: bad thing' });
    expect(span.attributes).toMatchObject({
      honeyhive_error: str('bad thing'),
      honeyhive_error_type: str('ValueError'),
      honeyhive_duration_ms: dbl(expect.any(Number)),
    });
    expect(under(span, 'honeyhive_outputs')).toEqual({});
    expect(span.events).toMatchObject([
      {
        name: 'exception',
        attributes: {
          'exception.type': str('ValueError'),
          'exception.message': str('bad thing'),
          'exception.stacktrace': str(expect.stringContaining('ValueError: bad thing')),
        },
      },
    ]);
    expect(wire.spans().filter(({ name }) => name.startsWith('boom'))).toHaveLength(1);
  });
});
