/** What removes sessions does so only where it was plainly told to. */
import { randomUUID } from 'node:crypto';
import { inSession, type Local, local, span, T0, traces } from './support/local';
import { cli } from './support/run-local';

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

describe('honeyhive-local prune', () => {
  test('a flag without a number is refused in one line, from a server and from a file', async () => {
    const server = await withSessions(2);
    const tries: [string[], RegExp][] = [
      [['--keep', ''], /^honeyhive-local: --keep is ''; it can be a number of sessions; 0 removes all\n$/],
      [['--keep', ' '], /--keep is ' '/],
      [['--keep=-1'], /--keep is '-1'/],
      [['--keep', '1.5'], /--keep is '1.5'/],
      [['--keep', '1e3'], /--keep is '1e3'/],
      [['--keep', '0x1'], /--keep is '0x1'/],
      [['--retention', ''], /--retention is ''; it can be a size/],
      [['--retention', '0'], /--retention is '0'; it can be a size.* --keep 0 removes all/],
      [['--retention', '0.1B'], /--retention is '0.1B'/],
      [['--older-than', ''], /--older-than is ''; it can be a time/],
    ];
    for (const [flags, message] of tries) {
      const answer = await cli(['prune', ...flags, '--url', server.url]);
      expect(answer).toMatchObject({ code: 1, stdout: '' });
      expect(answer.stderr).toMatch(message);
    }
    expect(await left(server)).toBe(2);
    await server.close();
    for (const [flags, message] of tries.slice(0, 1)) {
      const answer = await cli(['prune', ...flags, '--db', server.db]);
      expect(answer).toMatchObject({ code: 1, stdout: '' });
      expect(answer.stderr).toMatch(message);
    }
    const gone = await cli(['prune', '--keep', '0', '--json', '--db', server.db]);
    expect(JSON.parse(gone.stdout)).toMatchObject({ sessions: 2 });
  }, 60_000);
});
