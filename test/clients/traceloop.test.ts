/** Traceloop's SDK (npm `@traceloop/node-server-sdk`) sends what it traced to the local server, which knows its conventions. */
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
  eventType: string;
  [field: string]: unknown;
}

const installed = existsSync(join(__dirname, 'node_modules', '@traceloop', 'node-server-sdk', 'package.json'));

(installed ? describe : describe.skip)("Traceloop's SDK", () => {
  const sessionId = randomUUID();
  let server: LocalServerProcess;
  let session: Record<string, unknown>;
  let spans: Span[];

  const read = async (path: string): Promise<never> => (await (await fetch(`${server.url}${path}`)).json()) as never;
  const named = (name: string): Span => spans.find((span) => span.name === name) as Span;

  beforeAll(async () => {
    server = await runLocalServer();
    await promisify(execFile)(process.execPath, [join(__dirname, 'traceloop-program.cjs'), server.url, sessionId], {
      timeout: 25_000,
    });
    ({ session, spans } = await read(`/api/sessions/${sessionId}`));
  }, 40_000);
  afterAll(() => server.remove());

  it('puts its spans into the session, project and source they are associated with', () => {
    expect(session).toMatchObject({ sessionId, project: 'shop', source: 'evaluation', spanCount: 3, modelCount: 1 });
    expect(session).toMatchObject({ tokens: { prompt: 1000, completion: 100, total: 1100 }, costUsd: 0.0035 });
  });

  it('keeps the tree and tells workflows, tools and models apart', () => {
    const workflow = spans.find(({ parentSpanId }) => parentSpanId === null) as Span;
    expect(workflow.eventType).toBe('chain');
    expect(workflow.name).toContain('answer');
    const tool = spans.find(({ name }) => name.includes('look_up')) as Span;
    expect(tool).toMatchObject({ eventType: 'tool', parentSpanId: workflow.spanId });
    expect(named('openai.chat')).toMatchObject({
      eventType: 'model',
      model: 'gpt-4o',
      parentSpanId: workflow.spanId,
    });
  });

  it('reads messages and results from its attributes', async () => {
    const model = named('openai.chat');
    expect(await read(`/api/spans/${model.traceId}/${model.spanId}`)).toMatchObject({
      inputs: { messages: [{ role: 'user', content: 'Capital of France? Paris' }] },
      outputs: { messages: [{ role: 'assistant', content: 'Paris' }] },
    });
    const tool = spans.find(({ name }) => name.includes('look_up')) as Span;
    expect(await read(`/api/spans/${tool.traceId}/${tool.spanId}`)).toMatchObject({
      outputs: { city: 'Paris', found: true },
    });
  });
});
