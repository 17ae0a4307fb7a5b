import { HoneyHiveTracer, trace } from 'honeyhive-decorators';
import { type LocalServerProcess, runLocalServer } from '../support/local-server.js';

interface Thin {
  name: string;
  running: boolean;
  durationMs: number | null;
}

/** Asks again until it holds; the test's own deadline ends it otherwise. */
async function eventually<T>(ask: () => Promise<T | undefined>): Promise<T> {
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

describe('spans shown while they run', () => {
  let server: LocalServerProcess;
  beforeAll(async () => {
    server = await runLocalServer();
  });
  afterAll(() => server.remove());

  /** A traced call that runs until it is told to finish. */
  function longCall(tracer: HoneyHiveTracer) {
    let finish: () => void = () => undefined;
    const long = trace({ tracer })(function long(_question: string) {
      return new Promise<void>((resolve) => {
        finish = resolve;
      });
    });
    const result = long('why');
    return { finish: () => finish(), result };
  }
  async function spansOf(tracer: HoneyHiveTracer): Promise<Thin[]> {
    const answer = await fetch(`${server.url}/api/sessions/${tracer.sessionId}`);
    return answer.ok ? ((await answer.json()) as { spans: Thin[] }).spans : [];
  }

  it('are there before they end, and one span each after it', async () => {
    const tracer = HoneyHiveTracer.init({ serverUrl: server.url, live: true, global: false, handleExit: false });
    const { finish, result } = longCall(tracer);
    const running = await eventually(async () => (await spansOf(tracer)).find((span) => span.name === 'long'));
    expect(running.running).toBe(true);
    finish();
    await result;
    const receipt = await tracer.close();
    expect(receipt).toMatchObject({ delivered: 1, pending: 0, dropped: { count: 0 } });
    expect(await spansOf(tracer)).toMatchObject([{ name: 'long', running: false }]);
  });

  it('are there without an option while somebody watches the server, also those that run already', async () => {
    const tracer = HoneyHiveTracer.init({ serverUrl: server.url, global: false, handleExit: false });
    await tracer.ready();
    const { finish, result } = longCall(tracer);
    const page = new AbortController();
    const feed = await fetch(`${server.url}/api/live`, { signal: page.signal });
    expect(feed.status).toBe(200);
    // The answer to the next delivery is what tells the tracer.
    trace({ tracer })(function short() {})();
    await tracer.flush();
    const running = await eventually(async () => (await spansOf(tracer)).find((span) => span.name === 'long'));
    expect(running.running).toBe(true);
    page.abort();
    finish();
    await result;
    expect(await tracer.close()).toMatchObject({ pending: 0, dropped: { count: 0 } });
    expect((await spansOf(tracer)).map((span) => span.running)).toEqual([false, false]);
  });

  it('stay where they are while nobody watches, or with live: false', async () => {
    const options = { serverUrl: server.url, global: false, handleExit: false } as const;
    const unwatched = HoneyHiveTracer.init(options);
    const never = HoneyHiveTracer.init({ ...options, live: false });
    const always = HoneyHiveTracer.init({ ...options, live: true });
    const page = new AbortController();
    for (const tracer of [unwatched, never]) {
      if (tracer === never) await fetch(`${server.url}/api/live`, { signal: page.signal });
      trace({ tracer })(function short() {})();
      await tracer.flush();
      // Begun later, so that what is announced of the first would be there before what is announced of this.
      const calls = [longCall(tracer), longCall(always)];
      const seen = (await spansOf(always)).length;
      await eventually(async () => ((await spansOf(always)).length > seen ? true : undefined));
      expect((await spansOf(tracer)).map((span) => span.name)).toEqual(['short']);
      for (const { finish, result } of calls) {
        finish();
        await result;
      }
    }
    page.abort();
    for (const tracer of [unwatched, never, always]) await tracer.close();
  });

  it('stay where they are if they are not to leave at all', async () => {
    const options = { serverUrl: server.url, global: false, handleExit: false, live: true } as const;
    const filtered = HoneyHiveTracer.init({ ...options, spanFilters: { exclude: ['secret'] } });
    const secret = filtered.startSpan('secret.work');
    const open = filtered.startSpan('open work');
    await eventually(async () => ((await spansOf(filtered)).length > 0 ? true : undefined));
    expect((await spansOf(filtered)).map(({ name }) => name)).toEqual(['open work']);
    for (const span of [secret, open]) span.end();
    await filtered.close();
  });

  it('are there where a library started them', async () => {
    const tracer = HoneyHiveTracer.init({ serverUrl: server.url, global: false, handleExit: false, live: true });
    const span = tracer.provider.getTracer('library').startSpan('of a library');
    const running = await eventually(async () => (await spansOf(tracer)).find(({ name }) => name === 'of a library'));
    expect(running.running).toBe(true);
    span.end();
    await tracer.close();
  });
});
