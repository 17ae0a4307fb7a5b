import { configureJudge, Evaluate, FactualAccuracyEvaluator, HoneyHiveTracer, JudgeEvaluator } from '../../../index.js';
import { type Act, askedFields, type OpenAiServer, startOpenAiServer } from '../../support/openai-server.js';

let server: OpenAiServer;
let tracer: HoneyHiveTracer;

async function start(script: Parameters<typeof startOpenAiServer>[0]): Promise<void> {
  server = await startOpenAiServer(script);
  configureJudge({
    model: 'judge-1',
    baseUrl: server.url,
    apiKey: 'sk-canary-0123456789',
    price: { input: 1, output: 5 },
  });
  tracer = HoneyHiveTracer.init({ testMode: true, global: false });
}

afterEach(async () => {
  configureJudge(undefined);
  await tracer.close();
  await server.close();
});

const spans = () => tracer.testSpans;
const named = (name: string) => spans().filter((span) => span.name === name);

describe("a judge's calls", () => {
  it('are model spans below the evaluated one, with question, answer, tokens and cost, and the scores land on that', async () => {
    const claims = ['Paris is the capital of France.'];
    const verdicts = [{ claim: 1, reasoning: 'known', verdict: 'supported' }];
    await start((body): Act => ({ say: askedFields(body).includes('claims') ? { claims } : { verdicts } }));
    class Bot {
      @Evaluate(new FactualAccuracyEvaluator({ threshold: 0.5 }))
      async answer(_question: string): Promise<string> {
        return 'Paris is the capital of France.';
      }
    }
    expect(await new Bot().answer('Capital?')).toContain('Paris');
    await tracer.flush();

    const [evaluated] = named('Bot.answer');
    expect(evaluated?.attributes).toMatchObject({
      'honeyhive_metrics.factual_accuracy': 1,
      'honeyhive_metrics.factual_accuracy_passed': true,
    });
    const calls = named('judge factual_accuracy');
    expect(calls).toHaveLength(2);
    for (const call of calls) {
      expect(call.parentSpanContext?.spanId).toBe(evaluated?.spanContext().spanId);
      expect(call.attributes['honeyhive_event_type']).toBe('model');
      expect(call.attributes['honeyhive_inputs.model']).toBe('judge-1');
      expect(call.attributes['honeyhive_outputs.usage.inputTokens']).toBe(100);
      expect(call.attributes['honeyhive_outputs.costUsd']).toBeCloseTo(200 / 1e6, 12);
      expect(Object.keys(call.attributes).filter((key) => key.startsWith('honeyhive_metrics'))).toEqual([]);
    }
    expect(spans()).toHaveLength(3);
    expect(JSON.stringify(spans().map((span) => span.attributes))).not.toContain('canary');
  });

  it('that fail are spans with the error, one for each', async () => {
    await start([{ refusal: 'not for me' }]);
    await tracer.trace('outer', () =>
      new JudgeEvaluator({ name: 'mine', rubric: 'Is it?' }).run({ input: 1, output: 2 }),
    );
    const [call] = named('judge mine');
    expect(call?.attributes['honeyhive_error']).toContain('not for me');
    expect(call?.attributes['honeyhive_error_type']).toBe('judge_refused');
    expect(spans()).toHaveLength(2);
  });

  it('are not evaluated themselves, even where the judge is an evaluated method', async () => {
    await start([]);
    let asked = 0;
    class OwnJudge {
      @Evaluate(new JudgeEvaluator({ name: 'inner', rubric: 'Is it?' }))
      async complete(): Promise<{ value: unknown }> {
        asked += 1;
        return { value: { reasoning: 'r', choice: 'yes' } };
      }
    }
    configureJudge(new OwnJudge());
    class Bot {
      @Evaluate(new JudgeEvaluator({ name: 'outer', rubric: 'Is it?' }))
      answer(): string {
        return 'x';
      }
    }
    new Bot().answer();
    await tracer.flush();
    expect(asked).toBe(1);
    expect(named('Bot.answer')[0]?.attributes['honeyhive_metrics.outer']).toBe(1);
  });

  it('show nothing of an output that its own span hides', async () => {
    await start([{ say: { reasoning: 'it says HIDDEN', choice: 'yes' } }]);
    class Bot {
      @Evaluate({ evaluator: new JudgeEvaluator({ name: 'quiet', rubric: 'Is it?' }), includeOutputs: false })
      answer(): string {
        return 'HIDDEN';
      }
    }
    new Bot().answer();
    await tracer.flush();
    const [call] = named('judge quiet');
    expect(server.requests[0]?.body.messages[1]?.content).toContain('HIDDEN');
    expect(JSON.stringify(call?.attributes)).not.toContain('HIDDEN');
    expect(call?.attributes['honeyhive_outputs.usage.inputTokens']).toBe(100);
    expect(named('Bot.answer')[0]?.attributes['honeyhive_metrics.quiet']).toBe(1);
  });
});
