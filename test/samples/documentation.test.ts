/** The samples that follow the documentation of HoneyHive's SDKs: each runs as a program, then the server is asked. */
import { type LocalServerProcess, runLocalServer } from '../support/local-server.js';
import { runSample } from '../support/run-sample.js';

type Event = Record<string, unknown> & { event_type: string; event_name: string; session_id: string };

let server: LocalServerProcess;
beforeAll(async () => {
  server = await runLocalServer();
});
afterAll(() => server.remove());

async function run(sample: string): Promise<string[]> {
  const out = await runSample(sample, { HH_API_URL: server.url, HH_LOG_LEVEL: 'silent' });
  return out.trimEnd().split('\n');
}

/** The session of that name and its spans by name, as HoneyHive's own clients read events. */
async function session(name: string): Promise<{ session: Event; spans: Event[] }> {
  const listed = (await (await fetch(`${server.url}/api/sessions?limit=100`)).json()) as {
    items: { sessionName: string; sessionId: string; project: string }[];
  };
  const item = listed.items.find(({ sessionName }) => sessionName === name);
  if (item === undefined)
    throw new Error(`no session is called ${name}: ${listed.items.map((one) => one.sessionName)}`);
  const filters = [{ field: 'session_id', operator: 'is', value: item.sessionId, type: 'string' }];
  const response = await fetch(`${server.url}/v1/events/export`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ project: item.project, filters, limit: 100 }),
  });
  const { events } = (await response.json()) as { events: Event[] };
  const own = events.find(({ event_type }) => event_type === 'session') as Event;
  const spans = events.filter((event) => event !== own).sort((x, y) => x.event_name.localeCompare(y.event_name));
  return { session: own, spans };
}

it('session lifecycle: every session says how it went', async () => {
  expect(await run('session-lifecycle.ts')).toEqual([
    'Open the settings and choose "Reset password".',
    'RangeError: there is no task',
  ]);
  const done = await session('reset-user_123');
  expect(done.session).toMatchObject({
    metadata: { task: 'reset', status: 'completed', started_at: expect.any(String), completed_at: expect.any(String) },
    outputs: { result: 'Open the settings and choose "Reset password".' },
    metrics: { success: true },
    user_properties: { user_id: 'user_123' },
  });
  expect(done.spans).toMatchObject([
    { event_name: 'CannedModel.complete', event_type: 'model', config: { model: 'canned-1' } },
    { event_name: 'Workflow.help', event_type: 'chain', inputs: { task: 'reset' } },
  ]);
  const failed = await session('-user_456');
  expect(failed.session).toMatchObject({
    metadata: { status: 'failed', error_type: 'RangeError', error_message: 'there is no task' },
    metrics: { success: false },
  });
  expect(failed.spans).toMatchObject([
    { event_name: 'Workflow.help', error: expect.stringContaining('there is no task') },
  ]);
});

it('experiment tagging: each variant with its configuration and results', async () => {
  await run('experiment-tagging.ts');
  const [a, b] = [await session('experiment-u1'), await session('experiment-u2')];
  expect(a.session).toMatchObject({
    metadata: { experiment: 'prompt_optimization_v2', variant: 'variant_a', user_id: 'u1' },
    config: { model: 'large', temperature: 0.7 },
    metrics: { token_count: 11, response_time_ms: expect.any(Number) },
    outputs: { response: 'A qubit holds two states at once.' },
  });
  expect(b.session).toMatchObject({ metadata: { variant: 'variant_b' }, config: { model: 'small', temperature: 0.9 } });
  expect(a.spans.map(({ event_name }) => event_name)).toEqual(['CannedModel.complete', 'Experiment.ask']);
});

it('feedback after the end: reaches the session that is over', async () => {
  expect(await run('feedback-after-the-end.ts')).toEqual(['Paris.']);
  const { session: chat, spans } = await session('chat');
  expect(chat).toMatchObject({
    inputs: { question: 'What is the capital of France?' },
    feedback: { rating: 5, comment: 'Just what I needed', helpful: true, given_at: expect.any(String) },
    metadata: { feedback_collected: true },
  });
  expect(spans).toHaveLength(2);
  expect((await session('feedback desk')).session.feedback).toEqual({});
});

