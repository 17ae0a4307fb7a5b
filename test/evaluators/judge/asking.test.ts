import { inspect } from 'node:util';
import {
  FactualAccuracyEvaluator,
  type JudgeCache,
  type JudgeClient,
  JudgeEvaluator,
  memoryCache,
} from '../../../evaluators/index.js';
import { openAiJudge } from '../../../evaluators/judge/openai-client.js';
import { isConfigError } from '../../../src/base/errors.js';
import { type Act, type ChatBody, type OpenAiServer, startOpenAiServer } from '../../support/openai-server.js';

const verdict = (choice: string) => ({ say: { reasoning: `it is ${choice}`, choice } });
const args = { input: 'Say hello', output: 'Hello!' };

const servers: OpenAiServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function serve(
  script: readonly Act[] | ((body: ChatBody, index: number) => Act),
): Promise<[OpenAiServer, JudgeClient]> {
  const server = await startOpenAiServer(script);
  servers.push(server);
  return [
    server,
    openAiJudge({ model: 'judge-1', baseUrl: server.url, apiKey: 'sk-test-key', price: { input: 1, output: 5 } }),
  ];
}

const polite = (options: Partial<ConstructorParameters<typeof JudgeEvaluator>[0]>) =>
  new JudgeEvaluator({
    name: 'polite',
    rubric: 'Is the output polite?',
    choices: { good: 1, fair: 0.5, bad: 0 },
    ...options,
  });

