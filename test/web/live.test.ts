import fc from 'fast-check';
import { readChange } from '../../server/web/src/live.js';
import { createRefresher } from '../../server/web/src/refresher.js';
import { parseRoute, sessionPath, sessionsPath } from '../../server/web/src/route.js';
import { createEventReader } from '../../server/web/src/sse.js';
import { scoreTone, typeTone } from '../../server/web/src/tone.js';

describe('createEventReader', () => {
  test('gives the data of each event, however the text is cut into pieces', () => {
    const stream =
      ': hello\r\n\r\nid: 1\ndata: {"seq":1}\n\nevent: change\r\ndata: a\r\ndata:b\r\n\r\ndata: unfinished';
    for (let size = 1; size <= stream.length; size += 1) {
      const seen: string[] = [];
      const read = createEventReader((data) => seen.push(data));
      for (let at = 0; at < stream.length; at += size) read(stream.slice(at, at + size));
      expect(seen).toEqual(['{"seq":1}', 'a\nb']);
    }
  });
});

describe('createRefresher', () => {
  test('never runs twice at once; what is asked for meanwhile is one more run', async () => {
    let running = 0;
    let most = 0;
    let runs = 0;
    const done: (() => void)[] = [];
    const refresher = createRefresher(
      async () => {
        runs += 1;
        running += 1;
        most = Math.max(most, running);
        await new Promise<void>((resolve) => done.push(resolve));
        running -= 1;
      },
      { gapMs: 1, share: 0 },
    );
    const until = async (reached: () => boolean) => {
      while (!reached()) await new Promise((resolve) => setTimeout(resolve, 1));
    };
    for (let i = 0; i < 5; i += 1) refresher.request();
    done.shift()?.();
    await until(() => runs === 2);
    done.shift()?.();
    await until(() => running === 0);
    expect([runs, most]).toEqual([2, 1]);
    refresher.request();
    await until(() => runs === 3);
    refresher.stop();
    refresher.request();
    done.shift()?.();
    await until(() => running === 0);
    expect(runs).toBe(3);
  });
});

describe('addresses', () => {
  const anyText = fc.string({ unit: 'grapheme', minLength: 1 });

  test('say which session and span are open, and back', () => {
    fc.assert(
      fc.property(anyText, fc.option(anyText), (sessionId, spanId) => {
        const url = new URL(sessionPath(sessionId, spanId), 'http://127.0.0.1');
        fc.pre(url.pathname.startsWith('/sessions/') && url.pathname.length > 10);
        expect(parseRoute(url.pathname, url.search)).toEqual({
          page: 'session',
          sessionId: sessionId,
          spanId: spanId ?? null,
          traceId: null,
        });
      }),
    );
  });

  test('the list keeps what was searched; other addresses are unknown', () => {
    expect(sessionsPath('a b&c')).toBe('/?q=a+b%26c');
    expect(parseRoute('/', '?q=a+b%26c')).toEqual({ page: 'sessions', q: 'a b&c' });
    expect(parseRoute('/elsewhere', '')).toEqual({ page: 'unknown', path: '/elsewhere' });
    expect(parseRoute('/sessions/%zz', '')).toMatchObject({ sessionId: '%zz' });
  });
});

describe('tones', () => {
  test('a verdict goes before the number; numbers beyond 0 to 1 mean nothing by themselves', () => {
    expect([
      scoreTone(0.9),
      scoreTone(0.5),
      scoreTone(0.1),
      scoreTone(7),
      scoreTone(null),
      scoreTone(0.1, true),
      scoreTone(0.9, false),
    ]).toEqual(['high', 'middle', 'low', 'plain', 'plain', 'high', 'low']);
  });

  test("an event type of the user's own always has the same colour", () => {
    expect(typeTone('model')).toBe('model');
    expect(typeTone('rerank')).toBe(typeTone('rerank'));
    expect(typeTone('')).toMatch(/^other-\d$/);
  });
});

describe('readChange', () => {
  test('tells the rows of all sessions, or one session with its spans, from a greeting and from noise', () => {
    expect(readChange('{"seq":3}')).toEqual({ seq: 3 });
    expect(readChange('{"seq":4,"sessions":[{"sessionId":"s"}]}')).toMatchObject({
      seq: 4,
      change: { kind: 'sessions', sessions: [{ sessionId: 's' }] },
    });
    expect(readChange('{"seq":5,"session":{"sessionId":"s"},"spans":[{"traceId":"t","spanId":"x"}]}')).toMatchObject({
      seq: 5,
      change: { kind: 'spans', session: { sessionId: 's' }, spans: [{ spanId: 'x' }] },
    });
    expect(readChange('{"seq":6,"removed":["a",7,"b"]}')).toEqual({
      seq: 6,
      change: { kind: 'removed', sessionIds: ['a', 'b'] },
    });
    expect(readChange('{"seq":1,"reset":true}')).toEqual({ seq: 1, reset: true, change: { kind: 'unknown' } });
    expect(readChange('half a mess')).toBeUndefined();
  });
});