it('cost tracking: totals on the session, each call on its span', async () => {
  await run('cost-tracking.ts');
  const { session: tracked, spans } = await session('cost tracking');
  const [first, second] = [1 * 0.000_003 + 7 * 0.000_015, 4 * 0.000_003 + 7 * 0.000_015];
  expect(tracked.metrics).toMatchObject({
    total_tokens: 19,
    call_count: 2,
    avg_tokens_per_call: 9.5,
    total_cost: expect.closeTo(first + second, 12),
  });
  const said = spans.filter(({ event_name }) => event_name === 'CostTracker.say');
  expect(said.map(({ metrics }) => (metrics as { tokens: number }).tokens).sort()).toEqual([11, 8]);
});

it('multi-instance: each tracer has its own project, source, session and spans', async () => {
  await run('multi-instance.ts');
  const [production, testing] = [await session('production'), await session('testing')];
  expect(production.session).toMatchObject({
    source: 'production',
    metadata: { environment: 'production', user_id: 'user_123' },
  });
  expect(production.spans).toMatchObject([
    { event_name: 'Recommender.recommend', source: 'production', metadata: { customer: { tier: 'gold' } } },
  ]);
  expect(testing.session).toMatchObject({ source: 'testing', metadata: { test_case: 'scenario_1' } });
  expect(testing.spans).toMatchObject([
    { event_name: 'isKnown', inputs: { name: 'ada' }, outputs: { result: true } },
    { event_name: 'Recommender.recommend', inputs: { customer: 'test customer' } },
  ]);
});

it('retry decorator: every attempt is on the span', async () => {
  expect((await run('retry-decorator.ts')).sort()).toEqual(['sunny in Oslo', 'the station is gone']);
  const [broken, flaky] = (await session('retries')).spans;
  expect(flaky).toMatchObject({
    event_name: 'flaky',
    error: null,
    inputs: { args: ['Oslo'] },
    outputs: { result: 'sunny in Oslo' },
    metadata: {
      retry: {
        max_attempts: 3,
        success: true,
        attempts_used: 3,
        attempt_1: { error: '503 at call 1' },
        attempt_2: { error: '503 at call 2' },
      },
    },
  });
  expect(broken).toMatchObject({
    event_name: 'broken',
    error: 'the station is gone',
    metadata: { retry: { exhausted: true, success: false, attempt_2: { error: 'the station is gone' } } },
  });
});

it('sensitive data: masked by name, shape, option, hook and parameter', async () => {
  expect(await run('sensitive-data.ts')).toEqual(['true']);
  const { spans } = await session('sensitive data');
  const masked = '[REDACTED]';
  expect(spans).toMatchObject([
    {
      event_name: 'Clinic.admit',
      inputs: {
        patient: { name: 'Ada', birthday: masked, email: '***@example.org', diagnosis: masked },
        note: masked,
      },
    },
    {
      event_name: 'Clinic.login',
      inputs: { user: 'ada', password: masked },
      outputs: { result: { sessionToken: masked } },
    },
    { event_name: 'Clinic.lookUp', inputs: { identity: masked, customer: masked } },
    {
      event_name: 'Clinic.pay',
      inputs: {},
      outputs: {},
      metadata: { payment: { amount: 12.5, currency: 'USD' } },
    },
  ]);
  expect(JSON.stringify(spans)).not.toMatch(/correct horse|1815|ada@|flu|4111|AB123456|004711|sleeps/);
});

it('late decoration: what is called before the tracer exists runs untraced, the rest is there', async () => {
  expect(await run('late-decoration.ts')).toEqual([
    'order 0 | order 0 cancelled',
    'order 1 | order 1 cancelled',
    '3 | hello Ada',
  ]);
  expect((await session('late decoration')).spans).toMatchObject([
    { event_name: 'greet', inputs: { name: 'Ada' } },
    { event_name: 'Legacy.total', inputs: { prices: [1, 2] }, outputs: { result: 3 } },
    { event_name: 'Orders.cancel', inputs: { id: '1' } },
    { event_name: 'Orders.find', event_type: 'order_lookup', inputs: { id: '1' } },
  ]);
});

it('cleanup on exit: a closed tracer says what became of it, process.exit loses nothing', async () => {
  const failed = await run('cleanup-on-exit.ts').catch((error: { code: number; stdout: string }) => error);
  expect(failed).toMatchObject({ code: 3, stdout: 'report done\nacme: 1 delivered, 0 dropped\ninvoice done\n' });
  for (const [tenant, job] of [
    ['acme', 'report'],
    ['globex', 'invoice'],
  ]) {
    const { session: own, spans } = await session(`tenant ${tenant}`);
    expect(own.source).toBe('production');
    expect(spans).toMatchObject([{ event_name: 'Worker.work', inputs: { job }, outputs: { result: `${job} done` } }]);
  }
});