describe('asking a judge', () => {
  it('gives the label, its score, the reasoning, tokens and cost; passed is computed here', async () => {
    const [server, judge] = await serve([{ say: { reasoning: 'warm', choice: 'fair', passed: true, score: 1 } }]);
    const result = await polite({ judge, threshold: 0.6 }).run(args);
    expect(result).toMatchObject({
      name: 'polite',
      kind: 'llm',
      status: 'ok',
      score: 0.5,
      label: 'fair',
      passed: false,
      threshold: 0.6,
      feedback: 'warm',
      usage: { inputTokens: 100, outputTokens: 20 },
      costUsd: 200 / 1e6,
      metadata: { judgeModel: 'judge-1', calls: 1, repaired: 0 },
    });
    expect(server.requests).toHaveLength(1);
  });

  it('takes the answer of a client that says nothing sensible of tokens, money and model', async () => {
    const value = { reasoning: 'warm', choice: 'good' };
    for (const odd of [null, {}, 'many', { inputTokens: 'x', outputTokens: Number.NaN }]) {
      const judge = { complete: async () => ({ value, usage: odd, costUsd: odd, model: odd }) } as never;
      const result = await polite({ judge, maxCostUsd: 1 }).run(args);
      expect(result).toMatchObject({ status: 'ok', score: 1, metadata: { calls: 1 } });
      expect([result.usage, result.costUsd]).toEqual([undefined, undefined]);
    }
  });

  it('takes one repair turn, which quotes what was wrong', async () => {
    const [server, judge] = await serve([{ say: 'Quite good, I think.' }, verdict('good')]);
    const result = await polite({ judge }).run(args);
    expect(result).toMatchObject({
      status: 'ok',
      score: 1,
      metadata: { calls: 2, repaired: 1 },
      usage: { inputTokens: 200, outputTokens: 40 },
    });
    const turns = server.requests[1]?.body.messages ?? [];
    expect(turns.map((turn) => turn.role)).toEqual(['system', 'user', 'assistant', 'user']);
    expect(turns[2]?.content).toBe('Quite good, I think.');
    expect(turns[3]?.content).toContain('must be one JSON object');
  });

  it.each([
    ['no JSON', 'GRADE: good', 'JSON object'],
    ['a label that was not offered', { reasoning: 'r', choice: 'GOOD' }, 'must be one of "good", "fair", "bad"'],
    ['a verdict without a reason', { choice: 'good' }, 'reasoning is missing'],
    ['a number for a label', { reasoning: 'r', choice: 1 }, 'choice must be a text'],
    ['a list', [], 'not a list'],
    ['null', null, 'not null'],
    ['half an answer', '{"reasoning":"r","cho', 'JSON object'],
  ])('is unscored after two answers with %s', async (_name, say, problem) => {
    const [server, judge] = await serve([{ say }]);
    const result = await polite({ judge, threshold: 0.5 }).run(args);
    expect(result).toMatchObject({
      status: 'error',
      score: null,
      error: { type: 'judge_parse_error' },
      costUsd: 400 / 1e6,
    });
    expect(result.error?.message).toContain(problem);
    expect(result.passed).toBeUndefined();
    expect(server.requests).toHaveLength(2);
  });

  it('is unscored, with the reason, where the judge refuses or cannot be reached', async () => {
    const [, refusing] = await serve([{ refusal: 'not for me' }]);
    expect(await polite({ judge: refusing }).run(args)).toMatchObject({
      status: 'error',
      score: null,
      error: { type: 'judge_refused' },
      usage: { inputTokens: 100, outputTokens: 20 },
      costUsd: 200 / 1e6,
    });
    const [, broken] = await serve([{ status: 400, error: { message: 'no such model' } }]);
    expect(await polite({ judge: broken }).run(args)).toMatchObject({
      error: { type: 'judge_http_error', message: expect.stringContaining('no such model') },
    });
  });

  it("is over at the evaluator's time, and ends the request", async () => {
    const [server, judge] = await serve(['hang']);
    const result = await polite({ judge, timeoutMs: 100 }).run(args);
    expect(result).toMatchObject({ status: 'timeout', score: null });
    await server.requests[0]?.givenUp;
  });

  it("rejects with the signal's reason where `evaluate` is called by hand", async () => {
    const [, judge] = await serve(['hang']);
    const reason = new Error('enough');
    const stop = new AbortController();
    setTimeout(() => stop.abort(reason), 50);
    await expect(polite({ judge }).evaluate('', 'x', { signal: stop.signal })).rejects.toBe(reason);
    const later = new AbortController();
    setTimeout(() => later.abort(reason), 50);
    const facts = new FactualAccuracyEvaluator({ judge });
    await expect(facts.evaluate('', 'x', { signal: later.signal })).rejects.toBe(reason);
    const own: JudgeClient = { complete: () => Promise.reject(new Error('aborted')) };
    await expect(polite({ judge: own }).evaluate('', 'x', { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });

  it('passes model and temperature on', async () => {
    const [server, judge] = await serve([verdict('good')]);
    await polite({ judge, model: 'judge-2', temperature: 0.7 }).run(args);
    await polite({ judge }).run(args);
    expect(server.requests.map(({ body }) => [body.model, body.temperature])).toEqual([
      ['judge-2', 0.7],
      ['judge-1', 0],
    ]);
  });

  it('shows input, output, references and documents, and leaves out what is not there', async () => {
    const [server, judge] = await serve([verdict('good')]);
    await polite({ judge }).run({ ...args, expected: 'Hi', context: { documents: ['doc one', { text: 'doc two' }] } });
    await polite({ judge }).run({ input: undefined, output: { big: 1n } });
    const [full, bare] = server.requests.map(({ body }) => body.messages[1]?.content ?? '');
    for (const part of ['Is the output polite?', 'Say hello', 'Hello!', 'BEGIN REFERENCE', 'DOCUMENT 2', 'doc two'])
      expect(full).toContain(part);
    expect(bare).toContain('"big": "1"');
    expect(bare).not.toMatch(/INPUT|REFERENCE|DOCUMENT/);
  });
});

describe('samples', () => {
  it('decide by majority, and keep how far they lie apart', async () => {
    const labels = ['good', 'bad', 'good'];
    const [server, judge] = await serve((_body, i) => verdict(labels[i] as string));
    const result = await polite({ judge, samples: 3 }).run(args);
    expect(result).toMatchObject({
      score: 1,
      label: 'good',
      metrics: { agreement: 2 / 3, mean_score: 2 / 3, spread: 1 },
    });
    expect([...((result.metadata?.['votes'] ?? []) as string[])].sort()).toEqual(['bad', 'good', 'good']);
    expect(server.requests).toHaveLength(3);
  });

  it('give the lower label of a tie', async () => {
    const labels = ['good', 'bad', 'bad', 'good'];
    const [, judge] = await serve((_body, i) => verdict(labels[i] as string));
    expect(await polite({ judge, samples: 4 }).run(args)).toMatchObject({ score: 0, label: 'bad' });
  });

  it('count without those that failed; all failed is an error', async () => {
    const [, judge] = await serve((_body, i) => (i === 0 ? { refusal: 'no' } : verdict('good')));
    expect(await polite({ judge, samples: 3 }).run(args)).toMatchObject({ score: 1, metadata: { failedSamples: 1 } });
    const [, refusing] = await serve([{ refusal: 'no' }]);
    expect(await polite({ judge: refusing, samples: 3 }).run(args)).toMatchObject({ status: 'error', score: null });
  });
});

describe('the cache', () => {
  it('answers the same question once, and another trial anew', async () => {
    const [server, judge] = await serve([verdict('good')]);
    const evaluator = polite({ judge, cache: true });
    const first = await evaluator.run(args);
    const second = await evaluator.run(args);
    expect(second).toMatchObject({ score: 1, feedback: first.feedback, metadata: { cached: 1, calls: 0 } });
    expect(second.costUsd).toBeUndefined();
    expect(server.requests).toHaveLength(1);
    await evaluator.run({ ...args, context: { trialIndex: 1 } });
    await evaluator.run({ ...args, context: { trialIndex: 1 } });
    await evaluator.run({ ...args, output: 'Hi' });
    expect(server.requests).toHaveLength(3);
  });

  it('knows samples, versions, rubrics, models and temperatures apart', async () => {
    const [server, judge] = await serve([verdict('good')]);
    const cache = memoryCache();
    await polite({ judge, cache, samples: 2 }).run(args);
    for (const other of [{ version: '2' }, { rubric: 'Is it?' }, { model: 'm' }, { temperature: 1 }])
      await polite({ judge, cache, ...other }).run(args);
    expect(server.requests).toHaveLength(6);
    await polite({ judge, cache }).run(args);
    expect(server.requests).toHaveLength(6);
  });

  it('keeps every sample by itself', async () => {
    const labels = ['good', 'bad', 'good'];
    const [server, judge] = await serve((_body, i) => verdict(labels[i] as string));
    const evaluator = polite({ judge, cache: true, samples: 3 });
    const first = await evaluator.run(args);
    const second = await evaluator.run(args);
    expect(second.metrics).toMatchObject({ agreement: 2 / 3 });
    expect(second.metrics).toEqual(first.metrics);
    expect(server.requests).toHaveLength(3);
  });

  it('keeps no failures', async () => {
    const [server, judge] = await serve([{ say: 'x' }, { say: 'y' }, { refusal: 'no' }, verdict('good')]);
    const evaluator = polite({ judge, cache: true });
    expect((await evaluator.run(args)).error?.type).toBe('judge_parse_error');
    expect((await evaluator.run(args)).error?.type).toBe('judge_refused');
    expect((await evaluator.run(args)).score).toBe(1);
    expect((await evaluator.run(args)).metadata?.['cached']).toBe(1);
    expect(server.requests).toHaveLength(4);
  });

  it('may fail or hold rubbish without harm', async () => {
    const [server, judge] = await serve([verdict('good')]);
    const broken: JudgeCache = {
      get: () => Promise.reject(new Error('disk')),
      set: () => {
        throw new Error('full');
      },
    };
    expect((await polite({ judge, cache: broken }).run(args)).score).toBe(1);
    const rubbish: JudgeCache = { get: () => ({ value: { choice: 'excellent' } }), set: () => undefined };
    expect((await polite({ judge, cache: rubbish }).run(args)).score).toBe(1);
    expect(server.requests).toHaveLength(2);
  });

  it('in memory forgets what was not used for the longest time', () => {
    const cache = memoryCache(2);
    const reply = { value: 1 };
    cache.set('a', reply);
    cache.set('b', reply);
    cache.get('a');
    cache.set('c', reply);
    expect(['a', 'b', 'c'].map((key) => cache.get(key) !== undefined)).toEqual([true, false, true]);
  });
});

describe('maxCostUsd', () => {
  it('stops asking when it is spent: skipped, with the reason', async () => {
    const [server, judge] = await serve([verdict('good')]);
    const evaluator = polite({ judge, maxCostUsd: 0.0003 });
    const results = [await evaluator.run(args), await evaluator.run(args), await evaluator.run(args)];
    expect(results.map((result) => result.status)).toEqual(['ok', 'ok', 'skipped']);
    expect(results[2]).toMatchObject({ score: null, feedback: expect.stringContaining('maxCostUsd') });
    expect(server.requests).toHaveLength(2);
  });

  it('holds for evaluations that run at the same time, once a price is known', async () => {
    const [server, judge] = await serve([verdict('good')]);
    const evaluator = polite({ judge, maxCostUsd: 0.001 });
    await evaluator.run(args);
    const results = await Promise.all(Array.from({ length: 20 }, () => evaluator.run(args)));
    expect(results.filter((result) => result.status === 'skipped')).toHaveLength(16);
    expect(server.requests).toHaveLength(5);
  });

  it('says once that it cannot be kept where the price is not known, and not because a call failed', async () => {
    const lines: string[] = [];
    const stderr = jest.spyOn(process.stderr, 'write').mockImplementation((line) => lines.push(String(line)) > 0);
    try {
      const [, judge] = await serve([{ status: 400 }, verdict('good')]);
      const priced = polite({ name: 'priced', judge, maxCostUsd: 1 });
      await priced.run(args);
      expect(lines).toEqual([]);
      const free: JudgeClient = { complete: async () => ({ value: { reasoning: 'r', choice: 'good' } }) };
      const unpriced = polite({ name: 'unpriced', judge: free, maxCostUsd: 1 });
      await unpriced.run(args);
      await unpriced.run(args);
      expect(lines).toHaveLength(1);
      expect(lines[0]).toContain('maxCostUsd cannot be kept');
    } finally {
      stderr.mockRestore();
    }
  });

  it('of 0 asks nothing', async () => {
    const [server, judge] = await serve([verdict('good')]);
    expect((await polite({ judge, maxCostUsd: 0 }).run(args)).status).toBe('skipped');
    expect(server.requests).toHaveLength(0);
  });
});

describe("a client of one's own", () => {
  const own = (complete: (...given: unknown[]) => unknown): JudgeClient => ({
    complete: complete as JudgeClient['complete'],
  });

  it('gets messages, schema, model, temperature and a signal', async () => {
    let seen: Record<string, unknown> = {};
    const judge = own(async (request) => {
      seen = request as Record<string, unknown>;
      return { value: { reasoning: 'r', choice: 'bad' } };
    });
    expect(await polite({ judge, model: 'mine' }).run(args)).toMatchObject({ score: 0, label: 'bad' });
    expect(seen).toMatchObject({
      model: 'mine',
      temperature: 0,
      schema: { type: 'object' },
      signal: expect.any(AbortSignal),
    });
  });

  it.each([
    ['rejects', () => Promise.reject(new Error('offline'))],
    [
      'throws',
      () => {
        throw new Error('offline');
      },
    ],
    ['gives nothing', async () => undefined],
    ['throws no error', () => Promise.reject(null)],
  ])('that %s leaves the result unscored', async (_name, complete) => {
    expect(await polite({ judge: own(complete) }).run(args)).toMatchObject({
      status: 'error',
      score: null,
      error: { type: 'judge_failed' },
    });
  });

  it("that never answers ends with the evaluator's time", async () => {
    const result = await polite({ judge: own(() => new Promise(() => undefined)), timeoutMs: 50 }).run(args);
    expect(result.status).toBe('timeout');
  });
});

describe('options', () => {
  it('that are wrong are listed together', () => {
    const wrong = {
      rubric: ' ',
      choices: { one: 1 },
      judge: {},
      samples: 0,
      temperature: -1,
      cache: 'yes',
      maxCostUsd: -1,
      model: '',
      threshold: 'x',
      nonsense: 1,
    };
    let thrown: unknown;
    try {
      new JudgeEvaluator(wrong as never);
    } catch (error) {
      thrown = error;
    }
    expect(isConfigError(thrown) && thrown.problems.map((problem) => problem.field).sort()).toEqual(
      Object.keys(wrong).sort(),
    );
  });

  it('may not be left out where the rubric is needed', () => {
    expect(() => new JudgeEvaluator(undefined as never)).toThrow('rubric');
  });

  it('hold no secret that an error would show', async () => {
    const [, judge] = await serve([{ status: 401, error: { message: 'bad key sk-test-key' } }]);
    expect(inspect(await polite({ judge }).run(args), { depth: 10 })).not.toContain('sk-test-key');
  });
});
