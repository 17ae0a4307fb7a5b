/** The AI SDK (npm `ai`) with telemetry sends to the local server, through OpenTelemetry's exporter. */
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
  [field: string]: unknown;
}

const folder = join(__dirname, 'ai-sdk');
const installed = existsSync(join(folder, 'node_modules', 'ai', 'package.json'));
if (!installed)
  process.stderr.write('The AI SDK is not installed: its tests are skipped ("npm run test:clients" runs them).\n');

(installed ? describe : describe.skip)('the AI SDK', () => {
  const sessionId = randomUUID();
  let server: LocalServerProcess;
  let session: Record<string, unknown>;
  let spans: Span[];

  const read = async (path: string): Promise<never> => (await (await fetch(`${server.url}${path}`)).json()) as never;
  const named = (name: string): Span[] => spans.filter((one) => one.name === name);

  beforeAll(async () => {
    server = await runLocalServer();
    const { stderr } = await promisify(execFile)(
      process.execPath,
      [join(folder, 'program.cjs'), server.url, sessionId],
      { timeout: 25_000 },
    );
    expect(stderr).toBe('');
    const found = (await read(`/api/sessions/${sessionId}`)) as { session: Record<string, unknown>; spans: Span[] };
    session = found.session;
    spans = await Promise.all(found.spans.map((one) => read(`/api/spans/${one.traceId}/${one.spanId}`)));
  }, 40_000);
  afterAll(() => server.remove());

  it('puts its spans into the session that the metadata name, for the user they name', () => {
    expect(session).toMatchObject({ sessionId, spanCount: 10 });
    for (const one of spans)
      expect(one).toMatchObject({ metadata: { feature: 'chat' }, userProperties: { user_id: 'ada' } });
  });

  it('shows model calls with model, tokens, cost, messages, settings and the tools they ask for', () => {
    const [first, second] = named('ai.generateText.doGenerate');
    expect(first).toMatchObject({
      eventType: 'model',
      model: 'gpt-4o',
      tokens: { prompt: 1000, completion: 100, total: 1100 },
      costUsd: (1000 * 2.5 + 100 * 10) / 1e6,
      inputs: { messages: [{ role: 'user' }] },
      outputs: { tool_calls: [{ toolName: 'weather' }] },
      config: { temperature: 0.5, provider: 'openai.chat' },
    });
    expect(second).toMatchObject({ outputs: { result: '12 degrees' } });
    expect(named('ai.streamText.doStream')).toMatchObject([{ eventType: 'model', outputs: { result: 'Hello' } }]);
    expect(named('ai.generateObject.doGenerate')).toMatchObject([{ eventType: 'model', outputs: { city: 'Paris' } }]);
  });

  it('shows tools, embeddings and what holds them together', () => {
    expect(named('ai.toolCall')).toMatchObject([
      { eventType: 'tool', inputs: { city: 'Paris' }, outputs: { city: 'Paris', degrees: 12 } },
    ]);
    expect(named('ai.embed.doEmbed')).toMatchObject([{ eventType: 'tool', tokens: { prompt: 3 } }]);
    for (const name of ['ai.generateText', 'ai.streamText', 'ai.generateObject', 'ai.embed'])
      expect(named(name)).toMatchObject([{ eventType: 'chain', parentSpanId: null }]);
  });

  it('counts the tokens of the calls once, not again with what holds them together', () => {
    expect(session).toMatchObject({ modelCount: 4, tokens: { prompt: 4000, completion: 400, total: 4400 } });
  });
});
