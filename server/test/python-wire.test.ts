/**
 * What HoneyHive's Python SDK 1.5 sends, by the shapes recorded from its wire: OTLP as JSON written by hand (names for
 * kinds and status codes, no parent as null, "nan" as text), one session each, an update at the end.
 */
import { randomUUID } from 'node:crypto';
import { hex, local, T0 } from './support/local';

const HEADERS = {
  authorization: 'Bearer hh_key',
  'hh-client-version': '1.5.1',
  'hh-client-language': 'python',
  'hh-client-package': 'honeyhive',
};
const text = (key: string, value: string) => ({ key, value: { stringValue: value } });

test('a traced call of the Python SDK: session started, spans, session updated', async () => {
  const server = await local();
  const { session_id: sessionId } = (
    await server.call(
      'POST',
      '/session/start',
      { session: { session_name: 'notebook', source: 'dev', inputs: { q: 'x' }, metadata: { feature: 'chat' } } },
      { ...HEADERS, 'hh-client-timestamp': `${T0}000000` },
    )
  ).json;
  const [traceId, root, child] = [hex(16), hex(8), hex(8)];
  const common = [
    text('honeyhive.session_id', sessionId),
    text('honeyhive.project', 'py'),
    text('honeyhive.source', 'dev'),
  ];
  const body = {
    resourceSpans: [
      {
        resource: { attributes: [text('service.name', 'notebook'), text('telemetry.sdk.language', 'python')] },
        scopeSpans: [
          {
            scope: { name: 'honeyhive.1f3a', version: '' },
            spans: [
              {
                traceId,
                spanId: child,
                parentSpanId: root,
                name: 'complete',
                kind: 'SPAN_KIND_INTERNAL',
                startTimeUnixNano: `${T0 + 1}000000`,
                endTimeUnixNano: `${T0 + 4}500000`,
                attributes: [
                  ...common,
                  text('honeyhive_event_type', 'model'),
                  { key: 'honeyhive_metrics.big', value: { intValue: '9007199254740993' } },
                  { key: 'honeyhive_metrics.exact', value: { boolValue: true } },
                  text('honeyhive_metrics.odd', 'nan'),
                  {
                    key: 'honeyhive_metadata.tags',
                    value: { arrayValue: { values: [{ stringValue: 'a' }, { doubleValue: 0.5 }] } },
                  },
                ],
                events: [],
                status: { code: 'STATUS_CODE_ERROR', message: 'late' },
              },
              {
                traceId,
                spanId: root,
                parentSpanId: null,
                name: 'answer',
                kind: 'SPAN_KIND_INTERNAL',
                startTimeUnixNano: `${T0}000000`,
                endTimeUnixNano: `${T0 + 5}000000`,
                attributes: [...common, text('honeyhive_event_type', 'chain'), text('honeyhive_inputs.q', '{"a": 1}')],
                events: [],
                status: { code: 'STATUS_CODE_OK', message: '' },
              },
            ],
          },
        ],
      },
    ],
  };
  // Only a plain 200 counts for this client, and it never asks again.
  const sent = await server.call('POST', '/opentelemetry/v1/traces', body, HEADERS);
  expect(sent).toMatchObject({ status: 200, json: {} });
  const update = { event_id: sessionId, outputs: { answer: 'y' }, feedback: { rating: 1 }, metrics: { f1: 0.5 } };
  expect((await server.call('PUT', '/events', update, HEADERS)).status).toBe(200);

  const { session, spans } = (await server.call('GET', `/api/sessions/${sessionId}`)).json;
  expect(session).toMatchObject({
    sessionName: 'notebook',
    project: 'py',
    source: 'dev',
    spanCount: 2,
    errorCount: 1,
    inputs: { q: 'x' },
    outputs: { answer: 'y' },
    feedback: { rating: 1 },
    metrics: { f1: 0.5 },
    metadata: { feature: 'chat' },
  });
  expect(spans).toMatchObject([
    { name: 'answer', parentSpanId: null, status: 'ok', eventType: 'chain', durationMs: 5 },
    { name: 'complete', parentSpanId: root, status: 'error', errorMessage: 'late', durationMs: 3.5 },
  ]);
  const exported = (
    await server.call('POST', '/v1/events/export', {
      project: 'py',
      filters: [{ field: 'session_id', operator: 'is', value: sessionId, type: 'string' }],
    })
  ).json.events as { event_name: string; [field: string]: unknown }[];
  const named = (name: string) => exported.find(({ event_name }) => event_name === name);
  expect(named('answer')).toMatchObject({ parent_id: sessionId, inputs: { q: { a: 1 } }, start_time: T0, duration: 5 });
  expect(named('complete')).toMatchObject({
    error: 'late',
    metrics: { big: '9007199254740993', exact: true, odd: 'nan' },
    metadata: { tags: ['a', 0.5] },
  });
});

