/** What is shown of a span or a session is found by its text, and what stands in its metadata by filters too. */
import { randomUUID } from 'node:crypto';
import { inSession, type Local, local, span, T0, traces } from './support/local';

const ASSOCIATION = 'traceloop.association.properties.';
let server: Local;
const sessionId = randomUUID();
const began = randomUUID();

beforeAll(async () => {
  server = await local();
  const attributes = inSession(sessionId, {
    'honeyhive.session_name': 'Checkout flow',
    honeyhive_event_name: 'Plan trip',
    'baggage.tenant': 'acme-7',
    'http.method': 'GET',
    [`${ASSOCIATION}session_id`]: sessionId,
    [`${ASSOCIATION}project`]: 'default',
    [`${ASSOCIATION}source`]: 'dev-twin',
    [`${ASSOCIATION}parent_id`]: 'parent-twin',
    [`${ASSOCIATION}chat_id`]: 'chat-7',
    [`${ASSOCIATION}user_id`]: 'u-42',
    'honeyhive_metadata.user_id': 'own word',
  });
  await server.call('POST', '/v1/traces', traces([span({ name: 'handler', attributes })]));
  await server.call('POST', '/session/start', { session: { session_id: began, session_name: 'Refund flow' } });
});

const found = async (of: 'sessions' | 'spans', q: string): Promise<string[]> => {
  const answer = await server.call('GET', `/api/${of}?q=${encodeURIComponent(q)}`);
  if (answer.status !== 200) throw new Error(`${q}: ${answer.text}`);
  return answer.json.items.map((item: any) => (of === 'spans' ? item.name : item.sessionName));
};
const events = async (field: string, operator: string, value?: string): Promise<string[]> => {
  const answer = await server.call('POST', '/v1/events/export', { filters: [{ field, operator, value }] });
  if (answer.status !== 200) throw new Error(answer.text);
  return answer.json.events.map((event: { event_name: string }) => event.event_name);
};

test.each([
  '"plan trip"',
  'plan',
  'handler',
  'acme',
  'chat-7',
  'metadata.baggage.tenant:acme-7',
  'metadata.chat_id:chat-7',
])('a span by %s', async (q) => {
  expect(await found('spans', q)).toEqual(['Plan trip']);
  expect(await found('sessions', q)).toEqual(['Checkout flow']);
});

test.each(['dev-twin', 'parent-twin', 'metadata.source:*', 'metadata.user_id:u-42'])(
  'not by %s, which says where a span belongs or is said otherwise',
  async (q) => expect(await found('spans', q)).toEqual([]),
);

test('a session by the name that a span gives it, whatever its spans say later', async () => {
  expect(await found('sessions', 'checkout')).toEqual(['Checkout flow']);
  expect(await found('sessions', 'refund')).toEqual(['Refund flow']);
  const later = inSession(sessionId, { 'honeyhive.session_name': 'Another name' });
  await server.call('POST', '/v1/traces', traces([span({ name: 'later', startMs: T0 + 1, attributes: later })]));
  expect(await found('sessions', 'checkout')).toEqual(['Checkout flow']);
  await server.call('DELETE', `/api/sessions/${began}`);
  expect(await found('sessions', 'refund')).toEqual([]);
});

test("HoneyHive's filters look at what its answers show", async () => {
  const answer = await server.call('POST', '/v1/events/export', {
    filters: [{ field: 'event_name', operator: 'is', value: 'Plan trip' }],
  });
  const { metadata } = answer.json.events[0];
  expect(metadata).toEqual({
    'baggage.tenant': 'acme-7',
    'http.method': 'GET',
    chat_id: 'chat-7',
    user_id: 'own word',
  });
  for (const [key, value] of Object.entries(metadata) as [string, string][]) {
    expect([key, await events(`metadata.${key}`, 'exists')]).toEqual([key, ['Plan trip']]);
    expect([key, await events(`metadata.${key}`, 'is', value)]).toEqual([key, ['Plan trip']]);
  }
});
