/** Aggregates say the same as the lists they sum up. */
import { randomUUID } from 'node:crypto';
import { hex, inSession, type Local, local, span, T0, traces } from './support/local';

let server: Local;
beforeAll(async () => {
  server = await local();
  for (let n = 0; n < 12; n++) {
    const sessionId = randomUUID();
    const traceId = hex(16);
    const tokens = {
      'gen_ai.request.model': 'gpt-4o',
      'gen_ai.usage.input_tokens': 100 + n,
      'gen_ai.usage.output_tokens': n,
    };
    await server.call(
      'POST',
      '/v1/traces',
      traces([
        span({
          traceId,
          spanId: '00000000000000aa',
          startMs: T0 + n,
          endMs: T0 + n + 100 + n,
          attributes: inSession(sessionId, { honeyhive_event_type: 'chain', ...tokens }),
        }),
        ...[1, 2].slice(0, 1 + (n % 2)).map((one) =>
          span({
            traceId,
            spanId: `00000000000000b${one}`,
            parentSpanId: '00000000000000aa',
            startMs: T0 + n,
            endMs: T0 + n + 50,
            attributes: inSession(sessionId, { honeyhive_event_type: 'model', ...tokens }),
          }),
        ),
      ]),
    );
    // What was said of the session itself is what counts and shows.
    if (n % 3 === 1) await server.call('PUT', '/events', { event_id: sessionId, duration: 5000 + n });
    if (n % 3 === 2) await server.call('PUT', '/events', { event_id: sessionId, end_time: T0 + 20_000 + n });
  }
});

const get = async (path: string): Promise<any> => {
  const answer = await server.call('GET', path);
  if (answer.status !== 200) throw new Error(answer.text);
  return answer.json;
};
const sum = (list: number[]): number => list.reduce((total, one) => total + one, 0);

test('tokens and cost count once, however they are summed up', async () => {
  const sessions = (await get('/api/sessions?limit=100')).items;
  const ofSpans = (await get('/api/aggregate?of=spans')).items[0];
  const ofSessions = (await get('/api/aggregate?of=sessions')).items[0];
  for (const kind of ['prompt', 'completion', 'total'] as const) {
    const total = sum(sessions.map((one: any) => one.tokens[kind]));
    expect(total).toBeGreaterThan(0);
    expect([kind, ofSpans.tokens[kind], ofSessions.tokens[kind]]).toEqual([kind, total, total]);
  }
  const cost = sum(sessions.map((one: any) => one.costUsd));
  expect(cost).toBeGreaterThan(0);
  expect(ofSpans.costUsd).toBeCloseTo(cost, 10);
  expect(ofSessions.costUsd).toBeCloseTo(cost, 10);
  const byType = (await get('/api/aggregate?of=spans&group=type')).items;
  expect(byType.map((one: any) => [one.key, one.tokens.total > 0])).toEqual([
    ['model', true],
    ['chain', false],
  ]);
});

test("a session's latency and end are those that its list shows", async () => {
  const sessions = (await get('/api/sessions?limit=100')).items;
  const durations = sessions.map((one: any) => one.durationMs);
  expect(Math.max(...durations)).toBeGreaterThan(19_000);
  const { latencyMs } = (await get('/api/aggregate?of=sessions')).items[0];
  expect(latencyMs.max).toBe(Math.max(...durations));
  expect(latencyMs.mean).toBeCloseTo(sum(durations) / durations.length);
  for (const session of sessions) {
    const found = await get(`/api/sessions?q=${encodeURIComponent(`id:${session.sessionId} end:${session.endTime}`)}`);
    expect([session.endTime, found.items.length]).toEqual([session.endTime, 1]);
  }
  const late = await get(`/api/sessions?q=${encodeURIComponent(`end>=${new Date(T0 + 20_000).toISOString()}`)}`);
  expect(late.items).toHaveLength(4);
});
