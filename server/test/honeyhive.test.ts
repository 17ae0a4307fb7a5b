import { randomUUID } from 'node:crypto';
import { hex, inSession, type Local, local, span, T0, traces } from './support/local';

let server: Local;
beforeAll(async () => {
  server = await local();
});

describe('events', () => {
  test('made over REST, they are read back as they were, in the tree of their session', async () => {
    const sessionId = randomUUID();
    const [parent, child] = [randomUUID(), randomUUID()];
    const base = { project: 'rest', source: 'dev', session_id: sessionId };
    expect(
      (
        await server.call('POST', '/events', {
          event: {
            ...base,
            event_id: parent,
            event_name: 'plan',
            event_type: 'chain',
            inputs: { q: { deep: [1, 'x'] } },
            outputs: { r: 1 },
            start_time: T0,
            end_time: T0 + 50,
          },
        })
      ).json,
    ).toEqual({ success: true, event_id: parent });
    const model = {
      ...base,
      event_id: child,
      parent_id: parent,
      event_name: 'llm',
      event_type: 'model',
      inputs: { messages: [] },
      outputs: { role: 'assistant', content: 'hi' },
      config: { model: 'gpt-4o' },
      metadata: { prompt_tokens: 1000, completion_tokens: 100 },
      metrics: { ok: true },
      feedback: { rating: 1 },
      user_properties: { user_id: 'u' },
      error: 'late',
      start_time: T0 + 5,
      duration: 20,
    };
    expect((await server.call('POST', '/v1/events', model)).status).toBe(200);
    const read = (await server.call('GET', `/v1/events/${child}`)).json;
    expect(read).toMatchObject({
      event_id: child,
      session_id: sessionId,
      parent_id: parent,
      event_type: 'model',
      event_name: 'llm',
      project: 'rest',
      source: 'dev',
      error: 'late',
      start_time: T0 + 5,
      end_time: T0 + 25,
      duration: 20,
      inputs: { messages: [] },
      outputs: { role: 'assistant', content: 'hi' },
      config: { model: 'gpt-4o' },
      metrics: { ok: true },
      feedback: { rating: 1 },
      user_properties: { user_id: 'u' },
    });
    expect(read.metadata).toMatchObject({
      prompt_tokens: 1000,
      completion_tokens: 100,
      total_tokens: 1100,
      cost: (1000 * 2.5 + 100 * 10) / 1e6,
    });
    await server.call('PUT', '/events', { event_id: child, metadata: { extra: 1 }, feedback: { rating: 2 } });
    expect((await server.call('GET', `/v1/events/${child}`)).json).toMatchObject({
      metadata: { extra: 1, prompt_tokens: 1000 },
      feedback: { rating: 2 },
    });
    const tree = (await server.call('GET', `/v1/events/${sessionId}`)).json;
    expect(tree).toMatchObject({
      event_type: 'session',
      children: [{ event_id: parent, children: [{ event_id: child, children: [] }] }],
    });
    expect(tree.metadata).toMatchObject({ num_events: 2, num_model_events: 1, total_tokens: 1100, has_feedback: true });
  });

  test('batches, with properties of their one session', async () => {
    const answer = (
      await server.call('POST', '/events/batch', {
        events: [
          { event_type: 'tool', event_name: 'a', inputs: {} },
          { event_type: 'tool', event_name: 'b', inputs: {} },
        ],
        is_single_session: true,
        session_properties: { session_name: 'bulk', user_properties: { user_id: 'b' } },
      })
    ).json;
    expect(answer.event_ids).toHaveLength(2);
    expect((await server.call('GET', `/api/sessions/${answer.session_id}`)).json).toMatchObject({
      session: { sessionName: 'bulk', spanCount: 2, userProperties: { user_id: 'b' } },
    });
  });

  test('a model call in its own words', async () => {
    const [id] = (
      await server.call('POST', '/events/model/batch', {
        model_events: [
          {
            model: 'gpt-4o',
            provider: 'openai',
            messages: [{ role: 'user', content: 'hi' }],
            response: { content: 'yo' },
            usage: { prompt_tokens: 3, completion_tokens: 4 },
            duration: 42,
          },
        ],
      })
    ).json.event_ids;
    expect((await server.call('GET', `/v1/events/${id}`)).json).toMatchObject({
      event_type: 'model',
      config: { model: 'gpt-4o', provider: 'openai' },
      inputs: { messages: [{ content: 'hi' }] },
      outputs: { content: 'yo' },
      metadata: { total_tokens: 7 },
      duration: 42,
    });
  });

  test('a model call under its own key, and the names it goes by there', async () => {
    const model_event = { model_name: 'gpt-4o', provider: 'openai', tool_choice: 'auto', event_name: 'call' };
    const { event_id } = (await server.call('POST', '/events/model', { model_event })).json;
    expect((await server.call('GET', `/v1/events/${event_id}`)).json).toMatchObject({
      event_type: 'model',
      event_name: 'call',
      config: { model: 'gpt-4o', provider: 'openai', tool_choice: 'auto' },
    });
  });

  test('sent again without a session, an event is stored once', async () => {
    const project = `again-${hex(4)}`;
    const event = { project, event_id: randomUUID(), event_type: 'tool', event_name: 'once', inputs: {} };
    for (let n = 0; n < 2; n++) await server.call('POST', '/events', { event });
    for (let n = 0; n < 2; n++)
      await server.call('POST', '/events/batch', { events: [event], is_single_session: true });
    const { json } = await server.call('GET', `/api/spans?project=${project}`);
    expect(json.items.map((one: { name: string }) => one.name)).toEqual(['once']);
  });

  test('a session can be removed once', async () => {
    for (const path of ['/session', '/v1/sessions', '/api/sessions']) {
      const { session_id } = (await server.call('POST', '/session/start', { session: {} })).json;
      expect((await server.call('DELETE', `${path}/${session_id}`)).status).toBe(200);
      expect((await server.call('DELETE', `${path}/${session_id}`)).status).toBe(404);
    }
  });

  test('an error that is empty is none', async () => {
    const base = { session_id: randomUUID(), event_type: 'tool', event_name: 'fine', inputs: {}, error: '' };
    for (const path of ['/events', '/v1/events']) {
      const { event_id } = (await server.call('POST', path, { event: base })).json;
      expect((await server.call('GET', `/v1/events/${event_id}`)).json.event.error).toBeNull();
    }
    const { session } = (await server.call('GET', `/api/sessions/${base.session_id}`)).json;
    expect(session.errorCount).toBe(0);
  });

  test('an event is where and as long as it says, by whichever two of start, end and duration', async () => {
    const base = { session_id: randomUUID(), event_type: 'tool', event_name: 'timed', inputs: {} };
    for (const [said, shown] of [
      [{ end_time: T0, duration: 500 }, [T0 - 500, T0, 500]],
      [{ end_time: T0 }, [T0, T0, 0]],
      [{ start_time: T0, duration: 500 }, [T0, T0 + 500, 500]],
      [{ start_time: T0, end_time: T0 + 12 }, [T0, T0 + 12, 12]],
    ] as const) {
      const { event_id } = (await server.call('POST', '/events', { event: { ...base, ...said } })).json;
      const { event } = (await server.call('GET', `/v1/events/${event_id}`)).json;
      expect([said, [event.start_time, event.end_time, event.duration]]).toEqual([said, shown]);
    }
    const { event_id } = (await server.call('POST', '/events', { event: { ...base, duration: 500 } })).json;
    const { event } = (await server.call('GET', `/v1/events/${event_id}`)).json;
    expect([event.end_time - event.start_time, event.duration]).toEqual([500, 500]);
  });

  test('what is missing is named, with what would be right', async () => {
    const missing = await server.call('POST', '/v1/events', { inputs: {} });
    expect(missing.status).toBe(400);
    expect(missing.json).toMatchObject({
      success: false,
      statusCode: 400,
      error: { code: 'invalid_field', field: 'event.event_type', allowed: 'model, tool, chain or session' },
    });
    expect((await server.call('POST', '/v1/events', { event_type: 'tool' })).json.error.field).toBe('event.inputs');
    expect((await server.call('PUT', '/events', { metadata: {} })).json.error.field).toBe('event_id');
    expect(
      (await server.call('POST', '/session/start', { session: { start_time: 'whenever' } })).json.error.field,
    ).toBe('start_time');
    expect((await server.call('POST', '/session/start', [])).status).toBe(400);
    expect((await server.call('GET', `/v1/events/${randomUUID()}`)).status).toBe(404);
    const unknown = await server.call('POST', '/v1/nothing', {});
    expect(unknown.status).toBe(404);
    expect(unknown.json.message).toContain('/v1/traces');
  });

  test('an id that is no UUID always means the same session', async () => {
    const first = (
      await server.call('POST', '/session/start', { session: { session_id: 'order-17', session_name: 'o' } })
    ).json;
    expect(first.session_id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5/);
    await server.call('PUT', '/events', { event_id: 'order-17', metadata: { a: 1 } });
    await server.call('POST', '/v1/traces', traces([span({ attributes: { 'session.id': 'order-17' } })]));
    expect((await server.call('GET', '/api/sessions/order-17')).json.session).toMatchObject({
      sessionId: first.session_id,
      metadata: { a: 1, session_id_given: 'order-17' },
      spanCount: 1,
    });
  });
});