test('events an older client makes over REST, and a batch of them', async () => {
  const server = await local();
  const sessionId = randomUUID();
  const event = {
    project: '',
    source: 'dev',
    session_id: sessionId,
    event_name: 'look up',
    event_type: 'tool',
    config: {},
    inputs: { q: 1 },
    outputs: { r: 2 },
    error: null,
    duration: 12,
    metadata: {},
    metrics: {},
    feedback: {},
    user_properties: {},
    parent_id: sessionId,
    event_id: randomUUID(),
    children_ids: [],
    start_time: T0,
    end_time: T0 + 12,
  };
  expect((await server.call('POST', '/events', { event }, HEADERS)).json).toMatchObject({
    event_id: event.event_id,
    success: true,
  });
  const second = { ...event, event_id: randomUUID(), event_name: 'again' };
  expect((await server.call('POST', '/events/batch', { events: [event, second] }, HEADERS)).status).toBe(200);
  const { session, spans } = (await server.call('GET', `/api/sessions/${sessionId}`)).json;
  expect(session).toMatchObject({ spanCount: 2, errorCount: 0 });
  expect(spans.map((one: { name: string }) => one.name).sort()).toEqual(['again', 'look up']);
});

test('an experiment on a dataset of the server, request by request, until its result and comparison', async () => {
  const server = await local();
  const ask = async (method: string, path: string, body?: unknown) => {
    const { status, json } = await server.call(method, path, body, HEADERS);
    expect([path, status]).toEqual([path, 200]);
    return json;
  };
  const dataset_id = (await ask('POST', '/v1/datasets', { name: 'capitals' })).result.insertedId;
  await ask('POST', `/v1/datasets/${dataset_id}/datapoints`, {
    data: [
      { q: 'France?', a: 'Paris' },
      { q: 'Spain?', a: 'Madrid' },
    ],
    mapping: { inputs: ['q'], ground_truth: ['a'], history: [] },
  });
  const evaluate = async (name: string, answers: Record<string, string>): Promise<string> => {
    const [dataset] = (await ask('GET', `/v1/datasets?dataset_id=${dataset_id}`)).datasets;
    const points: any[] = [];
    for (const id of dataset.datapoints) points.push((await ask('GET', `/v1/datapoints/${id}`)).datapoint[0]);
    expect(points.map((point) => point.inputs.q)).toEqual(['France?', 'Spain?']);
    const run = await ask('POST', '/v1/runs', {
      run_id: randomUUID(),
      name,
      status: 'pending',
      metadata: { git: { branch: 'main' } },
      dataset_id,
      event_ids: [],
      configuration: { function: name, evaluators: ['right'] },
      datapoint_ids: dataset.datapoints,
    });
    const { run_id } = run;
    const sessions: string[] = [];
    for (const point of points) {
      const metadata = { run_id, dataset_id, datapoint_id: point.id };
      const session = { session_name: name, source: 'evaluation', inputs: point.inputs, metadata };
      const started = await ask('POST', '/session/start', { session });
      // Without these two the client takes an id of its own, and its spans go to a session nobody started.
      expect(started).toMatchObject({ org_id: expect.any(String), workspace_id: expect.any(String) });
      sessions.push(started.session_id);
      const answer = answers[point.inputs.q];
      await ask('POST', '/opentelemetry/v1/traces', {
        resourceSpans: [
          {
            resource: { attributes: [] },
            scopeSpans: [
              {
                scope: { name: 'honeyhive.1f3a' },
                spans: [
                  {
                    traceId: hex(16),
                    spanId: hex(8),
                    parentSpanId: null,
                    name,
                    kind: 'SPAN_KIND_INTERNAL',
                    startTimeUnixNano: `${T0}000000`,
                    endTimeUnixNano: `${T0 + 3}000000`,
                    attributes: [
                      text('honeyhive.session_id', started.session_id),
                      text('honeyhive_event_type', 'chain'),
                      text('honeyhive_metadata.run_id', run_id),
                      text('honeyhive_metadata.datapoint_id', point.id),
                      { key: 'honeyhive_metrics.right', value: { boolValue: answer === point.ground_truth.a } },
                    ],
                    status: { code: 'STATUS_CODE_OK' },
                  },
                ],
              },
            ],
          },
        ],
      });
      await ask('PUT', '/events', {
        event_id: started.session_id,
        outputs: { answer },
        feedback: { ground_truth: point.ground_truth },
      });
    }
    await ask('PUT', `/v1/runs/${run_id}`, { name, status: 'completed', event_ids: sessions });
    const { evaluation } = await ask('GET', `/v1/runs/${run_id}`);
    expect(evaluation).toMatchObject({ status: 'completed', dataset_id, event_ids: sessions });
    return run_id;
  };
  const older = await evaluate('first try', { 'France?': 'Paris', 'Spain?': 'Barcelona' });
  const newer = await evaluate('second try', { 'France?': 'Paris', 'Spain?': 'Madrid' });
  const result = await ask('GET', `/v1/runs/${older}/result?aggregate_function=average`);
  expect(result).toMatchObject({ status: 'completed', success: true, run_object: { run_id: older, dataset_id } });
  expect([result.passed.length, result.failed.length]).toEqual([1, 1]);
  expect(result.metrics.details).toMatchObject([{ metric_name: 'right', event_name: 'first try', aggregate: 0.5 }]);
  const compared = await ask('GET', `/v1/runs/${newer}/compare-with/${older}?aggregate_function=average`);
  expect(compared.metrics).toMatchObject([
    { metric_name: 'right', old_aggregate: 0.5, new_aggregate: 1, improved: result.failed, same: result.passed },
  ]);
  expect((await ask('GET', `/v1/runs?dataset_id=${dataset_id}`)).pagination.total).toBe(2);
});
