/** Clocks that are wrong: spans from the future and the past, children before their parents, ends before starts. */
import { randomUUID } from 'node:crypto';
import { hex, inSession, type Local, local, span, traces } from '../support/local';

let server: Local;
beforeAll(async () => {
  server = await local();
});

const YEAR = 365 * 86_400_000;
const at = (sessionId: string, name: string, start: string, end: string) => ({
  ...span({ name, attributes: inSession(sessionId) }),
  startTimeUnixNano: start,
  endTimeUnixNano: end,
});

test('machines a year ahead, a year behind and at 1970 in one session: all listed, in the order of their own clocks', async () => {
  const sessionId = randomUUID();
  const now = Date.now();
  const traceId = hex(16);
  const [parent, child] = [hex(8), hex(8)];
  const inTrace = (spanId: string, more: object) =>
    span({ traceId, spanId, attributes: inSession(sessionId), ...more });
  const spans = [
    inTrace(parent, { name: 'parent', startMs: now, endMs: now + 10 }),
    inTrace(child, { name: 'child behind', startMs: now - YEAR, endMs: now - YEAR + 5, parentSpanId: parent }),
    inTrace(hex(8), { name: 'child ahead', startMs: now + YEAR, endMs: now + YEAR + 5, parentSpanId: parent }),
    inTrace(hex(8), { name: 'at the beginning', startMs: 1, endMs: 2, parentSpanId: parent }),
  ];
  expect((await server.call('POST', '/v1/traces', traces(spans))).text).toBe('{}');
  const { json } = await server.call('GET', `/api/sessions/${sessionId}`);
  expect(json.spans.map((one: { name: string }) => one.name)).toEqual([
    'at the beginning',
    'child behind',
    'parent',
    'child ahead',
  ]);
  expect(json.session.durationMs).toBeGreaterThan(0);
  const tree = (await server.call('GET', `/v1/events/${sessionId}`)).json;
  expect(tree.children.map((one: { event_name: string }) => one.event_name)).toEqual(['parent']);
  expect(tree.children[0].children).toHaveLength(3);
  // It began in 1970, by the earliest of its clocks, and is found by its spans of today all the same.
  const found = async (path: string): Promise<string[]> =>
    (await server.call('GET', path)).json.items.map((one: { sessionId: string }) => one.sessionId);
  expect(await found('/api/sessions?limit=1000')).toContain(sessionId);
  expect(await found(`/api/spans?q=${encodeURIComponent('start>24h name:parent')}`)).toContain(sessionId);
});

test.each([
  ['0', '0', ['no start time', 'still running']],
  ['0', '5000000', ['no start time']],
  ['1', '1', []],
  ['5000000', '4999999', ['ends before it starts']],
  ['1767600000000000000', '0', ['still running']],
  ['9223372036854775807', '9223372036854775807', ['starts after the year 2262']],
  ['9223372036854775808', '9223372036854775808', ['starts after the year 2262']],
  ['18446744073709551615', '18446744073709551615', ['starts after the year 2262']],
  ['18446744073709551615', '1', ['ends before it starts', 'starts after the year 2262']],
])('from %s to %s ns: kept to the digit, listed, marked %j', async (start, end, flags) => {
  const sessionId = randomUUID();
  const one = at(sessionId, 'odd', start, end);
  expect((await server.call('POST', '/v1/traces', traces([one]))).text).toBe('{}');
  const whole = (await server.call('GET', `/api/spans/${one.traceId}/${one.spanId}`)).json;
  expect(whole).toMatchObject({ startTimeUnixNano: start, endTimeUnixNano: end });
  expect([...whole.flags].sort()).toEqual([...flags].sort());
  const { session, spans } = (await server.call('GET', `/api/sessions/${sessionId}`)).json;
  expect(spans).toHaveLength(1);
  for (const value of [session.startTime, session.durationMs, spans[0].startTime])
    expect(Number.isFinite(value)).toBe(true);
  expect(session.durationMs).toBeGreaterThanOrEqual(0);
  expect((await server.call('GET', `/v1/events/${sessionId}`)).status).toBe(200);
  expect((await server.call('GET', `/api/sessions/${sessionId}/export`)).text).toContain(`"${start}"`);
});

test('lists, groups by time and pages go on with all of them there', async () => {
  const seen = new Set<string>();
  let cursor: string | null = '';
  while (cursor !== null) {
    const { json }: { json: any } = await server.call('GET', `/api/spans?limit=3${cursor ? `&cursor=${cursor}` : ''}`);
    for (const one of json.items) {
      expect(seen.has(one.spanId)).toBe(false);
      seen.add(one.spanId);
    }
    cursor = json.nextCursor;
  }
  expect(seen.size).toBe((await server.call('GET', '/api/stats')).json.spans);
  for (const bucket of ['minute', 'hour', 'day', 'week'])
    expect((await server.call('GET', `/api/aggregate?bucket=${bucket}`)).json.items.length).toBeGreaterThan(3);
});

test('ids of zeros, in part or whole, and ids in upper case', async () => {
  const good = span({ spanId: '00000000000000AB', traceId: `${'0'.repeat(31)}A` });
  const bad = [span({ traceId: '0'.repeat(32) }), span({ spanId: '0'.repeat(16) }), span({ traceId: '', spanId: '' })];
  const answer = await server.call('POST', '/v1/traces', traces([good, ...bad]));
  expect(answer.json.partialSuccess.rejectedSpans).toBe('3');
  const child = span({ parentSpanId: '0'.repeat(16) });
  await server.call('POST', '/v1/traces', traces([child]));
  expect((await server.call('GET', `/api/spans/${child.traceId}/${child.spanId}`)).json.parentSpanId).toBeNull();
  for (const [trace, id] of [
    [good.traceId, good.spanId],
    [good.traceId.toLowerCase(), good.spanId.toLowerCase()],
  ])
    expect((await server.call('GET', `/api/spans/${trace}/${id}`)).json.spanId).toBe('00000000000000ab');
});