test("times of events are whole milliseconds, as HoneyHive's clients demand", async () => {
  const sessionId = randomUUID();
  const one = {
    ...span({ attributes: inSession(sessionId) }),
    startTimeUnixNano: `${T0}400001`,
    endTimeUnixNano: `${T0 + 5}600001`,
  };
  await server.call('POST', '/v1/traces', traces([one]));
  const { events } = (
    await server.call('POST', '/v1/events/export', {
      filters: [{ field: 'session_id', operator: 'is', value: sessionId }],
    })
  ).json;
  expect(events).toHaveLength(2);
  for (const event of events) expect([event.start_time, event.end_time].every(Number.isInteger)).toBe(true);
});

describe('export and search', () => {
  const sessionId = randomUUID();
  const project = `export-${hex(4)}`;
  beforeAll(async () => {
    await server.call('POST', '/session/start', {
      session: { session_id: sessionId, session_name: 'S', project, start_time: T0, metadata: { tier: 'gold' } },
    });
    await server.call(
      'POST',
      '/v1/traces',
      traces(
        [1, 2, 3, 4].map((n) =>
          span({
            name: `step ${n}`,
            startMs: T0 + n,
            endMs: T0 + n + n * 100,
            attributes: inSession(sessionId, {
              'honeyhive.project': project,
              honeyhive_event_type: n === 4 ? 'model' : 'tool',
              'honeyhive_metadata.n': n,
              'honeyhive_metadata.odd': n % 2 === 1,
              'honeyhive_metadata.word': `word-${n}`,
              ...(n === 2 ? { honeyhive_error: 'failed' } : {}),
            }),
          }),
        ),
      ),
    );
  });
  const names = async (filters: object[], more: object = {}): Promise<string[]> => {
    const answer = await server.call('POST', '/v1/events/export', { project, filters, ...more });
    if (answer.status !== 200) throw new Error(answer.text);
    expect(answer.json.totalEvents).toBeGreaterThanOrEqual(answer.json.events.length);
    return answer.json.events.map((event: { event_name: string }) => event.event_name);
  };
  test.each<[string, object, string[]]>([
    ['is', { field: 'event_type', operator: 'is', value: 'model', type: 'string' }, ['step 4']],
    ['is, of sessions', { field: 'event_type', operator: 'is', value: 'session', type: 'string' }, ['S']],
    ['is not', { field: 'event_type', operator: 'is not', value: 'tool', type: 'string' }, ['step 4', 'S']],
    ['contains', { field: 'metadata.word', operator: 'contains', value: 'WORD-3', type: 'string' }, ['step 3']],
    ['not contains', { field: 'event_name', operator: 'not contains', value: 'step', type: 'string' }, ['S']],
    ['exists', { field: 'metadata.tier', operator: 'exists', type: 'string' }, ['S']],
    ['not exists', { field: 'metadata.n', operator: 'not exists', type: 'number' }, ['S']],
    ['greater than', { field: 'metadata.n', operator: 'greater than', value: 2, type: 'number' }, ['step 4', 'step 3']],
    ['less than', { field: 'duration', operator: 'less than', value: '150', type: 'number' }, ['step 1']],
    ['boolean is', { field: 'metadata.odd', operator: 'is', value: true, type: 'boolean' }, ['step 3', 'step 1']],
    ['after', { field: 'start_time', operator: 'after', value: T0 + 2, type: 'datetime' }, ['step 4', 'step 3']],
    [
      'before',
      { field: 'start_time', operator: 'before', value: new Date(T0 + 2).toISOString(), type: 'datetime' },
      ['step 1', 'S'],
    ],
    [
      'by id',
      { field: 'session_id', operator: 'is', value: sessionId, type: 'string' },
      ['step 4', 'step 3', 'step 2', 'step 1', 'S'],
    ],
    ['error exists', { field: 'error', operator: 'exists', type: 'string' }, ['step 2']],
  ])('%s', async (_name, filter, expected) => {
    expect(await names([filter])).toEqual(expected);
  });
  test('filters hold together; pages, ranges and projections', async () => {
    expect(
      await names([
        { field: 'metadata.n', operator: 'greater than', value: 1, type: 'number' },
        { field: 'metadata.n', operator: 'less than', value: 4, type: 'number' },
      ]),
    ).toEqual(['step 3', 'step 2']);
    expect([
      ...(await names([], { limit: 2, page: 1 })),
      ...(await names([], { limit: 2, page: 2 })),
      ...(await names([], { limit: 2, page: 3 })),
    ]).toEqual(['step 4', 'step 3', 'step 2', 'step 1', 'S']);
    expect(await names([], { dateRange: { $gte: T0 + 2, $lte: T0 + 3 } })).toEqual(['step 3', 'step 2']);
    const projected = await server.call('POST', '/events/export', {
      project,
      filters: [{ field: 'event_type', operator: 'is', value: 'model' }],
      projections: ['event_name', 'duration'],
    });
    expect(projected.json).toMatchObject({ totalEvents: 1, events: [{ event_name: 'step 4', duration: 400 }] });
    expect(Object.keys(projected.json.events[0])).toEqual(['event_name', 'duration']);
  });
  test('what cannot be asked is refused', async () => {
    expect(
      (await server.call('POST', '/v1/events/export', { filters: [{ field: 'a', operator: 'like', value: 'x' }] })).json
        .error,
    ).toMatchObject({ field: 'filters[0].operator', allowed: expect.stringContaining('contains') });
    expect((await server.call('POST', '/v1/events/search', { filters: [], limit: 1001 })).json.error.field).toBe(
      'limit',
    );
    expect((await server.call('POST', '/v1/events/export', { filters: {} })).json.error.field).toBe('filters');
  });
});

