/** Cases 18 and 20: baggage, and the type of spans that nobody gave one. */
import { context, propagation } from '@opentelemetry/api';
import type { HoneyHiveTracer } from 'honeyhive-decorators';
import { bool, int, startWire, str, under, type Wire } from './support.js';

let wire: Wire;
let tracer: HoneyHiveTracer;
beforeAll(async () => {
  wire = await startWire();
  tracer = wire.tracer({ project: 'own-project', source: 'own-source' });
});
afterAll(() => wire.close());

it('case 18: baggage beats the tracer, experiment ids are metadata, the rest is kept under its name', async () => {
  const baggage = propagation.createBaggage({
    session_id: { value: 'session-123' },
    project: { value: 'test-project' },
    source: { value: 'test-source' },
    parent_id: { value: 'parent-456' },
    run_id: { value: 'run' },
    dataset_id: { value: 'dataset' },
    datapoint_id: { value: 'datapoint' },
    my_key: { value: 'v' },
  });
  context.with(propagation.setBaggage(context.active(), baggage), () =>
    tracer.provider.getTracer('someone').startSpan('case 18').end(),
  );
  await tracer.flush();
  expect(wire.span('case 18').attributes).toEqual({
    'honeyhive.session_id': str('session-123'),
    'honeyhive.project': str('test-project'),
    'honeyhive.source': str('test-source'),
    'honeyhive.parent_id': str('parent-456'),
    'traceloop.association.properties.session_id': str('session-123'),
    'traceloop.association.properties.project': str('test-project'),
    'traceloop.association.properties.source': str('test-source'),
    'traceloop.association.properties.parent_id': str('parent-456'),
    'honeyhive_metadata.run_id': str('run'),
    'honeyhive_metadata.dataset_id': str('dataset'),
    'honeyhive_metadata.datapoint_id': str('datapoint'),
    'baggage.my_key': str('v'),
    honeyhive_event_type: str('tool'),
  });
});

it.each([
  ['foo', {}, 'tool'],
  ['openai.chat', {}, 'model'],
  ['my-model', {}, 'model'],
  ['a', { 'gen_ai.operation.name': 'invoke_agent' }, 'chain'],
  ['b', { 'gen_ai.operation.name': 'execute_tool' }, 'tool'],
  ['c', { 'gen_ai.operation.name': 'chat' }, 'model'],
  ['d', { 'openinference.span.kind': 'AGENT' }, 'chain'],
  ['e', { 'openinference.span.kind': 'RETRIEVER' }, 'tool'],
  ['f', { 'openinference.span.kind': 'LLM' }, 'model'],
  ['x', { 'gen_ai.request.model': 'm' }, 'model'],
  ['chained', { honeyhive_event_type: 'chain' }, 'chain'],
  ['generate_report', {}, 'tool'],
  ['google_search', {}, 'tool'],
  ['ChatCompletion', {}, 'model'],
  ['chat', { 'gen_ai.operation.name': 'execute_tool', 'openinference.span.kind': 'LLM' }, 'tool'],
])('case 20: a span called %s with %j is a %s', async (name, attributes, type) => {
  tracer.provider.getTracer('someone').startSpan(name, { attributes }).end();
  await tracer.flush();
  expect(wire.span(name).attributes.honeyhive_event_type).toEqual(str(type));
});

it('case 20: whole words of a name make a model, parts of words do not', async () => {
  const words = 'llm model gpt claude llama gemini mistral palm chat completion completions inference'.split(' ');
  words.push('openai', 'anthropic', 'bedrock', 'generativeai');
  const library = tracer.provider.getTracer('words');
  for (const word of words) {
    library.startSpan(`x.${word}`).end();
    library.startSpan(`${word}ish`).end();
  }
  await tracer.flush();
  for (const word of words) {
    expect([word, wire.span(`x.${word}`).attributes.honeyhive_event_type]).toEqual([word, str('model')]);
    expect([word, wire.span(`${word}ish`).attributes.honeyhive_event_type]).toEqual([word, str('tool')]);
  }
});

it('case 20: an explicit type wins over the name', async () => {
  tracer.trace('openai.chat.explicit', () => 1, { eventType: 'tool' });
  await tracer.flush();
  expect(wire.span('openai.chat.explicit').attributes.honeyhive_event_type).toEqual(str('tool'));
});

it('no limit evicts session, source, project and type', async () => {
  const span = tracer.provider.getTracer('someone').startSpan('crowded');
  for (let i = 0; i < 3_000; i++) span.setAttribute(`k${i}`, i);
  span.end();
  await tracer.flush();
  const crowded = wire.span('crowded');
  expect(crowded.attributes).toMatchObject({
    'honeyhive.session_id': str(tracer.sessionId),
    'honeyhive.source': str('own-source'),
    'honeyhive.project': str('own-project'),
    honeyhive_event_type: str('tool'),
    k0: int(0),
    k1023: int(1023),
  });
  expect(Object.keys(under(crowded, 'k'))).toHaveLength(1024);
  expect(crowded.dropped[0]).toBe(1_976);
});

it('filters by name keep spans at home, on dot borders; their children leave all the same', async () => {
  const picky = wire.tracer({ spanFilters: { include: ['shop'], exclude: ['shop.health'] } });
  const library = picky.provider.getTracer('someone');
  for (const name of ['shop', 'shop.order', 'shopping', 'shop.health', 'shop.health.deep', 'shop.healthy', 'other']) {
    library.startActiveSpan(name, (span) => span.end());
  }
  await picky.flush();
  const left = wire.spans().filter(({ attributes }) => JSON.stringify(attributes).includes(picky.sessionId));
  expect(left.map(({ name }) => name)).toEqual(['shop', 'shop.order', 'shop.healthy']);
});

it('every span of the provider carries session and source, root or child, whoever started it', async () => {
  const own = wire.tracer({ source: 'unit' });
  const library = own.provider.getTracer('library', '1.0');
  own.trace('ours', () =>
    library.startActiveSpan('theirs', (span) => {
      own.trace('inside theirs', () => library.startSpan('root', { root: true }).end());
      span.end();
    }),
  );
  await own.flush();
  for (const name of ['ours', 'theirs', 'inside theirs', 'root']) {
    expect(wire.span(name).attributes).toMatchObject({
      'honeyhive.session_id': str(own.sessionId),
      'traceloop.association.properties.session_id': str(own.sessionId),
      'honeyhive.source': str('unit'),
      'traceloop.association.properties.source': str('unit'),
      honeyhive_event_type: expect.anything(),
    });
  }
  expect(wire.span('inside theirs').parentSpanId).toBe(wire.span('theirs').spanId);
  expect(wire.span('theirs').scope).toEqual({ name: 'library', version: '1.0' });
  expect(wire.span('root').parentSpanId).toBe('');
});

it('a session that REST knows nothing of is asked for on every span', async () => {
  const bare = wire.tracer({ sessionApi: false, sessionName: 'by spans' });
  bare.trace('first', () => bare.provider.getTracer('someone').startSpan('second').end());
  await bare.flush();
  for (const name of ['first', 'second']) {
    expect(under(wire.span(name), 'honeyhive.session')).toEqual({
      'honeyhive.session_id': str(bare.sessionId),
      'honeyhive.session_auto_create': bool(true),
      'honeyhive.session_name': str('by spans'),
    });
  }
  expect(wire.starts().map(({ session_id }) => session_id)).not.toContain(bare.sessionId);
});
