/** `sessionApi: false`: what belongs to a session travels on spans. */
import { AlwaysOffSampler, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import type { TracerOptions } from 'honeyhive-decorators';
import { collectWarnings } from '../support/warnings.js';
import { bool, startWire, str, under, type Wire } from '../wire/support.js';

let wire: Wire;
beforeEach(async () => {
  wire = await startWire();
});
afterEach(() => wire.close());

it('sends no REST; session data travels on spans of type session', async () => {
  const bare = wire.tracer({ sessionApi: false, sessionName: 'own', metadata: { from: 'init' } });
  const id = bare.withSession({ sessionName: 'chat', inputs: { q: 1 } }, (session) => {
    bare.trace('turn', () => void session.enrich({ metrics: { score: 0.5 }, feedback: { ok: false }, note: 'n' }));
    return session.sessionId;
  });
  await bare.enrichSession({ outputs: { answer: 1 } });
  const receipt = await bare.flush();
  expect(receipt).toMatchObject({ pending: 0, dropped: { count: 0 } });
  expect(wire.receiver.requests.filter(({ path }) => !path.endsWith('/v1/traces'))).toEqual([]);
  const asked = (name: string, session: string) => ({
    'honeyhive.session_id': str(session),
    'honeyhive.session_name': str(name),
    'honeyhive.session_auto_create': bool(true),
  });
  expect(wire.span('turn').attributes).toMatchObject(asked('chat', id));
  const sessions = wire
    .spans()
    .filter(
      ({ attributes }) =>
        attributes.honeyhive_event_type !== undefined &&
        JSON.stringify(attributes.honeyhive_event_type) === '{"string":"session"}',
    );
  for (const span of sessions) {
    const own = span.attributes['honeyhive.session_id'] as { string: string };
    expect(span.attributes).toMatchObject(own.string === id ? asked('chat', id) : asked('own', bare.sessionId));
  }
  const data = sessions.map((span) =>
    under(
      span,
      'honeyhive_metadata',
      'honeyhive_metrics',
      'honeyhive_inputs',
      'honeyhive_outputs',
      'honeyhive_feedback',
    ),
  );
  expect(data).toEqual([
    { 'honeyhive_metadata.from': str('init') },
    { 'honeyhive_inputs.q': { int: '1' } },
    {
      'honeyhive_metrics.score': { double: 0.5 },
      'honeyhive_feedback.ok': bool(false),
      'honeyhive_metadata.note': str('n'),
    },
    { 'honeyhive_outputs.answer': { int: '1' } },
  ]);
});

it.each<[string, TracerOptions]>([
  ['a rate of 0', { sampleRate: 0 }],
  ['a sampler that takes nothing', { sampler: new AlwaysOffSampler() }],
  ['a filter that includes others', { spanFilters: { include: ['agent'] } }],
  ['a filter that excludes it', { spanFilters: { exclude: ['own', 'chat', 'session'] } }],
])('sends what belongs to a session whatever spans leave: %s', async (_what, options) => {
  const seen: string[] = [];
  const processor = new SimpleSpanProcessor(new InMemorySpanExporter());
  jest.spyOn(processor, 'onEnd').mockImplementation((span) => void seen.push(span.name));
  const bare = wire.tracer({
    sessionApi: false,
    sessionName: 'own',
    inputs: { q: 1 },
    spanProcessors: [processor],
    ...options,
  });
  await bare.enrichSession({ feedback: { rating: 5 } });
  bare.withSession({ sessionName: 'chat', metadata: { m: 1 } }, () => bare.trace('chat', () => 1));
  await bare.enrichSession();
  expect(await bare.flush()).toMatchObject({ delivered: 4, pending: 0, dropped: { count: 0 } });
  const data = wire.spans().map((span) => [span.name, under(span, 'honeyhive_inputs', 'honeyhive_f', 'honeyhive_m')]);
  expect(data).toEqual([
    ['own', { 'honeyhive_inputs.q': { int: '1' } }],
    ['own', { 'honeyhive_feedback.rating': { int: '5' } }],
    ['chat', { 'honeyhive_metadata.m': { int: '1' } }],
    ['own', {}],
  ]);
  expect(seen).toEqual(['own', 'own', 'chat', 'own']);
});

it.each<[string, object]>([
  ['attributes', { attributes: { k: 1 }, k2: 2 }],
  ['the rest over namespaces', { k: 3, metadata: { k: 2, l: 2 }, attributes: { l: 4 } }],
  ['both spellings', { user_properties: { a: 1, b: 1 }, userProperties: { b: 2 } }],
  ['nested data', { metadata: { a: { b: [1, { c: 'x' }] } }, a: { d: 1 } }],
  ['scalars and lists', { outputs: 'done', metrics: 'good', feedback: [1, 2], config: false }],
  [
    'other names',
    { duration: 12, error: 'e', eventId: 'x', password: 'hunter2', note: 'key sk-abcdefghijklmnopqrstuvwx' },
  ],
])('says the same of a session as REST does: %s', async (_what, data) => {
  const paths: string[] = [];
  const hook = (value: unknown, path: string): unknown => {
    paths.push(path);
    return value;
  };
  const bare = wire.tracer({ sessionApi: false, sessionName: 'bare', redact: { hook } });
  const sending = wire.tracer({ redact: { hook } });
  const asked = [bare, sending].map((each) => {
    paths.length = 0;
    void each.enrichSession(data as Record<string, unknown>);
    return [...paths];
  });
  // The user's code runs once for each value.
  expect(asked[0]).toEqual(asked[1]);
  await Promise.all([bare.flush(), sending.flush()]);
  const { duration, ...state } = wire.state(sending.sessionId) as Record<string, Record<string, unknown>>;
  if (duration !== undefined) Object.assign(state.metadata as object, { duration });
  const { honeyhive_event_type, honeyhive_event_name, ...sent } = under(wire.span('bare'), 'honeyhive_');
  const leaves = Object.entries(sent).map(([key, value]) => [key, String(Object.values(value as object)[0])]);
  expect(leaves.sort()).toEqual(flat('honeyhive', state).sort());
});

it('still knows its own name after very many sessions', async () => {
  const bare = wire.tracer({ sessionApi: false, sessionName: 'own' });
  for (let i = 0; i < 10_001; i++) bare.withSession({}, () => 1);
  await bare.enrichSession({ k: 1 });
  await bare.flush();
  expect(wire.spans().map(({ name }) => name)).toEqual(['own']);
});

it('says that it cannot update another event', async () => {
  const warnings = collectWarnings();
  const drops: unknown[] = [];
  const bare = wire.tracer({ sessionApi: false, onDrop: (drop) => drops.push(drop) });
  bare.trace('turn', () => bare.enrichSpan({ eventId: 'own' }) && bare.enrichSpan({ eventId: 'other', lost: 1 }));
  const receipt = await bare.flush();
  warnings.stop();
  expect(receipt).toMatchObject({ delivered: 1, pending: 0, dropped: { count: 1, reasons: { no_session_api: 1 } } });
  expect(drops).toEqual([{ reason: 'no_session_api', count: 1, names: ['event other'] }]);
  expect(bare.stats()).toMatchObject({ made: 2, delivered: 1, dropped: 1, pending: 0 });
  expect(warnings.lines).toEqual([expect.stringContaining('event "other" is not the active span')]);
  expect(wire.spans().map(({ name }) => name)).toEqual(['turn']);
});

/** The leaves of a state by the names that spans have for them. */
function flat(prefix: string, value: unknown): [string, string][] {
  if (typeof value !== 'object' || value === null) return [[prefix, String(value)]];
  const separator = prefix === 'honeyhive' ? '_' : '.';
  return Object.entries(value).flatMap(([key, item]) => flat(prefix + separator + key, item));
}