test('the experiment flow of the Python SDK, request by request', async () => {
  const runs: string[] = [];
  for (const [round, scores] of [
    [0, [1, 0.5]],
    [1, [1, 1]],
  ] as const) {
    const runId = randomUUID();
    runs.push(runId);
    const created = await server.call('POST', '/v1/runs', {
      run_id: runId,
      name: `run ${round}`,
      status: 'pending',
      metadata: { offline_dataset_id: 'EXT-abc' },
      event_ids: [],
      configuration: { function: 'fn', evaluators: ['acc'], max_workers: 10, aggregate_function: 'average' },
      datapoint_ids: [],
    });
    expect(created.json).toMatchObject({ run_id: runId, evaluation: { status: 'pending', name: `run ${round}` } });
    const sessions: string[] = [];
    for (const [index, score] of scores.entries()) {
      const metadata = { run_id: runId, dataset_id: 'EXT-abc', datapoint_id: `EXT-${index}` };
      const started = (
        await server.call('POST', '/session/start', {
          session: { session_name: `run ${round}`, source: 'evaluation', inputs: { q: index }, metadata },
        })
      ).json;
      sessions.push(started.session_id);
      await server.call(
        'POST',
        '/opentelemetry/v1/traces',
        traces([
          span({
            name: 'fn',
            attributes: inSession(started.session_id, {
              honeyhive_event_type: 'chain',
              'honeyhive_metrics.acc': score,
              'honeyhive_metrics.acc_explanation': 'because',
              'honeyhive_metrics.acc_passed': score > 0.6,
              'honeyhive_metadata.run_id': runId,
              'honeyhive_metadata.datapoint_id': `EXT-${index}`,
            }),
          }),
        ]),
      );
      await server.call('PUT', '/events', {
        event_id: started.session_id,
        outputs: { ans: 'a' },
        feedback: { ground_truth: { ans: 'a' } },
      });
    }
    const updated = await server.call('PUT', `/v1/runs/${runId}`, {
      name: `run ${round}`,
      status: 'completed',
      event_ids: sessions,
      metadata: {},
    });
    expect(updated.json.evaluation).toMatchObject({ status: 'completed', event_ids: sessions });
    const result = (await server.call('GET', `/v1/runs/${runId}/result?aggregate_function=average`)).json;
    expect(result).toMatchObject({ status: 'completed', success: true, metrics: { aggregation_function: 'average' } });
    expect(result.metrics.details).toMatchObject([
      { metric_name: 'acc', event_name: 'fn', event_type: 'chain', aggregate: round === 0 ? 0.75 : 1 },
    ]);
    expect(result.passed).toEqual(expect.arrayContaining(['EXT-0']));
    expect(result.failed).toEqual(round === 0 ? ['EXT-1'] : []);
  }
  const compared = (await server.call('GET', `/v1/runs/${runs[1]}/compare-with/${runs[0]}?aggregate_function=average`))
    .json;
  expect(compared.commonDatapoints.sort()).toEqual(['EXT-0', 'EXT-1']);
  expect(compared.metrics).toMatchObject([
    {
      metric_name: 'acc',
      old_aggregate: 0.75,
      new_aggregate: 1,
      difference: 0.25,
      improved: ['EXT-1'],
      same: ['EXT-0'],
      degraded: [],
      found_count: 2,
    },
  ]);
  expect((await server.call('GET', `/v1/runs/${runs[0]}`)).json.evaluation.run_id).toBe(runs[0]);
  expect((await server.call('GET', '/v1/runs')).json.evaluations.length).toBeGreaterThanOrEqual(2);
  expect(
    (await server.call('GET', `/v1/runs/compare/events?run_id_1=${runs[1]}&run_id_2=${runs[0]}`)).json.events,
  ).toHaveLength(2);
  expect((await server.call('GET', '/v1/runs/none/result')).status).toBe(404);
  expect((await server.call('PUT', `/v1/runs/${runs[0]}`, { status: 'lost' })).json.error.field).toBe('status');
  expect((await server.call('GET', `/api/sessions?run=${runs[0]}`)).json.items).toHaveLength(2);
});

