/** Langfuse's SDK (npm `@langfuse/otel`, `@langfuse/tracing`) sends to the local server, told no more than its address. */
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type LocalServerProcess, runLocalServer } from '../support/local-server.js';

interface Span {
  traceId: string;
  spanId: string;
  parentSpanId: string | null;
  name: string;
  attributes: Record<string, unknown>;
  [field: string]: unknown;
}

const installed = existsSync(join(__dirname, 'langfuse', 'node_modules', '@langfuse', 'otel', 'package.json'));

(installed ? describe : describe.skip)("Langfuse's SDK", () => {
  const sessionId = randomUUID();
  let server: LocalServerProcess;
  let session: Record<string, unknown>;
  let spans: Record<string, Span>;

  const read = async (path: string): Promise<never> => (await (await fetch(`${server.url}${path}`)).json()) as never;

  beforeAll(async () => {
    server = await runLocalServer();
    const { stderr } = await promisify(execFile)(
      process.execPath,
      [join(__dirname, 'langfuse', 'program.cjs'), sessionId],
      {
        timeout: 25_000,
        env: {
          ...process.env,
          LANGFUSE_BASE_URL: server.url,
          LANGFUSE_PUBLIC_KEY: 'pk-lf-no-key-is-needed',
          LANGFUSE_SECRET_KEY: 'sk-lf-on-loopback',
        },
      },
    );
    expect(stderr).toBe('');
    const found = (await read(`/api/sessions/${sessionId}`)) as { session: Record<string, unknown>; spans: Span[] };
    session = found.session;
    const whole = await Promise.all(found.spans.map((one) => read(`/api/spans/${one.traceId}/${one.spanId}`)));
    spans = Object.fromEntries(whole.map((one: Span) => [one.name, one]));
  }, 40_000);
  afterAll(() => server.remove());

  it('puts its spans into the session they are told', () => {
    expect(session).toMatchObject({ sessionId, spanCount: 4 });
    expect(Object.keys(spans).sort()).toEqual(['answer', 'check', 'complete', 'look-up']);
  });

  it('keeps the tree', () => {
    const root = spans.answer as Span;
    expect(root.parentSpanId).toBeNull();
    for (const name of ['look-up', 'complete', 'check'])
      expect(spans[name]).toMatchObject({ parentSpanId: root.spanId, traceId: root.traceId });
  });

  it('shows what its observations say', () => {
    expect(spans.complete).toMatchObject({
      eventType: 'model',
      model: 'gpt-4o',
      tokens: { prompt: 1000, completion: 100, total: 1100 },
      costUsd: (1000 * 2.5 + 100 * 10) / 1e6,
      inputs: { messages: [{ role: 'user', content: 'Capital of France?' }] },
      outputs: { messages: [{ role: 'assistant', content: 'Paris' }] },
      config: { parameters: { temperature: 0.5 } },
      metadata: { attempt: '1', feature: 'chat' },
      userProperties: { user_id: 'ada' },
    });
    expect(spans['look-up']).toMatchObject({
      eventType: 'tool',
      inputs: { country: 'France' },
      outputs: { city: 'Paris' },
    });
    expect(spans.check).toMatchObject({ status: 'error', error: { message: 'no such place' } });
  });

  it('counts them', () => {
    expect(session).toMatchObject({ modelCount: 1, errorCount: 1, tokens: { total: 1100 } });
  });
});
