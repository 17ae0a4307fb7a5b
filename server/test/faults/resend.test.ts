/** The same spans again: reordered, split differently, in the other encoding, at the same time. */
import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { client, hex, inSession, type Local, local, span, traces } from '../support/local';
import { LONG } from '../support/measure';

let server: Local;
beforeAll(async () => {
  server = await local();
});

test('sent in any order and in any pieces, five times and at once: stored once, the rest counted, all answered 200', async () => {
  const spans = (sessionId: string) =>
    Array.from({ length: 12 }, (_, n) => span({ name: `s${n}`, attributes: inSession(sessionId, { n }) }));
  /** Positions in a new order, cut into requests. */
  const sending = fc
    .tuple(
      fc.shuffledSubarray([...Array(12).keys()], { minLength: 12 }),
      fc.array(fc.integer({ min: 1, max: 11 }), { maxLength: 3 }),
      fc.boolean(),
    )
    .map(([order, cuts, backwards]) => {
      const edges = [0, ...new Set(cuts), 12].sort((a, b) => a - b);
      const pieces = edges.slice(1).map((end, index) => order.slice(edges[index], end));
      return backwards ? pieces.reverse() : pieces;
    });
  await fc.assert(
    fc.asyncProperty(fc.array(sending, { minLength: 5, maxLength: 5 }), async (sendings) => {
      const sessionId = randomUUID();
      const all = spans(sessionId);
      const before = (await server.call('GET', '/api/stats')).json;
      const answers = await Promise.all(
        sendings
          .flat()
          .map((piece) =>
            client(server.url)('POST', '/v1/traces', traces(piece.map((position) => all[position] as object))),
          ),
      );
      expect(answers.every((answer) => answer.status === 200 && answer.text === '{}')).toBe(true);
      const after = (await server.call('GET', '/api/stats')).json;
      expect([
        after.received - before.received,
        after.spans - before.spans,
        after.duplicates - before.duplicates,
      ]).toEqual([60, 12, 48]);
      const counted = answers.reduce((sum, answer) => sum + Number(answer.headers['x-honeyhive-duplicates']), 0);
      expect(counted).toBe(48);
      const { json } = await server.call('GET', `/api/sessions/${sessionId}`);
      expect(json.session.spanCount).toBe(12);
      expect(json.spans.map((one: { name: string }) => one.name).sort()).toEqual(all.map((one) => one.name).sort());
    }),
    { numRuns: LONG ? 300 : 25 },
  );
}, 120_000);

test('three times in one request, and again when others came in between', async () => {
  const sessionId = randomUUID();
  const one = span({ attributes: inSession(sessionId) });
  const answer = await server.call('POST', '/v1/traces', traces([one, one, one]));
  expect([answer.status, answer.headers['x-honeyhive-duplicates']]).toEqual([200, '2']);
  await server.call('POST', '/v1/traces', traces([span({ attributes: inSession(randomUUID()) })]));
  expect((await server.call('POST', '/v1/traces', traces([one]))).headers['x-honeyhive-duplicates']).toBe('1');
  expect((await server.call('GET', `/api/sessions/${sessionId}`)).json.session.spanCount).toBe(1);
});

test('of an open span and its two endings the richer one stays, in all six orders', async () => {
  const versions = (ids: { traceId: string; spanId: string }, sessionId: string) => [
    span({ ...ids, endMs: null, attributes: inSession(sessionId, { a: '1' }) }),
    span({ ...ids, attributes: inSession(sessionId, { a: '2' }) }),
    span({ ...ids, attributes: inSession(sessionId, { a: '3', b: '3' }) }),
  ];
  for (const order of [
    [0, 1, 2],
    [0, 2, 1],
    [1, 0, 2],
    [1, 2, 0],
    [2, 0, 1],
    [2, 1, 0],
  ]) {
    const ids = { traceId: hex(16), spanId: hex(8) };
    const all = versions(ids, randomUUID());
    for (const position of order) await server.call('POST', '/v1/traces', traces([all[position]]));
    const { json } = await server.call('GET', `/api/spans/${ids.traceId}/${ids.spanId}`);
    expect({ order, running: json.running, b: json.attributes.b }).toEqual({ order, running: false, b: '3' });
  }
});

test('of two versions of the open span and two endings all attributes of the richer ending are there, and of the open ones what it does not say, in all orders', async () => {
  const versions = (ids: { traceId: string; spanId: string }, sessionId: string) => [
    span({ ...ids, endMs: null, attributes: inSession(sessionId, { a: 'open', b: 'open', c: 'open' }) }),
    span({ ...ids, endMs: null, attributes: inSession(sessionId, { a: 'open', b: 'open', c: 'open', d: 'open' }) }),
    span({ ...ids, attributes: inSession(sessionId, { a: 'poor' }) }),
    span({ ...ids, attributes: inSession(sessionId, { a: 'rich', e: 'rich' }) }),
  ];
  const orders = [0, 1, 2, 3].flatMap((first) =>
    [0, 1, 2, 3].flatMap((second) => [0, 1, 2, 3].map((third) => [first, second, third, 6 - first - second - third])),
  );
  const shown = new Set<string>();
  for (const order of orders.filter((one) => new Set(one).size === 4)) {
    const ids = { traceId: hex(16), spanId: hex(8) };
    const sessionId = randomUUID();
    const all = versions(ids, sessionId);
    for (const position of order) await server.call('POST', '/v1/traces', traces([all[position]]));
    // Each comes once more, and changes nothing.
    for (const position of order) await server.call('POST', '/v1/traces', traces([all[position]]));
    const { json } = await server.call('GET', `/api/spans/${ids.traceId}/${ids.spanId}`);
    const { a, b, c, d, e } = json.attributes;
    shown.add(JSON.stringify({ running: json.running, a, b, c, d, e }));
  }
  expect([...shown].map((one) => JSON.parse(one))).toEqual([
    { running: false, a: 'rich', b: 'open', c: 'open', d: 'open', e: 'rich' },
  ]);
});