test('the older paths of runs, in a project, and the list of metrics', async () => {
  const { run_id } = (await server.call('POST', '/runs', { project: 'elsewhere', name: 'r', event_ids: [] })).json;
  expect((await server.call('PUT', `/runs/${run_id}`, { status: 'completed' })).json.evaluation).toMatchObject({
    status: 'completed',
    project: 'elsewhere',
  });
  expect((await server.call('GET', `/runs/${run_id}`)).json.evaluation.name).toBe('r');
  expect((await server.call('GET', '/runs')).json.evaluations.map((run: { run_id: string }) => run.run_id)).toContain(
    run_id,
  );
  await server.call('POST', '/metrics', { name: 'acc', type: 'PYTHON' });
  expect((await server.call('GET', '/metrics')).json).toMatchObject([{ name: 'acc' }]);
});

test('datasets and datapoints', async () => {
  const made = (await server.call('POST', '/v1/datasets', { name: 'capitals', description: 'd' })).json;
  const id = made.result.insertedId;
  const added = (
    await server.call('POST', `/v1/datasets/${id}/datapoints`, {
      data: [
        { q: 'France?', a: 'Paris', x: 1 },
        { q: 'Spain?', a: 'Madrid', x: 2 },
      ],
      mapping: { inputs: ['q'], ground_truth: ['a'], history: [] },
    })
  ).json;
  expect(added.datapoint_ids).toHaveLength(2);
  const read = (await server.call('GET', '/v1/datapoints?dataset_name=capitals')).json.datapoints;
  expect(read.map((one: { inputs: unknown; ground_truth: unknown }) => [one.inputs, one.ground_truth])).toEqual([
    [{ q: 'Spain?' }, { a: 'Madrid' }],
    [{ q: 'France?' }, { a: 'Paris' }],
  ]);
  expect(
    (await server.call('PUT', `/datapoints/${added.datapoint_ids[0]}`, { metadata: { seen: true } })).json,
  ).toMatchObject({ inputs: { q: 'France?' }, metadata: { seen: true } });
  expect((await server.call('GET', `/v1/datasets/${id}`)).json.name).toBe('capitals');
  expect((await server.call('DELETE', `/v1/datapoints/${added.datapoint_ids[0]}`)).json.deleted).toBe(true);
  expect((await server.call('GET', `/v1/datapoints?dataset_id=${id}`)).json.datapoints).toHaveLength(1);
  expect((await server.call('DELETE', `/v1/datapoints/${added.datapoint_ids[0]}`)).status).toBe(404);
});

