/**
 * HoneyHive's own client (npm `honeyhive` 1.0.42) reads back from the local server, over HoneyHive's REST, what the SDK
 * wrote. It brings two hundred packages, so it is installed only by `npm run test:clients`.
 */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Evaluate, enrichSpan, HoneyHiveTracer, LengthEvaluator, Trace } from 'honeyhive-decorators';
import { type LocalServerProcess, runLocalServer } from '../support/local-server.js';

interface Event {
  eventId: string;
  eventName: string;
  eventType: string;
  parentId: string | null;
  [field: string]: unknown;
}

interface ReadBack {
  session: Event;
  all: { events: Event[]; totalEvents: number };
  models: { events: Event[] };
  pages: { events: Event[]; totalEvents: number }[];
  scored: { events: Event[] };
  rated: Event[];
  after: Event;
}

const installed = existsSync(join(__dirname, 'node_modules', 'honeyhive', 'package.json'));
if (!installed)
  process.stderr.write(
    'HoneyHive\'s client is not installed: its tests are skipped ("npm run test:clients" runs them).\n',
  );

async function readBack(url: string, sessionId: string): Promise<ReadBack> {
  const args = [join(__dirname, 'read-back.cjs'), url, sessionId];
  const { stdout } = await promisify(execFile)(process.execPath, args, {
    timeout: 25_000,
    maxBuffer: 16 * 1024 * 1024,
  });
  return JSON.parse(stdout) as ReadBack;
}

(installed ? describe : describe.skip)("HoneyHive's own client", () => {
  let server: LocalServerProcess;
  let tracer: HoneyHiveTracer;
  let got: ReadBack;
  const named = (name: string): Event => got.all.events.find(({ eventName }) => eventName === name) as Event;

  beforeAll(async () => {
    server = await runLocalServer();
    tracer = HoneyHiveTracer.init({
      serverUrl: server.url,
      sessionName: 'read back',
      source: 'unit',
      inputs: { topic: 'geography' },
      userProperties: { user_id: 'u1' },
      global: false,
      handleExit: false,
    });
    class Assistant {
      @Trace({ tracer: () => tracer, eventType: 'chain', metadata: { feature: 'chat' } })
      async ask(question: string, options: { depth: number }): Promise<{ answer: string; used: number[] }> {
        enrichSpan({
          metrics: { latency: 0, exact: true },
          userProperties: { plan: 'pro' },
          nested: { a: [1, null, ''] },
        });
        await this.fail().catch(() => undefined);
        return { answer: await this.complete(question), used: [options.depth] };
      }
      @Trace({
        tracer: () => tracer,
        eventType: 'model',
        eventName: 'complete',
        config: { model: 'gpt', temperature: 0.5 },
      })
      @Evaluate(new LengthEvaluator({ maxLength: 40 }))
      async complete(prompt: string): Promise<string> {
        return `${prompt} Paris!`;
      }
      @Trace({ tracer: () => tracer, eventName: 'fail' })
      async fail(): Promise<never> {
        throw new TypeError('no such place');
      }
    }
    await new Assistant().ask('Capital of France?', { depth: 1 });
    void tracer.enrichSession({ metadata: { turns: 1 }, metrics: { cost_usd: 0.25 }, feedback: { ok: false } });
    void tracer.enrichSession({
      outputs: { final: 'Paris' },
      config: { prompt: { version: 2 } },
      metadata: { done: true },
    });
    const receipt = await tracer.flush();
    if (receipt.pending + receipt.dropped.count > 0) throw new Error(`not delivered: ${JSON.stringify(receipt)}`);
    got = await readBack(server.url, tracer.sessionId);
  });
  afterAll(async () => {
    await tracer.close();
    await server.remove();
  });

  it('finds the session by its id, with all that its start and its updates said', () => {
    expect(got.session).toMatchObject({
      eventId: tracer.sessionId,
      eventName: 'read back',
      eventType: 'session',
      source: 'unit',
      inputs: { topic: 'geography' },
      outputs: { final: 'Paris' },
      metadata: { turns: 1, done: true },
      metrics: { cost_usd: 0.25 },
      feedback: { ok: false },
      config: { prompt: { version: 2 } },
      userProperties: { user_id: 'u1' },
    });
  });

  it('finds every span as an event, with namespaces, errors, scores and its place in the tree', () => {
    expect(got.all.totalEvents).toBe(4);
    expect(got.all.events.map(({ eventName }) => eventName).sort()).toEqual([
      'Assistant.ask',
      'complete',
      'fail',
      'read back',
    ]);
    const ask = named('Assistant.ask');
    expect(ask).toMatchObject({
      eventType: 'chain',
      sessionId: tracer.sessionId,
      source: 'unit',
      inputs: { question: 'Capital of France?', options: { depth: 1 } },
      outputs: { result: { answer: 'Capital of France? Paris!', used: [1] } },
      metadata: { feature: 'chat' },
      metrics: { latency: 0, exact: true },
      userProperties: { plan: 'pro' },
      parentId: tracer.sessionId,
    });
    expect(named('complete')).toMatchObject({
      eventType: 'model',
      parentId: ask.eventId,
      inputs: { prompt: 'Capital of France?' },
      outputs: { result: 'Capital of France? Paris!' },
      config: { model: 'gpt', temperature: 0.5 },
      metrics: { length: 1 },
    });
    expect(named('fail')).toMatchObject({ eventType: 'tool', parentId: ask.eventId, error: 'no such place' });
    for (const { startTime, endTime, duration } of got.all.events) {
      expect(Number(endTime)).toBeGreaterThanOrEqual(Number(startTime));
      expect(Number(duration)).toBeGreaterThanOrEqual(0);
    }
  });

  it('filters and pages', () => {
    expect(got.models.events.map(({ eventName }) => eventName)).toEqual(['complete']);
    expect(got.scored.events.map(({ eventName }) => eventName)).toEqual(['complete']);
    const paged = got.pages.flatMap(({ events }) => events.map(({ eventId }) => eventId));
    expect(new Set(paged)).toEqual(new Set(got.all.events.map(({ eventId }) => eventId)));
    expect(got.pages.map(({ totalEvents }) => totalEvents)).toEqual([4, 4]);
  });

  it('updates the same events', () => {
    expect(got.rated).toMatchObject([{ eventName: 'complete', feedback: { rating: 5 } }]);
    expect(got.after).toMatchObject({ metadata: { turns: 1, done: true, reviewed: true } });
  });
});
