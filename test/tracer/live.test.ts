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

  it('are there before they end, and one span each after it', async () => {
    const tracer = HoneyHiveTracer.init({ serverUrl: server.url, live: true, global: false, handleExit: false });
    const spans = async (): Promise<Thin[]> => {
      const answer = await fetch(`${server.url}/api/sessions/${tracer.sessionId}`);
      return answer.ok ? ((await answer.json()) as { spans: Thin[] }).spans : [];
    };
    let finish: (value: string) => void = () => undefined;
    const long = trace({ tracer })(function long(_question: string) {
      return new Promise<string>((resolve) => {
        finish = resolve;
      });
    });
    const result = long('why');
    const running = await eventually(async () => (await spans()).find((span) => span.name === 'long'));
    expect(running.running).toBe(true);
    finish('because');
    await result;
    const receipt = await tracer.close();
    expect(receipt).toMatchObject({ delivered: 1, pending: 0, dropped: { count: 0 } });
    expect(await spans()).toMatchObject([{ name: 'long', running: false }]);
  });
});