describe('other conventions become events', () => {
  const shown = async (
    name: string,
    attributes: Record<string, never>,
    events: { name: string; attributes: Record<string, never> }[] = [],
  ) => {
    const one = span({ name, attributes, events });
    await server.call('POST', '/v1/traces', traces([one]));
    return (await server.call('GET', `/api/spans/${one.traceId}/${one.spanId}`)).json;
  };
  test('OpenTelemetry gen_ai', async () => {
    const messages = [{ role: 'user', parts: [{ type: 'text', content: 'hi' }] }];
    expect(
      await shown('chat gpt-4o', {
        'gen_ai.operation.name': 'chat',
        'gen_ai.request.model': 'gpt-4o',
        'gen_ai.response.model': 'gpt-4o-2024-08-06',
        'gen_ai.request.temperature': 0.5,
        'gen_ai.usage.input_tokens': 10,
        'gen_ai.usage.output_tokens': 5,
        'gen_ai.input.messages': JSON.stringify(messages),
        'gen_ai.output.messages': '[{"role":"assistant","parts":[]}]',
      } as never),
    ).toMatchObject({
      eventType: 'model',
      model: 'gpt-4o-2024-08-06',
      tokens: { prompt: 10, completion: 5, total: 15 },
      costUsd: (10 * 2.5 + 5 * 10) / 1e6,
      inputs: { messages },
      outputs: { messages: [{ role: 'assistant' }] },
      config: { temperature: 0.5, model: 'gpt-4o' },
    });
    expect((await shown('run', { 'gen_ai.operation.name': 'invoke_agent' } as never)).eventType).toBe('chain');
    expect((await shown('x', { 'gen_ai.operation.name': 'execute_tool' } as never)).eventType).toBe('tool');
  });
  test('OpenInference', async () => {
    expect(
      await shown('LLM', {
        'openinference.span.kind': 'LLM',
        'llm.model_name': 'claude-3-5-sonnet-20241022',
        'llm.token_count.prompt': 3,
        'llm.token_count.completion': 4,
        'llm.input_messages.0.message.role': 'user',
        'llm.input_messages.0.message.content': 'hi',
        'llm.output_messages.0.message.role': 'assistant',
        'llm.output_messages.0.message.content': 'yo',
        'llm.invocation_parameters': '{"temperature":0}',
        metadata: '{"tier":"gold"}',
      } as never),
    ).toMatchObject({
      eventType: 'model',
      model: 'claude-3-5-sonnet-20241022',
      tokens: { total: 7 },
      costUsd: (3 * 3 + 4 * 15) / 1e6,
      inputs: { messages: [{ role: 'user', content: 'hi' }] },
      outputs: { messages: [{ role: 'assistant', content: 'yo' }] },
      config: { parameters: { temperature: 0 } },
      metadata: { tier: 'gold' },
      preview: 'yo',
    });
    expect(
      await shown('search', {
        'openinference.span.kind': 'RETRIEVER',
        'input.value': 'q',
        'output.value': '["d"]',
      } as never),
    ).toMatchObject({ eventType: 'tool', inputs: { value: 'q' }, outputs: { result: ['d'] } });
  });
  test('Traceloop', async () => {
    expect(
      await shown('openai.chat', {
        'llm.request.type': 'chat',
        'gen_ai.request.model': 'gpt-4o-mini',
        'gen_ai.prompt.0.role': 'user',
        'gen_ai.prompt.0.content': 'hi',
        'gen_ai.completion.0.content': 'yo',
        'gen_ai.completion.0.role': 'assistant',
        'gen_ai.usage.prompt_tokens': 1,
        'gen_ai.usage.completion_tokens': 2,
        'llm.usage.total_tokens': 3,
        'traceloop.association.properties.session_id': randomUUID(),
      } as never),
    ).toMatchObject({
      eventType: 'model',
      tokens: { prompt: 1, completion: 2, total: 3 },
      inputs: { messages: [{ role: 'user', content: 'hi' }] },
      outputs: { messages: [{ content: 'yo' }] },
    });
    expect(
      await shown('flow', {
        'traceloop.span.kind': 'workflow',
        'traceloop.entity.input': '{"a":1}',
        'traceloop.entity.output': '"done"',
      } as never),
    ).toMatchObject({ eventType: 'chain', inputs: { a: 1 } });
  });
  test('Langfuse', async () => {
    expect(
      await shown('complete', {
        'langfuse.observation.type': 'generation',
        'langfuse.observation.model.name': 'gpt-4o',
        'langfuse.observation.model.parameters': '{"temperature":0.5}',
        'langfuse.observation.input': '[{"role":"user","content":"Capital of France?"}]',
        'langfuse.observation.output': '[{"role":"assistant","content":"Paris"}]',
        'langfuse.observation.usage_details': '{"input":1000,"output":100,"total":1100}',
        'langfuse.observation.metadata.attempt': '1',
        'langfuse.trace.metadata.feature': 'chat',
        'user.id': 'ada',
      } as never),
    ).toMatchObject({
      eventType: 'model',
      model: 'gpt-4o',
      tokens: { prompt: 1000, completion: 100, total: 1100 },
      costUsd: (1000 * 2.5 + 100 * 10) / 1e6,
      inputs: { messages: [{ role: 'user', content: 'Capital of France?' }] },
      outputs: { messages: [{ role: 'assistant', content: 'Paris' }] },
      config: { model: 'gpt-4o', parameters: { temperature: 0.5 } },
      metadata: { attempt: '1', feature: 'chat' },
      userProperties: { user_id: 'ada' },
    });
    expect(
      await shown('check', {
        'langfuse.observation.type': 'agent',
        'langfuse.observation.level': 'ERROR',
        'langfuse.observation.status_message': 'no such place',
        'langfuse.observation.cost_details': '{"input":0.1,"total":0.3}',
      } as never),
    ).toMatchObject({ eventType: 'chain', status: 'error', error: { message: 'no such place' }, costUsd: 0.3 });
  });
  test('what they say in lists is found as well', async () => {
    const word = `stop${hex(6)}`;
    const sessionId = randomUUID();
    const one = span({ attributes: inSession(sessionId, { 'gen_ai.request.stop_sequences': [word] }) });
    await server.call('POST', '/v1/traces', traces([one]));
    const { items } = (await server.call('GET', `/api/sessions?q=config.stop_sequences.0:${word}`)).json;
    expect(items).toMatchObject([{ sessionId }]);
  });
  test('names: whole words only', async () => {
    for (const [name, type] of [
      ['openai.chat', 'model'],
      ['my-model', 'model'],
      ['generate_report', 'tool'],
      ['google_search', 'tool'],
      ['foo', 'tool'],
      ['modelling', 'tool'],
    ] as const)
      expect((await shown(name, {} as never)).eventType).toBe(type);
  });
});
