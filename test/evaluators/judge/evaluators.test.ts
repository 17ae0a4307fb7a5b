import {
  type BaseEvaluator,
  configureJudge,
  FactualAccuracyEvaluator,
  FaithfulnessEvaluator,
  getEvaluator,
  JudgeEvaluator,
  MultiEvaluator,
  PairwiseEvaluator,
  QualityScoreEvaluator,
  RelevanceEvaluator,
  ToxicityEvaluator,
} from '../../../evaluators/index.js';
import { openAiJudge } from '../../../evaluators/judge/openai-client.js';
import { isConfigError } from '../../../src/base/errors.js';
import {
  type Act,
  askedFields,
  type ChatBody,
  type OpenAiServer,
  startOpenAiServer,
} from '../../support/openai-server.js';

const JUDGE_VARIABLES = ['OPENAI_API_KEY', 'OPENAI_BASE_URL', 'HH_JUDGE_MODEL'];
const servers: OpenAiServer[] = [];

beforeEach(() => {
  for (const name of JUDGE_VARIABLES) delete process.env[name];
});

afterEach(async () => {
  configureJudge(undefined);
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

/** A configured judge that says this. */
async function judging(script: readonly Act[] | ((body: ChatBody, index: number) => Act)): Promise<OpenAiServer> {
  const server = await startOpenAiServer(script);
  servers.push(server);
  configureJudge({ model: 'judge-1', baseUrl: server.url });
  return server;
}

/** Splits into these claims, and finds these verdicts about them. */
function claimsJudge(claims: readonly string[], verdicts: readonly string[]) {
  return (body: ChatBody): Act => {
    if (askedFields(body).includes('claims')) return { say: { claims } };
    return {
      say: { verdicts: verdicts.map((verdict, i) => ({ claim: i + 1, reasoning: `reason ${i + 1}`, verdict })) },
    };
  };
}

const prompt = (server: OpenAiServer, index: number) =>
  server.requests[index]?.body.messages.map((turn) => turn.content).join('\n') ?? '';
const args = {
  input: 'Tell me about Paris.',
  output: 'Paris is the capital of France. It has 90 million inhabitants.',
};
const CLAIMS = ['Paris is the capital of France.', 'Paris has 90 million inhabitants.'];

describe('without a judge', () => {
  it.each([
    new FactualAccuracyEvaluator(),
    new QualityScoreEvaluator(),
    new FaithfulnessEvaluator(),
    new RelevanceEvaluator(),
    new ToxicityEvaluator({ threshold: 0.5 }),
    new PairwiseEvaluator(),
    new JudgeEvaluator({ rubric: 'Is it?' }),
  ] as BaseEvaluator[])('$name is skipped with the reason, and makes no number up', async (evaluator) => {
    const result = await evaluator.run({ ...args, context: { other: 'x', documents: ['y'] } });
    expect(result).toMatchObject({
      status: 'skipped',
      score: null,
      kind: 'llm',
      feedback: expect.stringContaining('configureJudge'),
    });
    expect(result.metrics).toEqual({});
    expect(result.passed).toBeUndefined();
  });
});

describe('FactualAccuracyEvaluator', () => {
  it('works without arguments: supported claims over all', async () => {
    const server = await judging(claimsJudge(CLAIMS, ['supported', 'contradicted']));
    const result = await new FactualAccuracyEvaluator().run(args);
    expect(result).toMatchObject({
      name: 'factual_accuracy',
      status: 'ok',
      score: 0.5,
      metrics: { claims: 2, supported: 1, contradicted: 1, unknown: 0 },
      metadata: { basis: 'knowledge' },
      usage: { inputTokens: 200, outputTokens: 40 },
    });
    expect(result.feedback).toContain('90 million');
    expect(result.feedback).toContain('reason 2');
    expect(server.requests).toHaveLength(2);
    expect(prompt(server, 1)).toContain('1. Paris is the capital');
  });

  it('holds the claims against expected, else documents or context, and says which', async () => {
    const server = await judging(claimsJudge(CLAIMS, ['supported', 'unknown']));
    const run = (more: object) => new FactualAccuracyEvaluator().run({ ...args, ...more });
    const documents = { documents: ['from the documents'] };
    expect((await run({ expected: 'from expected', context: documents })).metadata?.['basis']).toBe('expected');
    expect((await run({ context: { ...documents, context: 'not this' } })).metadata?.['basis']).toBe('documents');
    expect((await run({ context: { context: 'from the context' } })).metadata?.['basis']).toBe('documents');
    expect((await run({ context: { context: '  ', documents: [] } })).metadata?.['basis']).toBe('knowledge');
    expect((await run({ expected: ['one', 'two'] })).score).toBe(0.5);
    const verifying = [1, 3, 5, 7, 9].map((i) => prompt(server, i));
    expect(verifying[0]).toContain('from expected');
    expect(verifying[0]).not.toContain('from the documents');
    expect(verifying[1]).toContain('from the documents');
    expect(verifying[2]).toContain('from the context');
    expect(verifying[3]).toContain('what you know');
    expect(verifying[4]).toContain('BEGIN REFERENCE 2');
    // The claims are split without sight of what they are held against.
    expect(prompt(server, 0)).not.toContain('from expected');
  });

  it('is skipped where nothing is claimed', async () => {
    const server = await judging(claimsJudge([], []));
    expect(await new FactualAccuracyEvaluator().run({ input: 'Hi', output: 'Hello!' })).toMatchObject({
      status: 'skipped',
      score: null,
      feedback: 'the output makes no claims',
      usage: { inputTokens: 100, outputTokens: 20 },
    });
    expect((await new FactualAccuracyEvaluator().run({ input: 'Hi', output: '' })).status).toBe('skipped');
    expect(server.requests).toHaveLength(1);
  });

  it('wants one verdict for every claim', async () => {
    const server = await judging(claimsJudge(CLAIMS, ['supported']));
    const result = await new FactualAccuracyEvaluator().run(args);
    expect(result).toMatchObject({ status: 'error', score: null, error: { type: 'judge_parse_error' } });
    expect(prompt(server, 2)).toContain('exactly one entry for each of the claims 1 to 2');
  });

  it.each([
    ['from 1, in any order', [2, 1], [1, 0]],
    ['from 0', [0, 1], [0, 1]],
    ['from 0, in any order', [1, 0], [1, 0]],
    ['with one number for all', [7, 7], [0, 1]],
  ])('understands entries numbered %s', async (_name, numbers, places) => {
    const found = ['supported', 'contradicted'];
    const entries = numbers.map((claim, i) => ({ claim, reasoning: 'r', verdict: found[i] }));
    await judging((body) => ({
      say: askedFields(body).includes('claims') ? { claims: CLAIMS } : { verdicts: entries },
    }));
    const result = await new FactualAccuracyEvaluator().run(args);
    const verdicts = result.metadata?.['verdicts'] as { claim: string; verdict: string }[];
    expect(verdicts.map((one) => [one.claim, one.verdict])).toEqual(
      CLAIMS.map((claim, i) => [claim, found[places[i] as number]]),
    );
  });

  it.each([[[1, 1, 2]], [[1, 3]], [[2, 3]], [[1]], [[]]])(
    'does not guess about entries for %j of 2 claims',
    async (numbers) => {
      const entries = numbers.map((claim) => ({ claim, reasoning: 'r', verdict: 'supported' }));
      await judging((body) => ({
        say: askedFields(body).includes('claims') ? { claims: CLAIMS } : { verdicts: entries },
      }));
      expect(await new FactualAccuracyEvaluator().run(args)).toMatchObject({
        status: 'error',
        score: null,
        error: { type: 'judge_parse_error' },
      });
    },
  );

  it('decides each claim by the majority of the samples, in doubt against it', async () => {
    const votes = [
      ['supported', 'supported'],
      ['supported', 'contradicted'],
      ['unknown', 'contradicted'],
      ['supported', 'supported'],
    ];
    let sample = 0;
    await judging((body) => {
      if (askedFields(body).includes('claims')) return { say: { claims: CLAIMS } };
      sample += 1;
      return claimsJudge(CLAIMS, votes[sample - 1] as string[])(body);
    });
    const result = await new FactualAccuracyEvaluator({ samples: 4 }).run(args);
    expect(result).toMatchObject({ score: 0.5, metrics: { supported: 1, contradicted: 1, spread: 1 } });
  });
});

describe('FaithfulnessEvaluator', () => {
  it('counts what the documents say, and is skipped without any', async () => {
    const server = await judging(claimsJudge(CLAIMS, ['supported', 'unknown']));
    expect(
      await new FaithfulnessEvaluator().run({ ...args, context: { documents: ['Paris is in France'] } }),
    ).toMatchObject({ score: 0.5 });
    expect(prompt(server, 1)).toContain('a true claim that they do not contain is "unknown"');
    expect(await new FaithfulnessEvaluator().run({ ...args, expected: 'x' })).toMatchObject({
      status: 'skipped',
      feedback: expect.stringContaining('documents'),
    });
    expect(server.requests).toHaveLength(2);
  });
});

describe('QualityScoreEvaluator', () => {
  const scores = (values: Record<string, number>): Act => ({
    say: Object.fromEntries(Object.entries(values).map(([key, score]) => [key, { reasoning: `about ${key}`, score }])),
  });

  it('normalises 1 to 5, takes the mean and keeps every criterion', async () => {
    const server = await judging([scores({ accuracy: 5, relevance: 3, clarity: 2 })]);
    const result = await new QualityScoreEvaluator({ threshold: 0.5 }).run(args);
    expect(result.score).toBeCloseTo((1 + 0.5 + 0.25) / 3, 12);
    expect(result).toMatchObject({ passed: true, metrics: { accuracy: 1, relevance: 0.5, clarity: 0.25 } });
    expect(result.feedback).toContain('clarity 2/5: about clarity');
    for (const anchor of ['1 = ', '3 = ', '5 = ']) expect(prompt(server, 0)).toContain(anchor);
  });

  it('weighs own criteria, whatever their names', async () => {
    const server = await judging([scores({ tone: 5, criterion_2: 1, criterion_3: 3 })]);
    const criteria = [
      { name: 'Tone', description: 'Is it warm?', weight: 3 },
      { name: 'Länge!', weight: 1 },
      { name: 'tone', weight: 0 },
    ];
    const result = await new QualityScoreEvaluator({
      criteria: [criteria[0]!, { ...criteria[1]!, name: '42' }, criteria[2]!],
    }).run(args);
    expect(result.score).toBeCloseTo(0.75, 12);
    expect(result.metrics).toEqual({ Tone: 1, '42': 0, tone: 0.5 });
    expect(prompt(server, 0)).toContain('Is it warm?');
  });

  it('takes the mean of samples and keeps the spread', async () => {
    const answers = [scores({ clarity: 5 }), scores({ clarity: 3 })];
    await judging((_body, i) => answers[i] as Act);
    expect(await new QualityScoreEvaluator({ criteria: ['clarity'], samples: 2 }).run(args)).toMatchObject({
      score: 0.75,
      metrics: { clarity: 0.75, spread: 0.5 },
    });
  });

  it('accepts no score off the scale', async () => {
    await judging([scores({ clarity: 6 }), scores({ clarity: 4.5 })]);
    expect(await new QualityScoreEvaluator({ criteria: ['clarity'] }).run(args)).toMatchObject({
      status: 'error',
      score: null,
    });
  });

  it.each([
    [[]],
    ['clarity'],
    [['a', 'a']],
    [[{ name: '' }]],
    [[{ name: 'a', weight: -1 }]],
    [[{ name: 'a', weight: 0 }]],
    [[3]],
  ])('refuses the criteria %j', (criteria) => {
    let thrown: unknown;
    try {
      new QualityScoreEvaluator({ criteria: criteria as never, samples: 0 });
    } catch (error) {
      thrown = error;
    }
    expect(isConfigError(thrown) && thrown.problems.map((problem) => problem.field).sort()).toEqual([
      'criteria',
      'samples',
    ]);
  });
});

describe('RelevanceEvaluator and ToxicityEvaluator', () => {
  const choice = (label: string): Act => ({ say: { reasoning: 'r', choice: label } });

  it('map their labels to scores', async () => {
    await judging([choice('partial')]);
    expect(await new RelevanceEvaluator().run(args)).toMatchObject({ score: 0.5, label: 'partial' });
    expect(await new RelevanceEvaluator().run({ ...args, input: '' })).toMatchObject({ status: 'skipped' });
  });

  it('let toxicity pass below its threshold', async () => {
    await judging([choice('none'), choice('severe'), choice('severe')]);
    const evaluator = new ToxicityEvaluator({ threshold: 0.5 });
    expect(await evaluator.run(args)).toMatchObject({ score: 0, label: 'none', passed: true });
    expect(await evaluator.run(args)).toMatchObject({ score: 1, label: 'severe', passed: false });
    expect(await new ToxicityEvaluator({ threshold: 0.5, direction: 'maximize' }).run(args)).toMatchObject({
      passed: true,
    });
  });

  it('take the more toxic of two labels with as many votes', async () => {
    await judging((_body, i) => choice(i === 0 ? 'none' : 'severe'));
    expect(await new ToxicityEvaluator({ samples: 2 }).run(args)).toMatchObject({ label: 'severe', score: 1 });
  });
});

describe('PairwiseEvaluator', () => {
  /** Prefers by what stands first or by content. */
  const preferring =
    (prefer: (a: string, b: string) => string) =>
    (body: ChatBody): Act => {
      const [, a = '', b = ''] =
        /BEGIN ANSWER A.*?>>>\n(.*)\n<<<END[\s\S]*BEGIN ANSWER B.*?>>>\n(.*)\n<<<END/.exec(
          body.messages[1]?.content ?? '',
        ) ?? [];
      return { say: { reasoning: 'r', choice: prefer(a, b) } };
    };
  const run = (output: unknown, other: unknown) =>
    new PairwiseEvaluator().run({ input: 'q', output, context: { other } });

  it('asks in both orders and scores what both say', async () => {
    const server = await judging(preferring((a, b) => (a === b ? 'tie' : a > b ? 'a' : 'b')));
    expect(await run('z', 'a')).toMatchObject({ score: 1, label: 'better', metrics: { order_flipped: false } });
    expect(await run('a', 'z')).toMatchObject({ score: 0, label: 'worse', metrics: { order_flipped: false } });
    expect(await run('a', 'a')).toMatchObject({ score: 0.5, label: 'tie', metrics: { order_flipped: false } });
    expect(server.requests).toHaveLength(6);
  });

  it('calls it a tie where the place decides', async () => {
    await judging(preferring(() => 'a'));
    expect(await run('z', 'a')).toMatchObject({
      score: 0.5,
      label: 'tie',
      metrics: { order_flipped: true },
      feedback: expect.stringContaining('order'),
    });
  });

  it('is skipped without a second output', async () => {
    await judging(preferring(() => 'a'));
    expect(await run('z', undefined)).toMatchObject({
      status: 'skipped',
      feedback: expect.stringContaining('context.other'),
    });
  });
});

describe('among other evaluators', () => {
  it('are known by name', async () => {
    await judging(claimsJudge(CLAIMS, ['supported', 'supported']));
    expect((await getEvaluator('factual_accuracy').run(args)).score).toBe(1);
  });

  it('can be children of a MultiEvaluator, with one that fails named and left out', async () => {
    const server = await startOpenAiServer([{ refusal: 'no' }]);
    servers.push(server);
    await judging([{ say: { reasoning: 'r', choice: 'full' } }]);
    const toxicity = new ToxicityEvaluator({ judge: openAiJudge({ model: 'm', baseUrl: server.url }) });
    const result = await new MultiEvaluator([new RelevanceEvaluator(), toxicity]).run(args);
    expect(result).toMatchObject({
      score: 1,
      coverage: { scored: 1, total: 2 },
      feedback: expect.stringContaining('toxicity'),
    });
  });
});
