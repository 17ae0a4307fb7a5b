/** Cases 11, 12, 16 and 17: enrichment on spans, and sessions over REST. */
import { enrichSpan, type HoneyHiveTracer, trace } from 'honeyhive-decorators';
import { startReceiver } from '../support/otlp-receiver.js';
import { collectWarnings } from '../support/warnings.js';
import { bool, dbl, int, startWire, str, under, type Wire } from './support.js';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

let wire: Wire;
let tracer: HoneyHiveTracer;
beforeEach(async () => {
  wire = await startWire();
});
afterEach(() => wire.close());

describe('enrichSpan', () => {
  beforeEach(() => {
    tracer = wire.tracer();
  });

  it('case 11: every namespace, in either spelling', async () => {
    const enriched = trace({ tracer, eventName: 'job' })(() =>
      enrichSpan({
        metadata: { a: { b: [1, { c: 2 }] }, z: null, e: [] },
        metrics: { score: 0.5, n: 3 },
        feedback: { ok: true },
        inputs: { q: 'w' },
        outputs: { r: 'z' },
        config: { m: 1 },
        user_properties: { id: 'u' },
        error: 'err',
        attributes: { a2: 1 },
        k1: 'v1',
        event_id: 'evt',
      })
        ? 'truthy'
        : 'falsy',
    )();
    expect(enriched).toBe('truthy');
    await tracer.flush();
    expect(under(wire.span('job'), 'honeyhive_')).toEqual({
      honeyhive_event_type: str('tool'),
      honeyhive_event_name: str('job'),
      honeyhive_event_id: str('evt'),
      honeyhive_error: str('err'),
      'honeyhive_metadata.a.b.0': int(1),
      'honeyhive_metadata.a.b.1.c': int(2),
      'honeyhive_metadata.a2': int(1),
      'honeyhive_metadata.k1': str('v1'),
      'honeyhive_metrics.score': dbl(0.5),
      'honeyhive_metrics.n': int(3),
      'honeyhive_feedback.ok': bool(true),
      'honeyhive_inputs.q': str('w'),
      'honeyhive_outputs.r': str('z'),
      'honeyhive_outputs.result': str('truthy'),
      'honeyhive_config.m': int(1),
      'honeyhive_user_properties.id': str('u'),
      honeyhive_duration_ms: dbl(expect.any(Number)),
    });
  });

  it('case 12: namespaces, then attributes, then the rest; later calls win, leaf by leaf', async () => {
    trace({ tracer, eventName: 'job' })(() => {
      enrichSpan({ k: 1, a: { b: 1, c: 2 } });
      enrichSpan({ k: 2 });
      enrichSpan({ k: 5, attributes: { k: 4, only: 4 }, metadata: { k: 3, own: 3 } });
      enrichSpan({ a: { b: 9 } });
    })();
    await tracer.flush();
    expect(under(wire.span('job'), 'honeyhive_metadata')).toEqual({
      'honeyhive_metadata.k': int(5),
      'honeyhive_metadata.only': int(4),
      'honeyhive_metadata.own': int(3),
      'honeyhive_metadata.a.b': int(9),
      'honeyhive_metadata.a.c': int(2),
    });
  });
});

