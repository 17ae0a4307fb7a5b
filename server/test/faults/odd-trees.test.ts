/** Parents that come late, never, in a ring or from another trace: every span is shown by every door, and none waits for ever. */
import { randomUUID } from 'node:crypto';
import { hex, inSession, type Local, local, span, T0, traces } from '../support/local';
import { expectWithin } from '../support/measure';
import { cli } from '../support/run-local';

let server: Local;
beforeAll(async () => {
  server = await local();
});

interface Node {
  event_name: string;
  children: Node[];
}

/** Each name with the name it hangs under, without recursion: some trees here are deep. */
function placesIn(tree: Node): Record<string, string> {
  const places: Record<string, string> = {};
  const left: [Node, string][] = tree.children.map((child) => [child, 'top']);
  for (let next = left.pop(); next; next = left.pop()) {
    const [node, above] = next;
    places[node.event_name] = above;
    for (const child of node.children) left.push([child, node.event_name]);
  }
  return places;
}

async function shown(
  sessionId: string,
): Promise<{ listed: string[]; places: Record<string, string>; printed: string }> {
  const found = await server.call('GET', `/api/sessions/${sessionId}`);
  const tree = await server.call('GET', `/v1/events/${sessionId}`);
  expect([found.status, tree.status]).toEqual([200, 200]);
  const { stdout } = await cli(['sessions', 'show', sessionId, '--url', server.url]);
  return {
    listed: found.json.spans.map((one: { name: string }) => one.name).sort(),
    places: placesIn(tree.json),
    printed: stdout,
  };
}

const named = (sessionId: string, name: string, more: object = {}) =>
  span({ name, attributes: inSession(sessionId), ...more });

test('a child an hour before its root, two roots, and a parent that never comes', async () => {
  const sessionId = randomUUID();
  const traceId = hex(16);
  const root = hex(8);
  const child = named(sessionId, 'child', { traceId, parentSpanId: root, startMs: T0 });
  await server.call('POST', '/v1/traces', traces([child]));
  expect((await shown(sessionId)).places).toEqual({ child: 'top' });
  const late = named(sessionId, 'root', { traceId, spanId: root, startMs: T0 - 5, endMs: T0 + 3_600_000 });
  await server.call('POST', '/v1/traces', traces([late]));
  const others = [
    named(sessionId, 'second root', { traceId }),
    named(sessionId, 'orphan', { traceId, parentSpanId: hex(8) }),
  ];
  await server.call('POST', '/v1/traces', traces(others));
  const { listed, places, printed } = await shown(sessionId);
  expect(listed).toEqual(['child', 'orphan', 'root', 'second root']);
  expect(places).toEqual({ child: 'root', root: 'top', orphan: 'top', 'second root': 'top' });
  expect(printed).toMatch(/^ {2}root /m);
  expect(printed).toMatch(/^ {4}child /m);
  expect(printed).toMatch(/^ {2}orphan /m);
});

test('a parent that is in another trace is no parent: the same id there is another span', async () => {
  const sessionId = randomUUID();
  const shared = hex(8);
  const spans = [named(sessionId, 'here', { spanId: shared }), named(sessionId, 'there', { parentSpanId: shared })];
  await server.call('POST', '/v1/traces', traces(spans));
  const { listed, places, printed } = await shown(sessionId);
  expect(listed).toEqual(['here', 'there']);
  expect(places).toEqual({ here: 'top', there: 'top' });
  expect(printed).toMatch(/^ {2}there /m);
});

test('a span that is its own parent, a ring of two and a ring of a thousand with a tail', async () => {
  const sessionId = randomUUID();
  const traceId = hex(16);
  const [self, a, b] = [hex(8), hex(8), hex(8)];
  const ring = Array.from({ length: 1000 }, () => hex(8));
  const spans = [
    named(sessionId, 'self', { traceId, spanId: self, parentSpanId: self }),
    named(sessionId, 'a', { traceId, spanId: a, parentSpanId: b }),
    named(sessionId, 'b', { traceId, spanId: b, parentSpanId: a }),
    ...ring.map((spanId, n) =>
      named(sessionId, `ring${n}`, { traceId, spanId, parentSpanId: ring[(n + 1) % ring.length] }),
    ),
    named(sessionId, 'tail', { traceId, parentSpanId: ring[500] }),
  ];
  await server.call('POST', '/v1/traces', traces(spans));
  const { listed, places, printed } = await shown(sessionId);
  expect(listed).toHaveLength(1004);
  expect(Object.keys(places)).toHaveLength(1004);
  expect(places).toMatchObject({ self: 'top', tail: 'ring500' });
  for (const { name } of spans) expect(printed).toContain(` ${name} `);
});

test('a call chain two and a half thousand deep is listed, printed and answered as a tree', async () => {
  const sessionId = randomUUID();
  const traceId = hex(16);
  const ids = Array.from({ length: 2500 }, () => hex(8));
  const spans = ids.map((spanId, n) =>
    named(sessionId, `d${n}`, { traceId, spanId, startMs: T0 + n, ...(n > 0 ? { parentSpanId: ids[n - 1] } : {}) }),
  );
  await server.call('POST', '/v1/traces', traces(spans));
  expect((await server.call('GET', `/api/sessions/${sessionId}`)).json.spans).toHaveLength(2500);
  const began = Date.now();
  const tree = await server.call('GET', `/v1/events/${sessionId}`);
  expect(tree.status).toBe(200);
  expectWithin(Date.now() - began, 5000);
  expect((await cli(['sessions', 'show', sessionId, '--url', server.url])).stdout).toContain(' d2499 ');
});
