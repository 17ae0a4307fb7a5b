/** What removes sessions does so only where it was plainly told to. */
import { randomUUID } from 'node:crypto';
import { inSession, type Local, local, span, T0, traces } from './support/local';

async function withSessions(many: number): Promise<Local> {
  const server = await local();
  const spans = Array.from({ length: many }, () => span({ attributes: inSession(randomUUID()) }));
  await server.call('POST', '/v1/traces', traces(spans));
  return server;
}

const left = async (server: Local): Promise<number> => (await server.call('GET', '/api/stats')).json.sessions;

describe('POST /api/prune', () => {
  let server: Local;
  beforeAll(async () => {
    server = await withSessions(2);
  });

  test.each<[string, unknown, string]>([
    ['fewer sessions than none', { sessions: -1 }, 'sessions'],
    ['half a session', { sessions: 0.5 }, 'sessions'],
    ['a text', { sessions: '' }, 'sessions'],
    ['a list', { sessions: [] }, 'sessions'],
    ['no bytes', { maxBytes: 0 }, 'maxBytes'],
    ['fewer bytes than none', { maxBytes: -1 }, 'maxBytes'],
    ['half a byte', { maxBytes: 0.5 }, 'maxBytes'],
    ['nanoseconds', { beforeMs: 1_767_600_000_000_000_000 }, 'beforeMs'],
    ['before all times', { beforeMs: -1 }, 'beforeMs'],
    ['half a millisecond', { beforeMs: Date.now() + 0.5 }, 'beforeMs'],
    ['one limit right, one wrong', { sessions: 1, maxBytes: -5 }, 'maxBytes'],
    ['nothing', {}, 'body'],
    ['another name', { keep: 0 }, 'body'],
  ])('%s: refused by name, nothing removed', async (_name, body, field) => {
    const answer = await server.call('POST', '/api/prune', body);
    expect(answer.status).toBe(400);
    expect(answer.json.error).toMatchObject({ code: 'invalid_field', field, allowed: expect.any(String) });
    expect(await left(server)).toBe(2);
  });

  test('as many as are to stay, none too, and those before a time', async () => {
    const own = await withSessions(3);
    expect((await own.call('POST', '/api/prune', { beforeMs: T0 })).json.sessions).toBe(0);
    expect((await own.call('POST', '/api/prune', { sessions: 2 })).json.sessions).toBe(1);
    expect((await own.call('POST', '/api/prune', { beforeMs: T0 + 1 })).json.sessions).toBe(2);
    const all = await withSessions(2);
    expect((await all.call('POST', '/api/prune', { sessions: 0 })).json.sessions).toBe(2);
    expect(await left(all)).toBe(0);
  });
});
