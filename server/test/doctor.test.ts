/** `doctor` says why nothing arrives, and that all is well only where it is. */
import { randomUUID } from 'node:crypto';
import { connect as http2 } from 'node:http2';
import { connect as tls } from 'node:tls';
import { inSession, type Local, local, span, traces } from './support/local';
import { until } from './support/wait';

async function report(server: Local): Promise<{ accepted: number; recent: any[]; advice: string; list: string[] }> {
  const { json } = await server.call('GET', '/api/doctor');
  return { ...json, advice: json.advice.join('\n'), list: json.advice };
}

const noIds = () => ({ ...span({ name: 'lost' }), traceId: '00000000000000000000000000000000' });

describe('what counts as arrived', () => {
  test('not a search, an export, a data set or a clean-up', async () => {
    const server = await local();
    for (const path of ['/v1/events/search', '/v1/events/export', '/events/export'])
      expect((await server.call('POST', path, { filters: [] })).status).toBe(200);
    await server.call('POST', '/v1/datasets', { name: 'cities' });
    await server.call('POST', '/api/prune', { sessions: 5 });
    expect(await report(server)).toMatchObject({
      accepted: 0,
      lastAccepted: null,
      recent: [],
      advice: expect.stringContaining('Nothing has arrived'),
    });
    await server.call('POST', '/v1/events/search', '{broken');
    expect((await report(server)).list).toHaveLength(1);
  });

  test.each<[string, string, () => unknown]>([
    ['POST', '/v1/traces', () => traces([span()])],
    ['POST', '/opentelemetry/v1/traces', () => traces([span()])],
    ['POST', '/api/public/otel/v1/traces', () => traces([span()])],
    ['POST', '/session/start', () => ({ session: {} })],
    ['POST', '/v1/sessions', () => ({})],
    ['PUT', '/events', () => ({ event_id: randomUUID() })],
    ['PUT', `/v1/events/${randomUUID()}`, () => ({ metadata: { a: 1 } })],
    ['POST', '/events', () => ({ event: { session_id: randomUUID(), event_type: 'tool', inputs: {} } })],
    ['POST', '/events/batch', () => ({ events: [{ session_id: randomUUID(), event_type: 'tool', inputs: {} }] })],
    [
      'POST',
      `/v1/sessions/${randomUUID()}/events/batch`,
      () => ({ events: [{ event_type: 'tool', event_name: 'a', inputs: {} }] }),
    ],
    ['POST', '/api/import', () => traces([span()])],
  ])('%s %s does', async (method, path, body) => {
    const server = await local();
    expect((await server.call(method, path, body())).status).toBe(200);
    expect(await report(server)).toMatchObject({ accepted: 1, advice: expect.stringContaining('All is well') });
  });
});

describe('spans that were refused although the request was answered', () => {
  test('all of them: not accepted, with the reason', async () => {
    const server = await local();
    expect((await server.call('POST', '/v1/traces', traces([noIds(), noIds()]))).status).toBe(200);
    const found = await report(server);
    expect(found).toMatchObject({ accepted: 0, recent: [{ status: 200, problem: expect.stringContaining('all 2') }] });
    expect(found.advice).toMatch(/all 2 spans were refused: span 'lost': trace id '0+' is not 16 non-zero bytes/);
    expect(found.advice).not.toContain('All is well');
  });

  test('some of them: accepted, and said all the same', async () => {
    const server = await local();
    await server.call('POST', '/v1/traces', traces([noIds(), span(), span()]));
    await server.call('POST', '/v1/traces', traces([span()]));
    const found = await report(server);
    expect(found).toMatchObject({ accepted: 2, advice: expect.stringContaining('1 of 3 spans were refused') });
    expect(found.advice).toMatch(/The last request, at .*, was accepted all the same\.$/);
    expect(found.recent).toHaveLength(2);
  });

  test('in a file that is imported', async () => {
    const server = await local();
    await server.call('POST', '/api/import', traces([noIds()]));
    expect(await report(server)).toMatchObject({ accepted: 0, advice: expect.stringContaining('all 1 spans') });
  });
});

test('what goes well again takes one place, so that what went wrong is still there', async () => {
  const server = await local();
  await server.call('POST', '/v2/traces', {});
  for (let n = 0; n < 60; n++)
    await server.call('POST', '/v1/traces', traces([span({ attributes: inSession(randomUUID()) })]));
  const found = await report(server);
  expect(found.recent.map((seen) => seen.status)).toEqual([200, 404]);
  expect(found.advice).toMatch(/POST \/v2\/traces does not exist here[\s\S]*accepted all the same/);
});

describe.each(['127.0.0.1', '[::1]'])('another protocol, to %s', (host) => {
  const at = (server: Local): URL => new URL(`http://${host}:${new URL(server.url).port}`);

  test('gRPC and other HTTP/2', async () => {
    const server = await local();
    for (let n = 0; n < 3; n++)
      await new Promise<void>((resolve) => {
        const client = http2(at(server));
        client.on('error', () => resolve());
        client.on('close', () => resolve());
      });
    const found = await report(server);
    expect(found.advice).toMatch(/speaks gRPC .* OTLP over HTTP: set OTEL_EXPORTER_OTLP_PROTOCOL=http\/protobuf/);
    expect(found.recent).toMatchObject([{ method: 'HTTP/2', path: '(connection)', status: 400 }]);
    await server.call('POST', '/v1/traces', traces([span()]));
    expect((await report(server)).advice).toContain('accepted all the same');
  });

  test('https', async () => {
    const server = await local();
    const { hostname, port } = at(server);
    await new Promise<void>((resolve) => {
      const socket = tls({ host: hostname.replace(/[[\]]/g, ''), port: Number(port), rejectUnauthorized: false });
      socket.on('error', () => resolve());
      socket.on('close', () => resolve());
    });
    await until('it was seen', async () => (await report(server)).recent.length > 0);
    expect((await report(server)).advice).toMatch(/speaks https .* has to begin with http:\/\//);
  });
});

test.each<[string, string, string | Buffer, string, number]>([
  ['/v1/metrics', 'application/json', '{"resourceMetrics":[]}', 'OTEL_METRICS_EXPORTER=none', 400],
  ['/v1/metrics', 'application/x-protobuf', Buffer.from([10, 0]), 'OTEL_METRICS_EXPORTER=none', 415],
  ['/opentelemetry/v1/metrics', 'application/x-protobuf', Buffer.from([10, 0]), 'OTEL_METRICS_EXPORTER=none', 404],
  ['/v1/logs', 'application/json', '{"resourceLogs":[]}', 'OTEL_LOGS_EXPORTER=none', 404],
  ['/v1/logs', 'application/x-protobuf', Buffer.from([10, 0]), 'OTEL_LOGS_EXPORTER=none', 404],
])(
  'what OpenTelemetry sends beside traces to %s as %s is refused with advice',
  async (path, type, body, advice, status) => {
    const server = await local();
    const answer = await server.call('POST', path, body, { 'content-type': type });
    expect([answer.status, answer.json.error.message]).toEqual([status, expect.stringContaining(advice)]);
    expect((await server.call('GET', '/v1/metrics')).json.metrics).toEqual([]);
    const alone = await report(server);
    expect(alone.list).toEqual([expect.stringContaining('Nothing has arrived'), expect.stringContaining(advice)]);
    await server.call('POST', '/v1/traces', traces([span()]));
    await server.call('POST', path, body, { 'content-type': type });
    const both = await report(server);
    expect(both.list).toEqual([expect.stringContaining(advice), expect.stringContaining('accepted all the same')]);
  },
);
