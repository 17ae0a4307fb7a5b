/** Who follows `/api/live` is told of everything once, also of what went, and holds nothing after leaving. */
import { randomUUID } from 'node:crypto';
import { get } from 'node:http';
import { eventIdOf } from '../dist/wire/ids';
import { listen } from './support/listen';
import { hex, inSession, type Local, local, span, T0, traces } from './support/local';

let server: Local;
beforeAll(async () => {
  server = await local();
});

const send = (...spans: object[]) => server.call('POST', '/v1/traces', traces(spans));

test('6,000 spans of a session in one request: each told once', async () => {
  const sessionId = randomUUID();
  await send(span({ attributes: inSession(sessionId) }));
  const { seq } = (await server.call('GET', `/api/sessions/${sessionId}`)).json.session;
  const feed = await listen(server.url, `?session=${sessionId}&after=${seq}`);
  await send(...Array.from({ length: 6000 }, () => span({ attributes: inSession(sessionId) })));
  const seen: string[] = [];
  let last = 0;
  while (seen.length < 6000) {
    const told = await feed.next('spans');
    seen.push(...told.spans.map((one: { spanId: string }) => one.spanId));
    last = told.seq;
  }
  expect(new Set(seen).size).toBe(6000);
  expect(seen).toHaveLength(6000);
  // Whoever comes back with the number it ended with has nothing more to be told.
  feed.end();
  const again = await listen(server.url, `?session=${sessionId}&after=${last}`);
  await again.next('hello');
  await send(span({ name: 'one more', attributes: inSession(sessionId) }));
  expect((await again.next('spans')).spans.map((one: { name: string }) => one.name)).toEqual(['one more']);
  again.end();
});

test('500 sessions in one request: all told', async () => {
  const ids = Array.from({ length: 500 }, () => randomUUID());
  const feed = await listen(server.url);
  await feed.next('hello');
  await send(...ids.map((id) => span({ attributes: inSession(id) })));
  const seen = new Set<string>();
  while (!ids.every((id) => seen.has(id)))
    for (const one of (await feed.next('sessions')).sessions) seen.add(one.sessionId);
  feed.end();
});

test('sessions that went are told, however they went', async () => {
  const feed = await listen(server.url);
  const { seq } = await feed.next('hello');
  const gone = async (): Promise<string[]> => (await feed.next('removed')).removed;

  const deleted = randomUUID();
  await send(span({ attributes: inSession(deleted) }));
  await server.call('DELETE', `/api/sessions/${deleted}`);
  expect(await gone()).toEqual([deleted]);

  // One that a trace had made, when its spans join the session that the trace names.
  const traceId = hex(16);
  const first = span({ traceId });
  await send(first);
  const made = (await server.call('GET', `/api/spans/${traceId}/${first.spanId}`)).json.sessionId;
  await send(span({ traceId, attributes: inSession(randomUUID()) }));
  expect(await gone()).toEqual([made]);

  // One that stood in for an event, when its span comes.
  const late = span({ attributes: inSession(randomUUID()) });
  const eventId = eventIdOf(late.traceId, late.spanId);
  await server.call('PUT', '/events', { event_id: eventId, metrics: { a: 1 } });
  await send(late);
  expect(await gone()).toEqual([eventId]);
  feed.end();

  // One that was begun again is there.
  await send(span({ attributes: inSession(deleted) }));
  const returned = await listen(server.url, `?after=${seq}`);
  expect((await returned.next('removed')).removed.sort()).toEqual([made, eventId].sort());
  returned.end();
});

test('a number of another file: begin anew', async () => {
  const feed = await listen(server.url, '', { 'last-event-id': '999999999' });
  const { seq } = await feed.next('hello');
  expect(await feed.next('reset')).toEqual({ seq, reset: true });
  const sessionId = randomUUID();
  await send(span({ attributes: inSession(sessionId) }));
  expect((await feed.next('sessions')).sessions).toMatchObject([{ sessionId }]);
  feed.end();
});

test('400 who hang up at once leave room for the next', async () => {
  await Promise.all(
    Array.from(
      { length: 400 },
      () =>
        new Promise<void>((resolve) => {
          const outgoing = get(`${server.url}/api/live`, { agent: false });
          outgoing.on('socket', (socket) => socket.once('connect', () => outgoing.destroy()));
          outgoing.on('close', () => resolve());
          outgoing.on('error', () => undefined);
        }),
    ),
  );
  const feed = await listen(server.url);
  expect(await feed.next('hello')).toHaveProperty('seq');
  feed.end();
});

test('a session that is named twice is refused', async () => {
  expect((await server.call('GET', '/api/live?session=a&session=b')).json.error.field).toBe('session');
});

test('sessions that are cleaned up are told without another write, asked for or not', async () => {
  const own = await local({ retentionBytes: 2_000_000 });
  const feed = await listen(own.url);
  const first = randomUUID();
  await own.call('POST', '/v1/traces', traces([span({ attributes: inSession(first) })]));
  await feed.next('sessions');
  expect((await own.call('POST', '/api/prune', { sessions: 0 })).json.sessions).toBe(1);
  expect((await feed.next('removed')).removed).toEqual([first]);

  const ids = Array.from({ length: 40 }, () => randomUUID());
  const large = (id: string, n: number) =>
    span({ startMs: T0 + n, attributes: inSession(id, { 'honeyhive_outputs.result': hex(100_000) }) });
  await own.call('POST', '/v1/traces', traces(ids.map(large)));
  expect((await feed.next('removed')).removed).toContain(ids[0]);
  feed.end();
});

test('HEAD is answered at once', async () => {
  const { status, headers } = await server.call('HEAD', '/api/live');
  expect([status, headers['content-type']]).toEqual([200, 'text/event-stream']);
  expect((await server.call('HEAD', '/api/live?after=x')).status).toBe(400);
});