describe('session start', () => {
  it('case 16: says what there is, and its id is on every span', async () => {
    tracer = wire.tracer({ sessionName: 's1', source: 'dev', project: 'proj', inputs: { q: 'x' } });
    await tracer.ready();
    tracer.trace('work', () => 1);
    await tracer.flush();
    expect(wire.starts()).toEqual([
      { session_name: 's1', source: 'dev', inputs: { q: 'x' }, project: 'proj', session_id: tracer.sessionId },
    ]);
    expect(tracer.sessionId).toMatch(UUID);
    expect(wire.span('work').attributes).toMatchObject({ 'honeyhive.session_id': str(tracer.sessionId) });
    expect(under(wire.span('work'), 'honeyhive.session_')).toEqual({ 'honeyhive.session_id': str(tracer.sessionId) });
  });

  it.each([
    ['in upper case', '66666666-6666-4666-8666-66666666666A', '66666666-6666-4666-8666-66666666666a'],
    ['what is no UUID', 'not-a-uuid', '6892d5c5-a618-5b00-a8f6-5e57b68e64b9'],
  ])('case 16: an id that is %s goes out as a UUID in lower case', async (_what, given, expected) => {
    const warnings = collectWarnings();
    tracer = wire.tracer({ sessionId: given });
    await tracer.ready();
    tracer.trace('work', () => 1);
    await tracer.flush();
    warnings.stop();
    expect(wire.starts().map(({ session_id }) => session_id)).toEqual([expected]);
    expect(tracer.sessionId).toBe(expected);
    expect(warnings.lines).toHaveLength(UUID.test(given.toLowerCase()) ? 0 : 1);
    expect(wire.span('work').attributes).toMatchObject({ 'honeyhive.session_id': str(expected) });
  });

  it('case 16: a server that is not there leaves a random id, and spans are still attempted', async () => {
    const gone = await startReceiver();
    await gone.close();
    const warnings = collectWarnings();
    tracer = wire.tracer({ serverUrl: `http://127.0.0.1:${gone.port}`, otlpEndpoint: wire.receiver.url });
    tracer.trace('work', () => 1);
    await tracer.flush({ timeoutMs: 500 });
    warnings.stop();
    expect(wire.span('work').attributes).toMatchObject({ 'honeyhive.session_id': str(tracer.sessionId) });
    expect(tracer.sessionId).toMatch(UUID);
    expect(warnings.lines).toEqual([expect.stringContaining('nothing listens at')]);
  });
});

it('a source and a key that no header can hold as they are reach the server all the same', async () => {
  tracer = wire.tracer({ source: 'prod\ud800ä', apiKey: 'kéy' });
  await tracer.ready();
  expect(wire.receiver.requests[0]?.headers).toMatchObject({
    'x-source': 'prod%EF%BF%BD%C3%A4',
    authorization: 'Bearer k%C3%A9y',
  });
});

describe('session update', () => {
  it('case 17: every namespace in one PUT, inputs and unknown names in metadata', async () => {
    tracer = wire.tracer();
    await tracer.enrichSession({
      metadata: { a: 1 },
      inputs: { i: 1 },
      outputs: { o: 1 },
      config: { c: 1 },
      feedback: { f: 1 },
      metrics: { m: 1 },
      user_properties: { u: 1 },
      extra: 'x',
      duration: 12,
    });
    expect(wire.updates()).toEqual([
      {
        event_id: tracer.sessionId,
        metadata: { a: 1, inputs: { i: 1 }, extra: 'x' },
        feedback: { f: 1 },
        metrics: { m: 1 },
        outputs: { o: 1 },
        config: { c: 1 },
        user_properties: { u: 1 },
        duration: 12,
      },
    ]);
  });

  it('case 17: without data nothing is updated; the session is made sure of', async () => {
    tracer = wire.tracer();
    await tracer.enrichSession();
    expect(wire.updates()).toEqual([]);
    expect(wire.starts().length).toBeGreaterThan(0);
  });

  it('case 17: a failing network is logged, never thrown', async () => {
    const warnings = collectWarnings();
    wire.receiver.answer = (_request, response) => {
      response.destroy();
      return true;
    };
    tracer = wire.tracer();
    const update = tracer.enrichSession({ metadata: { a: 1 } });
    await tracer.flush({ timeoutMs: 300 });
    wire.receiver.answer = undefined;
    await tracer.flush();
    await expect(update).resolves.toBeUndefined();
    warnings.stop();
    expect(warnings.lines.length).toBeGreaterThan(0);
    expect(wire.state(tracer.sessionId)).toEqual({ metadata: { a: 1 } });
  });
});
